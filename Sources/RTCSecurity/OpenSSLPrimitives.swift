internal import COpenSSL
internal import RTCCore

/// `RTCPrimitives` over libcrypto.
package enum OpenSSLPrimitives: RTCPrimitives {
  package static func hmacSHA1(
    key: UnsafeRawBufferPointer, head: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer,
    into digest: UnsafeMutableRawBufferPointer
  ) {
    precondition(digest.count >= HMACSHA1.length)
    HMACSHA1(key: key).authenticate(head, tail, into: digest)
  }

  package static func sha256(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer) {
    precondition(digest.count >= SHA256_DIGEST_LENGTH)
    SHA256(message.baseAddress, message.count, digest.baseAddress)
  }

  package static func constantTimeEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard a.count > 0 else { return true }
    return CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0
  }

  @inline(__always)
  package static func prefetch(_ address: UnsafeRawPointer) { copenssl_prefetch(address) }
}
