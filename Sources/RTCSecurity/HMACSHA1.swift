internal import COpenSSL

/// HMAC-SHA1 (RFC 2104) with the two padded key blocks hashed once. OpenSSL 3's EVP_MAC and HMAC() allocate digest
/// contexts for every message; the plain SHA-1 functions work on memory of ours.
struct HMACSHA1 {
  static let length = Int(SHA_DIGEST_LENGTH)

  private var inner = SHA_CTX()
  private var outer = SHA_CTX()

  /// Keys longer than a block of 64 bytes are hashed first.
  init(key: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(byteCount: Self.blockSize, alignment: 8) { block in
      block.initializeMemory(as: UInt8.self, repeating: 0)
      if key.count > Self.blockSize {
        SHA1(key.baseAddress, key.count, block.baseAddress)
      } else {
        block.copyMemory(from: key)
      }
      for index in block.indices { block[index] ^= 0x36 }
      SHA1_Init(&inner)
      SHA1_Update(&inner, block.baseAddress, block.count)
      for index in block.indices { block[index] ^= 0x36 ^ 0x5C }
      SHA1_Init(&outer)
      SHA1_Update(&outer, block.baseAddress, block.count)
      OPENSSL_cleanse(block.baseAddress, block.count)
    }
  }

  /// Writes the 20 bytes of the code of `head` followed by `tail`.
  @inline(__always)
  func authenticate(
    _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer
  ) {
    var hash = inner
    SHA1_Update(&hash, head.baseAddress, head.count)
    SHA1_Update(&hash, tail.baseAddress, tail.count)
    SHA1_Final(digest.baseAddress, &hash)
    hash = outer
    SHA1_Update(&hash, digest.baseAddress, Self.length)
    SHA1_Final(digest.baseAddress, &hash)
  }

  private static let blockSize = 64
}
