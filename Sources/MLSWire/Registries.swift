/// A number of an open IANA registry: unknown values are carried, not refused (RFC 9420 §13).
package protocol WireRegistry: RawRepresentable, Hashable, Sendable, WireCodable where RawValue == UInt16 {
  init(rawValue: UInt16)
}

extension WireRegistry {
  package init(from reader: inout WireReader) throws(WireError) { self.init(rawValue: try reader.uint16()) }
  package func encode(into writer: inout WireWriter) { writer.write(rawValue) }
}

/// RFC 9420 §6.
package struct ProtocolVersion: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let mls10 = ProtocolVersion(rawValue: 1)
}

/// RFC 9420 §17.1.
package struct CipherSuite: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  /// MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
  package static let x25519AES128GCM = CipherSuite(rawValue: 1)
  /// MLS_128_DHKEMP256_AES128GCM_SHA256_P256
  package static let p256AES128GCM = CipherSuite(rawValue: 2)
}

/// RFC 9420 §17.3.
package struct ExtensionType: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let applicationID = ExtensionType(rawValue: 1)
  package static let ratchetTree = ExtensionType(rawValue: 2)
  package static let requiredCapabilities = ExtensionType(rawValue: 3)
  package static let externalPub = ExtensionType(rawValue: 4)
  package static let externalSenders = ExtensionType(rawValue: 5)

  /// Defined by RFC 9420 itself: every client has it and no capability lists it (§7.2).
  package var isDefault: Bool { (1...5).contains(rawValue) }
}

/// RFC 9420 §17.4.
package struct ProposalType: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let add = ProposalType(rawValue: 1)
  package static let update = ProposalType(rawValue: 2)
  package static let remove = ProposalType(rawValue: 3)
  package static let preSharedKey = ProposalType(rawValue: 4)
  package static let reInit = ProposalType(rawValue: 5)
  package static let externalInit = ProposalType(rawValue: 6)
  package static let groupContextExtensions = ProposalType(rawValue: 7)

  /// Defined by RFC 9420 itself: every client has it and no capability lists it (§7.2).
  package var isDefault: Bool { (1...7).contains(rawValue) }
}

/// RFC 9420 §17.5.
package struct CredentialType: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let basic = CredentialType(rawValue: 1)
  package static let x509 = CredentialType(rawValue: 2)
}

/// RFC 9420 §17.2.
package struct WireFormat: WireRegistry {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let publicMessage = WireFormat(rawValue: 1)
  package static let privateMessage = WireFormat(rawValue: 2)
  package static let welcome = WireFormat(rawValue: 3)
  package static let groupInfo = WireFormat(rawValue: 4)
  package static let keyPackage = WireFormat(rawValue: 5)
}

/// The position of a member in the tree, counted over leaves: 0 is the leftmost (RFC 9420 §7).
package struct LeafIndex: RawRepresentable, Hashable, Comparable, Sendable, WireCodable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package init(_ rawValue: UInt32) { self.rawValue = rawValue }
  package init(from reader: inout WireReader) throws(WireError) { self.init(try reader.uint32()) }
  package func encode(into writer: inout WireWriter) { writer.write(rawValue) }
  package static func < (a: LeafIndex, b: LeafIndex) -> Bool { a.rawValue < b.rawValue }

  /// As a number to count with; what does not fit where `Int` has 32 bits is larger than any tree.
  package var position: Int { Int(clamping: rawValue) }
}
