import MLS
import MLSWire

@_extern(c, "CCryptoBoringSSL_EC_group_p256")
private func p256() -> OpaquePointer

@_extern(c, "CCryptoBoringSSL_EC_KEY_new")
private func keyNew() -> OpaquePointer?
@_extern(c, "CCryptoBoringSSL_EC_KEY_free")
private func keyFree(_ key: OpaquePointer)
@_extern(c, "CCryptoBoringSSL_EC_KEY_set_group")
private func keySetGroup(_ key: OpaquePointer, _ group: OpaquePointer) -> Int32
@_extern(c, "CCryptoBoringSSL_EC_KEY_oct2priv")
private func keyReadPrivate(_ key: OpaquePointer, _ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32
@_extern(c, "CCryptoBoringSSL_EC_KEY_oct2key")
private func keyReadPublic(
  _ key: OpaquePointer, _ bytes: UnsafePointer<UInt8>?, _ length: Int, _ context: OpaquePointer?
) -> Int32
@_extern(c, "CCryptoBoringSSL_EC_KEY_get0_private_key")
private func keyPrivate(_ key: OpaquePointer) -> OpaquePointer?
@_extern(c, "CCryptoBoringSSL_EC_KEY_get0_public_key")
private func keyPublic(_ key: OpaquePointer) -> OpaquePointer?

@_extern(c, "CCryptoBoringSSL_EC_POINT_new")
private func pointNew(_ group: OpaquePointer) -> OpaquePointer?
@_extern(c, "CCryptoBoringSSL_EC_POINT_free")
private func pointFree(_ point: OpaquePointer)
@_extern(c, "CCryptoBoringSSL_EC_POINT_mul")
private func pointMultiply(
  _ group: OpaquePointer, _ result: OpaquePointer, _ n: OpaquePointer?, _ point: OpaquePointer?, _ m: OpaquePointer?,
  _ context: OpaquePointer?
) -> Int32
@_extern(c, "CCryptoBoringSSL_EC_POINT_point2oct")
private func pointWrite(
  _ group: OpaquePointer, _ point: OpaquePointer, _ form: Int32, _ out: UnsafeMutablePointer<UInt8>?, _ length: Int,
  _ context: OpaquePointer?
) -> Int

@_extern(c, "CCryptoBoringSSL_ECDSA_sign")
private func ecdsaSign(
  _ type: Int32, _ digest: UnsafePointer<UInt8>?, _ length: Int, _ signature: UnsafeMutablePointer<UInt8>?,
  _ signatureLength: UnsafeMutablePointer<UInt32>?, _ key: OpaquePointer
) -> Int32
@_extern(c, "CCryptoBoringSSL_ECDSA_verify")
private func ecdsaVerify(
  _ type: Int32, _ digest: UnsafePointer<UInt8>?, _ length: Int, _ signature: UnsafePointer<UInt8>?,
  _ signatureLength: Int, _ key: OpaquePointer
) -> Int32

/// MLS_128_DHKEMP256_AES128GCM_SHA256_P256 over BoringSSL, for the official vectors: meetings use the other suite, so
/// the shipped module does not have it.
enum BoringP256Suite: BoringSuite {
  static var suite: CipherSuite { .p256AES128GCM }
  static var kem: KEMAlgorithm { .p256 }

  private static var pointLength: Int { 65 }
  private static var uncompressed: Int32 { 4 }

  static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try withKey(private: privateKey) { key in product(of: key, with: nil) }
  }

  static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    guard let peer = key(public: publicKey) else { throw .invalidParameter }
    defer { keyFree(peer) }
    let point = try withKey(private: privateKey) { key in product(of: key, with: keyPublic(peer)) }
    return Array(point[1...32])
  }

  static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try kemPublicKey(privateKey: privateKey)
  }

  static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try withKey(private: privateKey) { key in
      let digest = hash(message)
      var signature = [UInt8](repeating: 0, count: 72)
      var length: UInt32 = 0
      guard ecdsaSign(0, digest, digest.count, &signature, &length, key) == 1 else { return nil }
      return Array(signature[..<Int(length)])
    }
  }

  static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    guard let key = key(public: publicKey) else { return false }
    defer { keyFree(key) }
    let digest = hash(message)
    return ecdsaVerify(0, digest, digest.count, signature, signature.count, key) == 1
  }

  /// The key's scalar times `point`, or times the generator.
  private static func product(of key: OpaquePointer, with point: OpaquePointer?) -> [UInt8]? {
    guard let result = pointNew(p256()) else { return nil }
    defer { pointFree(result) }
    let scalar = keyPrivate(key)
    guard pointMultiply(p256(), result, point == nil ? scalar : nil, point, point == nil ? nil : scalar, nil) == 1
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: pointLength)
    guard pointWrite(p256(), result, uncompressed, &bytes, bytes.count, nil) == bytes.count else { return nil }
    return bytes
  }

  private static func withKey(
    private bytes: [UInt8], _ body: (OpaquePointer) -> [UInt8]?
  ) throws(PrimitiveError) -> [UInt8] {
    guard bytes.count == kem.privateKeyLength, let key = keyNew() else { throw .invalidParameter }
    defer { keyFree(key) }
    guard keySetGroup(key, p256()) == 1, keyReadPrivate(key, bytes, bytes.count) == 1, let result = body(key) else {
      throw .invalidParameter
    }
    return result
  }

  private static func key(public bytes: [UInt8]) -> OpaquePointer? {
    guard bytes.count == pointLength, let key = keyNew() else { return nil }
    guard keySetGroup(key, p256()) == 1, keyReadPublic(key, bytes, bytes.count, nil) == 1 else {
      keyFree(key)
      return nil
    }
    return key
  }
}
