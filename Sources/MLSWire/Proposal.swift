/// The parameters of the group that takes over (RFC 9420 §12.1.5).
package struct ReInit: Equatable, Sendable, WireCodable {
  package var groupID: [UInt8]
  package var version: ProtocolVersion
  package var cipherSuite: CipherSuite
  package var extensions: [Extension]

  package init(groupID: [UInt8], version: ProtocolVersion, cipherSuite: CipherSuite, extensions: [Extension]) {
    self.groupID = groupID
    self.version = version
    self.cipherSuite = cipherSuite
    self.extensions = extensions
  }

  package init(from reader: inout WireReader) throws(WireError) {
    groupID = try reader.opaque()
    version = try ProtocolVersion(from: &reader)
    cipherSuite = try CipherSuite(from: &reader)
    extensions = try reader.vector(of: Extension.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: groupID)
    writer.write(version)
    writer.write(cipherSuite)
    writer.write(vector: extensions)
  }
}

/// A change to the group (RFC 9420 §12.1). A type that is not one of these has no length and cannot be skipped: it is
/// refused.
package indirect enum Proposal: Equatable, Sendable, WireCodable {
  case add(KeyPackage)
  case update(LeafNode)
  case remove(LeafIndex)
  case preSharedKey(PreSharedKeyID)
  case reInit(ReInit)
  case externalInit(kemOutput: [UInt8])
  case groupContextExtensions([Extension])

  package var type: ProposalType {
    switch self {
    case .add: .add
    case .update: .update
    case .remove: .remove
    case .preSharedKey: .preSharedKey
    case .reInit: .reInit
    case .externalInit: .externalInit
    case .groupContextExtensions: .groupContextExtensions
    }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    switch try ProposalType(from: &reader) {
    case .add: self = .add(try KeyPackage(from: &reader))
    case .update: self = .update(try LeafNode(from: &reader))
    case .remove: self = .remove(try LeafIndex(from: &reader))
    case .preSharedKey: self = .preSharedKey(try PreSharedKeyID(from: &reader))
    case .reInit: self = .reInit(try ReInit(from: &reader))
    case .externalInit: self = .externalInit(kemOutput: try reader.opaque())
    case .groupContextExtensions: self = .groupContextExtensions(try reader.vector(of: Extension.self))
    default: throw .unknownSelector(.proposalType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(type)
    switch self {
    case .add(let keyPackage): writer.write(keyPackage)
    case .update(let leafNode): writer.write(leafNode)
    case .remove(let leafIndex): writer.write(leafIndex)
    case .preSharedKey(let id): writer.write(id)
    case .reInit(let reInit): writer.write(reInit)
    case .externalInit(let kemOutput): writer.write(opaque: kemOutput)
    case .groupContextExtensions(let extensions): writer.write(vector: extensions)
    }
  }
}

/// A proposal inside a commit: itself, or the hash of the message that carried it (RFC 9420 §12.4).
package enum ProposalOrRef: Equatable, Sendable, WireCodable {
  case proposal(Proposal)
  case reference([UInt8])

  package init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 1: self = .proposal(try Proposal(from: &reader))
    case 2: self = .reference(try reader.opaque())
    default: throw .unknownSelector(.proposalOrRefType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    switch self {
    case .proposal(let proposal):
      writer.write(UInt8(1))
      writer.write(proposal)
    case .reference(let reference):
      writer.write(UInt8(2))
      writer.write(opaque: reference)
    }
  }
}
