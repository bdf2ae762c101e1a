package import MLSWire

/// The rules for leaves and key packages (RFC 9420 §7.3, §10.1, §11.1) in a group with the given context.
package struct LeafValidator<Suite: CipherSuiteProvider> {
  package let groupID: [UInt8]
  package let extensions: [Extension]
  /// Seconds since 1970; nil where a lifetime is not checked.
  package let now: UInt64?
  private let required: RequiredCapabilities?

  package init(groupID: [UInt8], extensions: [Extension], now: UInt64?) throws(MLSError) {
    self.groupID = groupID
    self.extensions = extensions
    self.now = now
    required = try parsing { () throws(WireError) in
      try extensions.value(RequiredCapabilities.self, of: .requiredCapabilities)
    }
  }

  /// Where a leaf was found, which decides the source that it must have.
  package enum Place: Sendable {
    case keyPackage, update, commit, tree
  }

  /// Everything that can be said of a leaf without its neighbours.
  package func validate(_ leaf: LeafNode, at index: LeafIndex, in place: Place) throws(MLSError) {
    try validateSource(leaf.source, place)
    try validateCapabilities(leaf)
    let content = leaf.toBeSigned(groupID: groupID, leafIndex: index)
    guard
      Suite.verify(
        publicKey: leaf.signatureKey, label: "LeafNodeTBS", content: content, signature: leaf.signature)
    else { throw .leaf(.badSignature) }
  }

  /// §10.1.
  package func validate(_ keyPackage: KeyPackage) throws(MLSError) {
    guard keyPackage.version == .mls10, keyPackage.cipherSuite == Suite.suite else { throw .keyPackage(.wrongSuite) }
    guard !keyPackage.extensions.hasDuplicates else { throw .keyPackage(.duplicateExtension) }
    try validate(keyPackage.leafNode, at: LeafIndex(0), in: .keyPackage)
    guard keyPackage.initKey != keyPackage.leafNode.encryptionKey else { throw .keyPackage(.initKeyIsEncryptionKey) }
    guard
      Suite.verify(
        publicKey: keyPackage.leafNode.signatureKey, label: "KeyPackageTBS", content: keyPackage.toBeSigned,
        signature: keyPackage.signature)
    else { throw .keyPackage(.badSignature) }
  }

  /// What the members must have in common: keys of their own, and credentials and extensions that all support.
  package func validateMembers(of tree: RatchetTree<Suite>) throws(MLSError) {
    try tree.validateSignatureKeys()
    try tree.validateEncryptionKeys()
    let leaves = tree.members.compactMap { tree[$0] }
    let inUse = [CredentialType.basic, .x509].filter { type in leaves.contains { $0.credential.type == type } }
    for leaf in leaves {
      try validateRequirements(leaf.capabilities)
      guard inUse.allSatisfy({ leaf.capabilities.credentials.contains($0) }) else {
        throw .leaf(.credentialNotSupported)
      }
    }
  }

  private func validateSource(_ source: LeafNodeSource, _ place: Place) throws(MLSError) {
    switch (place, source) {
    case (.keyPackage, .keyPackage(let lifetime)), (.tree, .keyPackage(let lifetime)):
      if let now, !lifetime.contains(now) { throw .leaf(.outsideLifetime) }
    case (.update, .update), (.commit, .commit), (.tree, _): break
    default: throw .leaf(.wrongSource)
    }
  }

  private func validateCapabilities(_ leaf: LeafNode) throws(MLSError) {
    let capabilities = leaf.capabilities
    guard capabilities.versions.contains(.mls10), capabilities.cipherSuites.contains(Suite.suite) else {
      throw .leaf(.suiteNotSupported)
    }
    guard capabilities.credentials.contains(leaf.credential.type) else { throw .leaf(.credentialNotSupported) }
    guard !leaf.extensions.hasDuplicates else { throw .leaf(.duplicateExtension) }
    for item in leaf.extensions where !item.type.isDefault {
      guard capabilities.extensions.contains(item.type) else { throw .leaf(.extensionNotSupported) }
    }
    try validateRequirements(capabilities)
  }

  /// §11.1, and the extensions of the group context, which all members must support (§13.4).
  private func validateRequirements(_ capabilities: Capabilities) throws(MLSError) {
    for item in extensions where !item.type.isDefault {
      guard capabilities.extensions.contains(item.type) else { throw .leaf(.extensionNotSupported) }
    }
    guard let required else { return }
    let met =
      required.extensions.allSatisfy { $0.isDefault || capabilities.extensions.contains($0) }
      && required.proposals.allSatisfy { $0.isDefault || capabilities.proposals.contains($0) }
      && required.credentials.allSatisfy { capabilities.credentials.contains($0) }
    guard met else { throw .leaf(.requiredCapabilityMissing) }
  }
}
