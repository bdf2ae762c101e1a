import MLS
import MLSWire

/// Primitives under which everything authenticates and nothing is encrypted, so that the fuzzer gets to what lies behind
/// signatures and tags. Hashes stay distinct, because trees and references hang together by them.
enum TrustingSuite: CipherSuiteProvider {
  static var suite: CipherSuite { .x25519AES128GCM }
  static var kem: KEMAlgorithm { .x25519 }

  static func hash(_ bytes: [UInt8]) -> [UInt8] { digest(bytes) }

  /// Tags are all the same: over a transcript hash (confirmation, §6.1) or a public message (membership, §6.2). What
  /// keys are derived by is not, because members must have keys of their own.
  static func hmac(key: [UInt8], message: [UInt8]) -> [UInt8] {
    message.count == 32 || message.starts(with: [0, 1, 0, 1])
      ? [UInt8](repeating: 0xAA, count: 32) : digest(key + message)
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (0..<32).map { UInt8(truncatingIfNeeded: state >> (8 * ($0 % 8))) }
  }

  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] { plaintext + [UInt8](repeating: 0, count: 16) }

  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard sealed.count >= 16 else { throw .invalidParameter }
    return Array(sealed.dropLast(16))
  }

  static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard privateKey.count == 32 else { throw .invalidParameter }
    return privateKey
  }

  static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard privateKey.count == 32, publicKey.count == 32 else { throw .invalidParameter }
    return [UInt8](repeating: 0xBB, count: 32)
  }

  static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard privateKey.count == 32 else { throw .invalidParameter }
    return privateKey
  }

  static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    [UInt8](repeating: 0xCC, count: 64)
  }

  static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool { signature.count <= 128 }
}

/// SplitMix64, so that every run of a target builds the same group.
struct FixedGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
