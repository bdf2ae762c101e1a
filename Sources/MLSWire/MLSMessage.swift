/// A handshake message that everybody may read and members authenticate (RFC 9420 §6.2).
package struct PublicMessage: Equatable, Sendable, WireCodable {
  package var content: FramedContent
  package var auth: FramedContentAuthData
  /// Present when the sender is a member and in no other case.
  package var membershipTag: [UInt8]?

  package init(content: FramedContent, auth: FramedContentAuthData, membershipTag: [UInt8]?) {
    self.content = content
    self.auth = auth
    self.membershipTag = membershipTag
  }

  package init(from reader: inout WireReader) throws(WireError) {
    content = try FramedContent(from: &reader)
    auth = try FramedContentAuthData(content.content.type, from: &reader)
    if case .member = content.sender { membershipTag = try reader.opaque() }
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(content)
    auth.encode(into: &writer)
    if let membershipTag { writer.write(opaque: membershipTag) }
  }
}

/// An encrypted message (RFC 9420 §6.3).
package struct PrivateMessage: Equatable, Sendable, WireCodable {
  package var groupID: [UInt8]
  package var epoch: UInt64
  package var contentType: ContentType
  package var authenticatedData: [UInt8]
  package var encryptedSenderData: [UInt8]
  package var ciphertext: [UInt8]

  package init(
    groupID: [UInt8], epoch: UInt64, contentType: ContentType, authenticatedData: [UInt8],
    encryptedSenderData: [UInt8], ciphertext: [UInt8]
  ) {
    self.groupID = groupID
    self.epoch = epoch
    self.contentType = contentType
    self.authenticatedData = authenticatedData
    self.encryptedSenderData = encryptedSenderData
    self.ciphertext = ciphertext
  }

  package init(from reader: inout WireReader) throws(WireError) {
    groupID = try reader.opaque()
    epoch = try reader.uint64()
    contentType = try ContentType(from: &reader)
    authenticatedData = try reader.opaque()
    encryptedSenderData = try reader.opaque()
    ciphertext = try reader.opaque(limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: groupID)
    writer.write(epoch)
    writer.write(contentType.rawValue)
    writer.write(opaque: authenticatedData)
    writer.write(opaque: encryptedSenderData)
    writer.write(opaque: ciphertext)
  }
}

/// Anything that crosses the network (RFC 9420 §6).
package indirect enum MLSMessage: Equatable, Sendable, WireCodable {
  case publicMessage(PublicMessage)
  case privateMessage(PrivateMessage)
  case welcome(Welcome)
  case groupInfo(GroupInfo)
  case keyPackage(KeyPackage)

  package var wireFormat: WireFormat {
    switch self {
    case .publicMessage: .publicMessage
    case .privateMessage: .privateMessage
    case .welcome: .welcome
    case .groupInfo: .groupInfo
    case .keyPackage: .keyPackage
    }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    guard try ProtocolVersion(from: &reader) == .mls10 else { throw .unknownSelector(.protocolVersion) }
    switch try WireFormat(from: &reader) {
    case .publicMessage: self = .publicMessage(try PublicMessage(from: &reader))
    case .privateMessage: self = .privateMessage(try PrivateMessage(from: &reader))
    case .welcome: self = .welcome(try Welcome(from: &reader))
    case .groupInfo: self = .groupInfo(try GroupInfo(from: &reader))
    case .keyPackage:
      let keyPackage = try KeyPackage(from: &reader)
      // §10: a key package inside a message has the version of the message.
      guard keyPackage.version == .mls10 else { throw .unknownSelector(.protocolVersion) }
      self = .keyPackage(keyPackage)
    default: throw .unknownSelector(.wireFormat)
    }
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(ProtocolVersion.mls10)
    writer.write(wireFormat)
    switch self {
    case .publicMessage(let message): writer.write(message)
    case .privateMessage(let message): writer.write(message)
    case .welcome(let welcome): writer.write(welcome)
    case .groupInfo(let groupInfo): writer.write(groupInfo)
    case .keyPackage(let keyPackage): writer.write(keyPackage)
    }
  }
}
