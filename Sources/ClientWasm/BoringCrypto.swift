import SFrame

// BoringSSL as swift-crypto vendors it, so that browser and native build run the same primitives. Declared here and not
// imported: these are all the functions there are to audit.

@_extern(c, "CCryptoBoringSSL_EVP_sha256")
private func digestSHA256() -> OpaquePointer
@_extern(c, "CCryptoBoringSSL_EVP_sha512")
private func digestSHA512() -> OpaquePointer

@_extern(c, "CCryptoBoringSSL_EVP_Digest")
private func evpDigest(
  _ data: UnsafeRawPointer?, _ length: Int, _ out: UnsafeMutablePointer<UInt8>?,
  _ outLength: UnsafeMutablePointer<UInt32>?,
  _ digest: OpaquePointer, _ engine: OpaquePointer?
) -> Int32

@_extern(c, "CCryptoBoringSSL_HKDF_extract")
private func hkdfExtract(
  _ out: UnsafeMutablePointer<UInt8>?, _ outLength: UnsafeMutablePointer<Int>?, _ digest: OpaquePointer,
  _ secret: UnsafePointer<UInt8>?, _ secretLength: Int, _ salt: UnsafePointer<UInt8>?, _ saltLength: Int
) -> Int32

@_extern(c, "CCryptoBoringSSL_HKDF_expand")
private func hkdfExpand(
  _ out: UnsafeMutablePointer<UInt8>?, _ outLength: Int, _ digest: OpaquePointer, _ key: UnsafePointer<UInt8>?,
  _ keyLength: Int, _ info: UnsafePointer<UInt8>?, _ infoLength: Int
) -> Int32

@_extern(c, "CCryptoBoringSSL_EVP_aead_aes_128_gcm")
private func aeadAES128GCM() -> OpaquePointer
@_extern(c, "CCryptoBoringSSL_EVP_aead_aes_256_gcm")
private func aeadAES256GCM() -> OpaquePointer

@_extern(c, "CCryptoBoringSSL_EVP_AEAD_CTX_new")
private func aeadContextNew(
  _ aead: OpaquePointer, _ key: UnsafePointer<UInt8>?, _ keyLength: Int, _ tagLength: Int
) -> OpaquePointer?
@_extern(c, "CCryptoBoringSSL_EVP_AEAD_CTX_free")
private func aeadContextFree(_ context: OpaquePointer)

@_extern(c, "CCryptoBoringSSL_EVP_AEAD_CTX_seal")
private func aeadContextSeal(
  _ context: OpaquePointer, _ out: UnsafeMutablePointer<UInt8>?, _ outLength: UnsafeMutablePointer<Int>?,
  _ capacity: Int, _ nonce: UnsafePointer<UInt8>?, _ nonceLength: Int, _ input: UnsafePointer<UInt8>?,
  _ inputLength: Int, _ additionalData: UnsafePointer<UInt8>?, _ additionalDataLength: Int
) -> Int32
@_extern(c, "CCryptoBoringSSL_EVP_AEAD_CTX_open")
private func aeadContextOpen(
  _ context: OpaquePointer, _ out: UnsafeMutablePointer<UInt8>?, _ outLength: UnsafeMutablePointer<Int>?,
  _ capacity: Int, _ nonce: UnsafePointer<UInt8>?, _ nonceLength: Int, _ input: UnsafePointer<UInt8>?,
  _ inputLength: Int, _ additionalData: UnsafePointer<UInt8>?, _ additionalDataLength: Int
) -> Int32

/// The cryptographic door over BoringSSL's C functions.
enum BoringCrypto: CryptoProvider {
  static func hash(_ function: DigestAlgorithm, _ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: function.length)
    let done = evpDigest(bytes, bytes.count, &result, nil, digest(function), nil)
    precondition(done == 1)
    return result
  }

  static func hkdfExtract(_ function: DigestAlgorithm, salt: [UInt8], secret: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: function.length)
    var length = 0
    let done = ClientWasm.hkdfExtract(
      &result, &length, digest(function), secret, secret.count, salt, salt.count)
    precondition(done == 1 && length == result.count)
    return result
  }

  static func hkdfExpand(
    _ function: DigestAlgorithm, key: [UInt8], info: [UInt8], length: Int
  ) throws(PrimitiveError) -> [UInt8] {
    guard length >= 1, length <= 255 * function.length else { throw .invalidParameter }
    var result = [UInt8](repeating: 0, count: length)
    guard ClientWasm.hkdfExpand(&result, length, digest(function), key, key.count, info, info.count) == 1 else {
      throw .invalidParameter
    }
    return result
  }

  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    let context = try context(key: key, nonce: nonce)
    defer { aeadContextFree(context) }
    var sealed = [UInt8](repeating: 0, count: plaintext.count + SFrameSuite.tagLength)
    var length = 0
    let done = aeadContextSeal(
      context, &sealed, &length, sealed.count, nonce, nonce.count, plaintext, plaintext.count, additionalData,
      additionalData.count)
    guard done == 1, length == sealed.count else { throw .invalidParameter }
    return sealed
  }

  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard sealed.count >= SFrameSuite.tagLength else { throw .invalidParameter }
    let context = try context(key: key, nonce: nonce)
    defer { aeadContextFree(context) }
    // BoringSSL demands room for the whole input, tag included, and reports how much of it is plaintext.
    var plaintext = [UInt8](repeating: 0, count: sealed.count)
    var length = 0
    let done = aeadContextOpen(
      context, &plaintext, &length, plaintext.count, nonce, nonce.count, sealed, sealed.count, additionalData,
      additionalData.count)
    guard done == 1 else { throw .authenticationFailed }
    plaintext.removeLast(plaintext.count - length)
    return plaintext
  }

  private static func context(key: [UInt8], nonce: [UInt8]) throws(PrimitiveError) -> OpaquePointer {
    guard key.count == 16 || key.count == 32, nonce.count == SFrameSuite.nonceLength else { throw .invalidParameter }
    let aead = key.count == 16 ? aeadAES128GCM() : aeadAES256GCM()
    guard let context = aeadContextNew(aead, key, key.count, SFrameSuite.tagLength) else { throw .invalidParameter }
    return context
  }

  private static func digest(_ function: DigestAlgorithm) -> OpaquePointer {
    function == .sha256 ? digestSHA256() : digestSHA512()
  }
}
