package import MLSWire

/// A personal invitation's public half: what whoever has its key is invited to, on the host's word or on that of who
/// was invited before.
///
///     struct {
///       uint8 version = 1;  opaque host_digest[10];  opaque key[32];
///       opaque issuer[16];                                // zero: the host; else the id of the one it comes from
///       uint8 role;                                       // 0 listener, 1 speaker
///       uint8 delegates;                                  // 1: may invite further
///       uint16 uses;  uint64 expires;                     // devices; seconds since 1970, 0 never
///       opaque signature<V>;                              // SignWithLabel(., "tertulia invitation 1", all before it)
///     } InvitationCertificate;
package struct InvitationCertificate: Equatable, Sendable, WireCodable {
  /// `H` of the room's link, 10 bytes.
  package let hostDigest: [UInt8]
  /// The invitation's Ed25519 key, 32 bytes.
  package let key: [UInt8]
  /// `.none` for the host.
  package let issuer: InvitationID
  /// `.listener` or `.speaker`.
  package let role: Role
  package let delegates: Bool
  /// Devices that it is good for, at least one.
  package let uses: UInt16
  /// Seconds since 1970; 0 for never.
  package let expires: UInt64
  package var signature: [UInt8] = []

  package static let version: UInt8 = 1
  package static let keyLength = 32

  /// Not signed. Lengths are the caller's to keep.
  package init(
    hostDigest: [UInt8], key: [UInt8], issuer: InvitationID, role: Role, delegates: Bool, uses: UInt16, expires: UInt64
  ) {
    self.hostDigest = hostDigest
    self.key = key
    self.issuer = issuer
    self.role = role
    self.delegates = delegates
    self.uses = uses
    self.expires = expires
  }

  package init(from reader: inout WireReader) throws(WireError) {
    guard try reader.uint8() == Self.version else { throw .unknownSelector(.protocolVersion) }
    hostDigest = try reader.bytes(RoomRules.hostDigestLength)
    key = try reader.bytes(Self.keyLength)
    issuer = try InvitationID(from: &reader)
    guard let role = Role(rawValue: try reader.uint8()), role == .listener || role == .speaker else {
      throw .badOptional
    }
    self.role = role
    let delegates = try reader.uint8()
    uses = try reader.uint16()
    expires = try reader.uint64()
    guard delegates <= 1, uses > 0 else { throw .badOptional }
    self.delegates = delegates == 1
    signature = try reader.opaque(limit: RoomRules.maximumOpaque)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(raw: toBeSigned)
    writer.write(opaque: signature)
  }

  private var toBeSigned: [UInt8] {
    var writer = WireWriter()
    writer.write(Self.version)
    writer.write(raw: hostDigest)
    writer.write(raw: key)
    writer.write(issuer)
    writer.write(role.rawValue)
    writer.write(UInt8(delegates ? 1 : 0))
    writer.write(uses)
    writer.write(expires)
    return writer.bytes
  }

  /// What the issuer's key signs.
  package var contentToSign: [UInt8] { LabelledContent.wire(label: "tertulia invitation 1", content: toBeSigned) }

  /// What it is known by: the first 16 bytes of SHA-256 of its key.
  package func id<Verifier: RulesVerifier>(as verifier: Verifier.Type) -> InvitationID {
    Self.id(of: key, as: Verifier.self)
  }

  /// The id of an invitation with this key.
  package static func id<Verifier: RulesVerifier>(of key: [UInt8], as verifier: Verifier.Type) -> InvitationID {
    InvitationID(Array(Verifier.sha256(key).prefix(InvitationID.length))) ?? .none
  }
}
