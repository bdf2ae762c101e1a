/// What an authenticator says and signs (WebAuthn level 3 §6.1).
package struct AuthenticatorData: Equatable, Sendable {
  /// A credential that was just made (§6.5.1).
  package struct Credential: Equatable, Sendable {
    /// 1 to 1,023 bytes.
    package var id: [UInt8]
    package var key: COSEKey
  }

  /// SHA-256 of the relying party's id, 32 bytes.
  package var relyingParty: [UInt8]
  /// Somebody was there (UP).
  package var isPresent: Bool
  /// The authenticator verified the person (UV), by a PIN or a finger.
  package var isVerified: Bool
  package var signCount: UInt32
  package var credential: Credential?

  private enum Flag {
    static let present: UInt8 = 1 << 0
    static let verified: UInt8 = 1 << 2
    static let eligible: UInt8 = 1 << 3
    static let backedUp: UInt8 = 1 << 4
    static let attested: UInt8 = 1 << 6
    static let extended: UInt8 = 1 << 7
  }

  private static let fixedBytes = 37

  package init(_ bytes: [UInt8]) throws(PasskeyError) {
    guard bytes.count >= Self.fixedBytes else { throw .malformed }
    relyingParty = Array(bytes[..<32])
    let flags = bytes[32]
    isPresent = flags & Flag.present != 0
    isVerified = flags & Flag.verified != 0
    // What cannot be backed up is not backed up (§6.1.3).
    guard flags & Flag.backedUp == 0 || flags & Flag.eligible != 0 else { throw .malformed }
    signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
    var rest = bytes[Self.fixedBytes...]
    do {
      if flags & Flag.attested != 0 { credential = try Self.credential(&rest) }
      var reader = CBORReader(rest)
      if flags & Flag.extended != 0 {
        for _ in 0..<(try reader.readMap()) {
          _ = try reader.readText()
          try reader.skip()
        }
      }
      try reader.finish()
    } catch { throw .malformed }
  }

  /// AAGUID (16 bytes, not looked at: which model it is is nobody's business), id and key.
  private static func credential(_ rest: inout ArraySlice<UInt8>) throws(CBORError) -> Credential {
    guard rest.count >= 18 else { throw .truncated }
    let start = rest.startIndex
    let length = Int(rest[start + 16]) << 8 | Int(rest[start + 17])
    guard (1...AccountLimits.credentialID).contains(length), rest.count >= 18 + length else { throw .truncated }
    let id = Array(rest[(start + 18)..<(start + 18 + length)])
    var reader = CBORReader(rest[(start + 18 + length)...])
    let key = try COSEKey(from: &reader)
    rest = rest[reader.position...]
    return Credential(id: id, key: key)
  }
}
