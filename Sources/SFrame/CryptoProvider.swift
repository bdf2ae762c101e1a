/// The hash functions that the suites in use name.
package enum DigestAlgorithm: Sendable {
  case sha256
  case sha512

  /// Output size in bytes (`Nh`).
  package var length: Int { self == .sha256 ? 32 : 64 }
}

package enum PrimitiveError: Error, Equatable {
  /// The tag does not match: the key, nonce, additional data or ciphertext is not what the sender used.
  case authenticationFailed
  /// A key, nonce or length is not one that the algorithm has.
  case invalidParameter
}

/// The one door to cryptographic primitives. Synchronous and static: the native build opens it over swift-crypto, the
/// browser build over the same BoringSSL as C functions, and the compiler specialises everything behind it.
package protocol CryptoProvider: Sendable {
  static func hash(_ function: DigestAlgorithm, _ bytes: [UInt8]) -> [UInt8]

  /// HKDF-Extract (RFC 5869 §2.2); the result is `function.length` bytes. An empty salt means a string of zeros.
  static func hkdfExtract(_ function: DigestAlgorithm, salt: [UInt8], secret: [UInt8]) -> [UInt8]

  /// HKDF-Expand (RFC 5869 §2.3). `length` must be in 1...255 * `function.length`.
  static func hkdfExpand(
    _ function: DigestAlgorithm, key: [UInt8], info: [UInt8], length: Int
  ) throws(PrimitiveError) -> [UInt8]

  /// AES-GCM with a 16- or 32-byte key, a 12-byte nonce and a 16-byte tag. Returns ciphertext followed by the tag.
  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8]

  /// The inverse of `aeadSeal`; `sealed` is ciphertext followed by the tag.
  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8]
}
