package import MLSWire

/// What a client signs with and as whom, for the groups of one meeting.
package struct ClientIdentity<Suite: CipherSuiteProvider>: Sendable {
  package let credential: Credential
  package let signatureKey: [UInt8]
  package let signaturePublicKey: [UInt8]
  package let capabilities: Capabilities

  /// `signatureKey` is the private one, 32 bytes.
  package init(
    credential: Credential, signatureKey: [UInt8],
    capabilities: Capabilities = Capabilities(cipherSuites: [Suite.suite])
  ) throws(MLSError) {
    self.credential = credential
    self.signatureKey = signatureKey
    self.capabilities = capabilities
    signaturePublicKey = try primitive { () throws(PrimitiveError) in
      try Suite.signaturePublicKey(privateKey: signatureKey)
    }
  }

  /// A leaf that is not signed yet and has no encryption key.
  func leafTemplate(source: LeafNodeSource, extensions: [Extension] = []) -> LeafNode {
    LeafNode(
      encryptionKey: [], signatureKey: signaturePublicKey, credential: credential, capabilities: capabilities,
      source: source, extensions: extensions)
  }
}

/// A key package with its private keys, which its owner keeps until the Welcome (RFC 9420 §10).
package struct KeyPackageBundle<Suite: CipherSuiteProvider>: Sendable {
  package let keyPackage: KeyPackage
  package let initPrivateKey: [UInt8]
  package let encryptionPrivateKey: [UInt8]
  package let signatureKey: [UInt8]

  package init(
    keyPackage: KeyPackage, initPrivateKey: [UInt8], encryptionPrivateKey: [UInt8], signatureKey: [UInt8]
  ) {
    self.keyPackage = keyPackage
    self.initPrivateKey = initPrivateKey
    self.encryptionPrivateKey = encryptionPrivateKey
    self.signatureKey = signatureKey
  }

  package init(
    _ identity: ClientIdentity<Suite>, lifetime: Lifetime, leafExtensions: [Extension] = [],
    extensions: [Extension] = [], using random: inout some RandomNumberGenerator
  ) throws(MLSError) {
    let initKeys: KeyPair
    let leafKeys: KeyPair
    do {
      initKeys = try HPKE<Suite>.generateKeyPair(using: &random)
      leafKeys = try HPKE<Suite>.generateKeyPair(using: &random)
    } catch {
      throw .primitive(error)
    }
    var leaf = identity.leafTemplate(source: .keyPackage(lifetime), extensions: leafExtensions)
    leaf.encryptionKey = leafKeys.publicKey
    try leaf.sign(with: identity.signatureKey, groupID: [], index: LeafIndex(0), as: Suite.self)
    var package = KeyPackage(
      cipherSuite: Suite.suite, initKey: initKeys.publicKey, leafNode: leaf, extensions: extensions)
    let content = package.toBeSigned
    package.signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: identity.signatureKey, label: "KeyPackageTBS", content: content)
    }
    self.init(
      keyPackage: package, initPrivateKey: initKeys.privateKey, encryptionPrivateKey: leafKeys.privateKey,
      signatureKey: identity.signatureKey)
  }

  /// `KeyPackageRef`: what a Welcome names its reader by.
  package var reference: [UInt8] { Suite.reference(of: keyPackage) }
}

extension LeafNode {
  /// Signs the leaf as the one at `index` (RFC 9420 §7.2).
  mutating func sign<Suite: CipherSuiteProvider>(
    with signatureKey: [UInt8], groupID: [UInt8], index: LeafIndex, as suite: Suite.Type
  ) throws(MLSError) {
    let content = toBeSigned(groupID: groupID, leafIndex: index)
    signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: signatureKey, label: "LeafNodeTBS", content: content)
    }
  }
}

extension GroupInfo {
  mutating func sign<Suite: CipherSuiteProvider>(
    with signatureKey: [UInt8], as suite: Suite.Type
  ) throws(MLSError) {
    let content = toBeSigned
    signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: signatureKey, label: "GroupInfoTBS", content: content)
    }
  }

  package func isSigned<Suite: CipherSuiteProvider>(by signatureKey: [UInt8], as suite: Suite.Type) -> Bool {
    Suite.verify(publicKey: signatureKey, label: "GroupInfoTBS", content: toBeSigned, signature: signature)
  }
}

/// A proposal by someone outside the group (RFC 9420 §12.1.8).
package enum ExternalProposal {
  /// `sender` is `.external` with the place of the key in `external_senders`, or `.newMemberProposal` with an Add of
  /// oneself.
  package static func sign<Suite: CipherSuiteProvider>(
    _ proposal: Proposal, groupID: [UInt8], epoch: UInt64, sender: Sender, signatureKey: [UInt8],
    as suite: Suite.Type
  ) throws(MLSError) -> MLSMessage {
    let content = FramedContent(
      groupID: groupID, epoch: epoch, sender: sender, authenticatedData: [], content: .proposal(proposal))
    let message = content.toBeSigned(wireFormat: .publicMessage, context: nil)
    let signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: signatureKey, label: "FramedContentTBS", content: message)
    }
    let auth = FramedContentAuthData(signature: signature, confirmationTag: nil)
    return .publicMessage(PublicMessage(content: content, auth: auth, membershipTag: nil))
  }
}
