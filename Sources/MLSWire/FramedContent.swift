/// RFC 9420 §6.
package enum ContentType: UInt8, Sendable {
  case application = 1
  case proposal = 2
  case commit = 3

  package init(from reader: inout WireReader) throws(WireError) {
    guard let type = ContentType(rawValue: try reader.uint8()) else { throw .unknownSelector(.contentType) }
    self = type
  }
}

/// Who a message is from (RFC 9420 §6).
package enum Sender: Hashable, Sendable, WireCodable {
  case member(LeafIndex)
  /// An index into the `external_senders` extension.
  case external(UInt32)
  case newMemberProposal
  case newMemberCommit

  package init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 1: self = .member(try LeafIndex(from: &reader))
    case 2: self = .external(try reader.uint32())
    case 3: self = .newMemberProposal
    case 4: self = .newMemberCommit
    default: throw .unknownSelector(.senderType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    switch self {
    case .member(let index):
      writer.write(UInt8(1))
      writer.write(index)
    case .external(let index):
      writer.write(UInt8(2))
      writer.write(index)
    case .newMemberProposal: writer.write(UInt8(3))
    case .newMemberCommit: writer.write(UInt8(4))
    }
  }
}

/// What a message says (RFC 9420 §6).
package indirect enum Content: Equatable, Sendable {
  case application([UInt8])
  case proposal(Proposal)
  case commit(Commit)

  package var type: ContentType {
    switch self {
    case .application: .application
    case .proposal: .proposal
    case .commit: .commit
    }
  }

  /// The content alone: its type is written before it, or elsewhere.
  package init(_ type: ContentType, from reader: inout WireReader) throws(WireError) {
    switch type {
    case .application: self = .application(try reader.opaque(limit: WireLimits.large))
    case .proposal: self = .proposal(try Proposal(from: &reader))
    case .commit: self = .commit(try Commit(from: &reader))
    }
  }

  package func encode(into writer: inout WireWriter) {
    switch self {
    case .application(let data): writer.write(opaque: data)
    case .proposal(let proposal): writer.write(proposal)
    case .commit(let commit): writer.write(commit)
    }
  }
}

/// RFC 9420 §6.
package struct FramedContent: Equatable, Sendable, WireCodable {
  package var groupID: [UInt8]
  package var epoch: UInt64
  package var sender: Sender
  package var authenticatedData: [UInt8]
  package var content: Content

  package init(groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8], content: Content) {
    self.groupID = groupID
    self.epoch = epoch
    self.sender = sender
    self.authenticatedData = authenticatedData
    self.content = content
  }

  package init(from reader: inout WireReader) throws(WireError) {
    groupID = try reader.opaque()
    epoch = try reader.uint64()
    sender = try Sender(from: &reader)
    authenticatedData = try reader.opaque()
    content = try Content(try ContentType(from: &reader), from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: groupID)
    writer.write(epoch)
    writer.write(sender)
    writer.write(opaque: authenticatedData)
    writer.write(content.type.rawValue)
    content.encode(into: &writer)
  }
}

/// The signature over a content, with the confirmation tag of a commit (RFC 9420 §6.1).
package struct FramedContentAuthData: Equatable, Sendable {
  package var signature: [UInt8]
  /// Present in commits and nowhere else.
  package var confirmationTag: [UInt8]?

  package init(signature: [UInt8], confirmationTag: [UInt8]?) {
    self.signature = signature
    self.confirmationTag = confirmationTag
  }

  package init(_ type: ContentType, from reader: inout WireReader) throws(WireError) {
    signature = try reader.opaque()
    confirmationTag = type == .commit ? try reader.opaque() : nil
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: signature)
    if let confirmationTag { writer.write(opaque: confirmationTag) }
  }
}

/// A content with its authentication, before or after it is protected (RFC 9420 §6).
package struct AuthenticatedContent: Equatable, Sendable, WireCodable {
  package var wireFormat: WireFormat
  package var content: FramedContent
  package var auth: FramedContentAuthData

  package init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
    self.wireFormat = wireFormat
    self.content = content
    self.auth = auth
  }

  package init(from reader: inout WireReader) throws(WireError) {
    wireFormat = try WireFormat(from: &reader)
    content = try FramedContent(from: &reader)
    auth = try FramedContentAuthData(content.content.type, from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(wireFormat)
    writer.write(content)
    auth.encode(into: &writer)
  }
}
