import MLS
import MLSWire

@_extern(c, "CCryptoBoringSSL_X25519")
private func x25519(
  _ out: UnsafeMutablePointer<UInt8>?, _ privateKey: UnsafePointer<UInt8>?, _ peer: UnsafePointer<UInt8>?
) -> Int32

@_extern(c, "CCryptoBoringSSL_X25519_public_from_private")
private func x25519PublicKey(_ out: UnsafeMutablePointer<UInt8>?, _ privateKey: UnsafePointer<UInt8>?)

@_extern(c, "CCryptoBoringSSL_ED25519_keypair_from_seed")
private func ed25519KeyPair(
  _ publicKey: UnsafeMutablePointer<UInt8>?, _ privateKey: UnsafeMutablePointer<UInt8>?, _ seed: UnsafePointer<UInt8>?
)

@_extern(c, "CCryptoBoringSSL_ED25519_sign")
private func ed25519Sign(
  _ out: UnsafeMutablePointer<UInt8>?, _ message: UnsafePointer<UInt8>?, _ length: Int,
  _ privateKey: UnsafePointer<UInt8>?
) -> Int32

@_extern(c, "CCryptoBoringSSL_ED25519_verify")
private func ed25519Verify(
  _ message: UnsafePointer<UInt8>?, _ length: Int, _ signature: UnsafePointer<UInt8>?,
  _ publicKey: UnsafePointer<UInt8>?
) -> Int32

/// MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 over BoringSSL. The C functions read as many bytes as a key has, so
/// every length is checked here.
enum BoringX25519Suite: BoringSuite {
  static var suite: CipherSuite { .x25519AES128GCM }
  static var kem: KEMAlgorithm { .x25519 }

  private static var keyLength: Int { 32 }
  private static var signatureLength: Int { 64 }

  static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard privateKey.count == keyLength else { throw .invalidParameter }
    var result = [UInt8](repeating: 0, count: keyLength)
    x25519PublicKey(&result, privateKey)
    return result
  }

  static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard privateKey.count == keyLength, publicKey.count == keyLength else { throw .invalidParameter }
    var result = [UInt8](repeating: 0, count: keyLength)
    guard x25519(&result, privateKey, publicKey) == 1 else { throw .invalidParameter }
    return result
  }

  static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    var pair = try signatureKeyPair(seed: privateKey)
    eraseBytes(&pair.privateKey)
    return pair.publicKey
  }

  static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    var pair = try signatureKeyPair(seed: privateKey)
    defer { eraseBytes(&pair.privateKey) }
    var result = [UInt8](repeating: 0, count: signatureLength)
    guard ed25519Sign(&result, message, message.count, pair.privateKey) == 1 else { throw .invalidParameter }
    return result
  }

  static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    guard publicKey.count == keyLength, signature.count == signatureLength else { return false }
    return ed25519Verify(message, message.count, signature, publicKey) == 1
  }

  /// BoringSSL's private key is the seed followed by the public key.
  private static func signatureKeyPair(seed: [UInt8]) throws(PrimitiveError) -> KeyPair {
    guard seed.count == keyLength else { throw .invalidParameter }
    var privateKey = [UInt8](repeating: 0, count: 2 * keyLength)
    var publicKey = [UInt8](repeating: 0, count: keyLength)
    ed25519KeyPair(&publicKey, &privateKey, seed)
    return KeyPair(privateKey: privateKey, publicKey: publicKey)
  }

  private static func eraseBytes(_ bytes: inout [UInt8]) {
    for index in bytes.indices { bytes[index] = 0 }
  }
}
