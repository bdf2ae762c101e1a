import MLS
import SFrame

@_extern(c, "CCryptoBoringSSL_SHA256")
private func sha256(
  _ data: UnsafePointer<UInt8>?, _ length: Int, _ out: UnsafeMutablePointer<UInt8>?
) -> UnsafeMutablePointer<UInt8>?

@_extern(c, "CCryptoBoringSSL_EVP_sha256")
private func digestSHA256() -> OpaquePointer

@_extern(c, "CCryptoBoringSSL_HMAC")
private func hmacOnce(
  _ digest: OpaquePointer, _ key: UnsafePointer<UInt8>?, _ keyLength: Int, _ data: UnsafePointer<UInt8>?,
  _ dataLength: Int, _ out: UnsafeMutablePointer<UInt8>?, _ outLength: UnsafeMutablePointer<UInt32>?
) -> UnsafeMutablePointer<UInt8>?

/// What the suites of MLS share over BoringSSL: SHA-256 and AES-128-GCM.
protocol BoringSuite: CipherSuiteProvider {}

extension BoringSuite {
  static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: hashLength)
    let done = sha256(bytes, bytes.count, &result)
    precondition(done != nil)
    return result
  }

  static func hmac(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: hashLength)
    let done = hmacOnce(digestSHA256(), key, key.count, message, message.count, &result, nil)
    precondition(done != nil)
    return result
  }

  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(MLS.PrimitiveError) -> [UInt8] {
    guard key.count == aeadKeyLength else { throw .invalidParameter }
    do {
      return try BoringCrypto.aeadSeal(key: key, nonce: nonce, additionalData: additionalData, plaintext: plaintext)
    } catch {
      throw .invalidParameter
    }
  }

  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(MLS.PrimitiveError) -> [UInt8] {
    guard key.count == aeadKeyLength else { throw .invalidParameter }
    do {
      return try BoringCrypto.aeadOpen(key: key, nonce: nonce, additionalData: additionalData, sealed: sealed)
    } catch {
      throw error == .authenticationFailed ? .authenticationFailed : .invalidParameter
    }
  }
}
