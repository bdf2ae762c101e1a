/// What all members agree on in an epoch (RFC 9420 §8.1).
package struct GroupContext: Equatable, Sendable, WireCodable {
  package var version: ProtocolVersion
  package var cipherSuite: CipherSuite
  package var groupID: [UInt8]
  package var epoch: UInt64
  package var treeHash: [UInt8]
  package var confirmedTranscriptHash: [UInt8]
  package var extensions: [Extension]

  package init(
    version: ProtocolVersion = .mls10, cipherSuite: CipherSuite, groupID: [UInt8], epoch: UInt64, treeHash: [UInt8],
    confirmedTranscriptHash: [UInt8], extensions: [Extension] = []
  ) {
    self.version = version
    self.cipherSuite = cipherSuite
    self.groupID = groupID
    self.epoch = epoch
    self.treeHash = treeHash
    self.confirmedTranscriptHash = confirmedTranscriptHash
    self.extensions = extensions
  }

  package init(from reader: inout WireReader) throws(WireError) {
    version = try ProtocolVersion(from: &reader)
    cipherSuite = try CipherSuite(from: &reader)
    groupID = try reader.opaque()
    epoch = try reader.uint64()
    treeHash = try reader.opaque()
    confirmedTranscriptHash = try reader.opaque()
    extensions = try reader.vector(of: Extension.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(version)
    writer.write(cipherSuite)
    writer.write(opaque: groupID)
    writer.write(epoch)
    writer.write(opaque: treeHash)
    writer.write(opaque: confirmedTranscriptHash)
    writer.write(vector: extensions)
  }
}

/// The state of a group, signed by a member, for those who join (RFC 9420 §12.4.3).
package struct GroupInfo: Equatable, Sendable, WireCodable {
  package var groupContext: GroupContext
  package var extensions: [Extension]
  package var confirmationTag: [UInt8]
  package var signer: LeafIndex
  package var signature: [UInt8]

  package init(
    groupContext: GroupContext, extensions: [Extension], confirmationTag: [UInt8], signer: LeafIndex,
    signature: [UInt8] = []
  ) {
    self.groupContext = groupContext
    self.extensions = extensions
    self.confirmationTag = confirmationTag
    self.signer = signer
    self.signature = signature
  }

  package init(from reader: inout WireReader) throws(WireError) {
    groupContext = try GroupContext(from: &reader)
    extensions = try reader.vector(of: Extension.self, limit: WireLimits.large)
    confirmationTag = try reader.opaque()
    signer = try LeafIndex(from: &reader)
    signature = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    encodeUnsigned(into: &writer)
    writer.write(opaque: signature)
  }

  /// `GroupInfoTBS`.
  package var toBeSigned: [UInt8] {
    var writer = WireWriter()
    encodeUnsigned(into: &writer)
    return writer.bytes
  }

  private func encodeUnsigned(into writer: inout WireWriter) {
    writer.write(groupContext)
    writer.write(vector: extensions)
    writer.write(opaque: confirmationTag)
    writer.write(signer)
  }
}

/// What a Welcome says to one joiner (RFC 9420 §12.4.3.1).
package struct GroupSecrets: Equatable, Sendable, WireCodable {
  package var joinerSecret: [UInt8]
  /// Of the lowest node above both the joiner and the committer; nil when the commit had no path.
  package var pathSecret: [UInt8]?
  package var psks: [PreSharedKeyID]

  package init(joinerSecret: [UInt8], pathSecret: [UInt8]?, psks: [PreSharedKeyID]) {
    self.joinerSecret = joinerSecret
    self.pathSecret = pathSecret
    self.psks = psks
  }

  package init(from reader: inout WireReader) throws(WireError) {
    joinerSecret = try reader.opaque()
    pathSecret = try reader.optional(PathSecret.self)?.value
    psks = try reader.vector(of: PreSharedKeyID.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: joinerSecret)
    writer.write(optional: pathSecret.map { PathSecret(value: $0) })
    writer.write(vector: psks)
  }

  private struct PathSecret: WireCodable {
    let value: [UInt8]
    init(value: [UInt8]) { self.value = value }
    init(from reader: inout WireReader) throws(WireError) { value = try reader.opaque() }
    func encode(into writer: inout WireWriter) { writer.write(opaque: value) }
  }
}

/// RFC 9420 §12.4.3.1.
package struct EncryptedGroupSecrets: Equatable, Sendable, WireCodable {
  /// `KeyPackageRef` of the joiner.
  package var newMember: [UInt8]
  package var encryptedGroupSecrets: HPKECiphertext

  package init(newMember: [UInt8], encryptedGroupSecrets: HPKECiphertext) {
    self.newMember = newMember
    self.encryptedGroupSecrets = encryptedGroupSecrets
  }

  package init(from reader: inout WireReader) throws(WireError) {
    newMember = try reader.opaque()
    encryptedGroupSecrets = try HPKECiphertext(from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: newMember)
    writer.write(encryptedGroupSecrets)
  }
}

/// RFC 9420 §12.4.3.1.
package struct Welcome: Equatable, Sendable, WireCodable {
  package var cipherSuite: CipherSuite
  package var secrets: [EncryptedGroupSecrets]
  package var encryptedGroupInfo: [UInt8]

  package init(cipherSuite: CipherSuite, secrets: [EncryptedGroupSecrets], encryptedGroupInfo: [UInt8]) {
    self.cipherSuite = cipherSuite
    self.secrets = secrets
    self.encryptedGroupInfo = encryptedGroupInfo
  }

  package init(from reader: inout WireReader) throws(WireError) {
    cipherSuite = try CipherSuite(from: &reader)
    secrets = try reader.vector(of: EncryptedGroupSecrets.self, limit: WireLimits.large)
    encryptedGroupInfo = try reader.opaque(limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(cipherSuite)
    writer.write(vector: secrets)
    writer.write(opaque: encryptedGroupInfo)
  }
}
