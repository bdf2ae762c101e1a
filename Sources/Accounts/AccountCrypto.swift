/// The primitives that accounts need, handed in by an engine.
package protocol AccountCrypto: Sendable {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  static func sha256(_ bytes: [UInt8]) -> [UInt8]
  /// HMAC-SHA-1 (RFC 2104): 20 bytes. For TOTP alone, where collisions do not matter.
  static func hmacSHA1(key: [UInt8], message: [UInt8]) -> [UInt8]
  /// True if `signature` (for ES256 in DER, as WebAuthn sends it; for EdDSA 64 bytes) is of `message` by `key`.
  static func isValid(signature: [UInt8], of message: [UInt8], by key: COSEKey) -> Bool
}
