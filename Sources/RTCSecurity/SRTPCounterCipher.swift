internal import COpenSSL
internal import RTCCore

/// AES-128 in counter mode with HMAC-SHA1 (RFC 3711 §4.1.1 and §4.2.1): a handle to the keys of a direction.
struct SRTPCounterCipher {
  private let context: OpaquePointer
  private let hmac: UnsafeMutablePointer<HMACSHA1>

  init(_ keys: SRTPSessionKeys) {
    hmac = .allocate(capacity: 1)
    hmac.initialize(to: keys.authentication.withUnsafeBytes(HMACSHA1.init(key:)))
    guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
    self.context = context
    precondition(
      EVP_CipherInit_ex(context, EVP_aes_128_ctr(), nil, keys.encryption, nil, 1) == 1, "AES-128 is not available")
  }

  /// What a packet needs first, for prefetching.
  @inline(__always)
  var memory: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: UnsafeRawPointer(context), count: 192) }

  /// Wipes and frees the keys.
  func destroy() {
    EVP_CIPHER_CTX_free(context)
    OPENSSL_cleanse(hmac, MemoryLayout<HMACSHA1>.size)
    hmac.deallocate()
  }

  /// Encrypts or decrypts `source` to `target`, which may be the same memory, from `counter` on.
  @inline(__always)
  func crypt(
    _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, from counter: (UInt64, UInt64)
  ) -> Bool {
    var vector = counter
    let isSet = withUnsafeBytes(of: &vector) {
      EVP_CipherInit_ex(context, nil, nil, nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), -1) == 1
    }
    guard isSet, let start = source.baseAddress, source.count > 0 else { return isSet }
    var produced: CInt = 0
    return EVP_CipherUpdate(
      context, target.assumingMemoryBound(to: UInt8.self), &produced, start.assumingMemoryBound(to: UInt8.self),
      CInt(source.count)) == 1
  }

  /// HMAC-SHA1 of `head` and `tail`, cut to the 10 bytes at `target`.
  @inline(__always)
  func writeMAC(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    withUnsafeTemporaryAllocation(byteCount: HMACSHA1.length, alignment: 8) { digest in
      hmac.pointee.authenticate(head, tail, into: digest)
      target.copyMemory(from: digest.baseAddress!, byteCount: 10)
    }
  }

  /// Whether the 10 bytes at `tag` are the code of `head` and `tail`, compared in constant time.
  @inline(__always)
  func verifyMAC(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, at tag: UnsafeRawPointer) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: HMACSHA1.length, alignment: 8) { digest in
      hmac.pointee.authenticate(head, tail, into: digest)
      return CRYPTO_memcmp(digest.baseAddress, tag, 10) == 0
    }
  }
}
