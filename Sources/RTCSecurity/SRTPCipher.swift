internal import COpenSSL
internal import RTCCore

/// The session keys of one direction of SRTP or of SRTCP, with the cipher contexts that hold them. Keys are set up
/// once; a packet only sets the initialisation vector, so nothing is fetched or allocated.
struct SRTPCipher {
  let isAEAD: Bool
  private let context: OpaquePointer
  /// Session salt, left-aligned in 16 bytes, as two big-endian halves.
  private let salt: (high: UInt64, low: UInt64)
  /// Behind a pointer so that a cipher is small to pass about. Counter mode's; GCM has none.
  private let hmac: UnsafeMutablePointer<HMACSHA1>?

  enum Direction { case seal, open }

  init(_ keys: SRTPSessionKeys, profile: SRTPProfile, direction: Direction) {
    isAEAD = profile == .aeadAES128GCM
    let padded = keys.salt + [UInt8](repeating: 0, count: 16 - keys.salt.count)
    salt = padded.withUnsafeBytes {
      (
        UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    if isAEAD {
      hmac = nil
    } else {
      let hmac = UnsafeMutablePointer<HMACSHA1>.allocate(capacity: 1)
      hmac.initialize(to: keys.authentication.withUnsafeBytes(HMACSHA1.init(key:)))
      self.hmac = hmac
    }
    guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
    self.context = context
    let cipher = isAEAD ? EVP_aes_128_gcm() : EVP_aes_128_ctr()
    let encrypts: CInt = direction == .seal || !isAEAD ? 1 : 0
    precondition(
      EVP_CipherInit_ex(context, cipher, nil, keys.encryption, nil, encrypts) == 1, "AES-128 is not available")
  }

  /// A packet will be begun soon.
  @inline(__always)
  func prefetch() {
    for line in 0..<3 { copenssl_prefetch(UnsafeRawPointer(context) + 64 &* line) }
  }

  /// Wipes and frees the keys.
  func destroy() {
    EVP_CIPHER_CTX_free(context)
    guard let hmac else { return }
    OPENSSL_cleanse(hmac, MemoryLayout<HMACSHA1>.size)
    hmac.deallocate()
  }

  /// Sets the initialisation vector for a packet of `ssrc` and `index` (48 bits of RTP, 31 of RTCP): RFC 7714 §8.1 and
  /// §9.1, RFC 3711 §4.1.1. The GCM layout is the counter-mode one moved left by two bytes.
  @inline(__always)
  func begin(ssrc: UInt32, index: UInt64) -> Bool {
    let high = isAEAD ? UInt64(ssrc) << 16 | index >> 32 : UInt64(ssrc)
    let low = isAEAD ? index << 32 : index << 16
    var vector = ((salt.high ^ high).bigEndian, (salt.low ^ low).bigEndian)
    return withUnsafeBytes(of: &vector) {
      EVP_CipherInit_ex(context, nil, nil, nil, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), -1) == 1
    }
  }

  /// Adds bytes that are authenticated but stay clear. GCM only.
  @inline(__always)
  func authenticate(_ clear: UnsafeRawBufferPointer) -> Bool {
    var produced: CInt = 0
    return EVP_CipherUpdate(
      context, nil, &produced, clear.baseAddress?.assumingMemoryBound(to: UInt8.self), CInt(clear.count))
      == 1
  }

  /// Encrypts or decrypts `source` to `target`, which may be the same memory.
  @inline(__always)
  func crypt(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Bool {
    guard let start = source.baseAddress, source.count > 0 else { return true }
    var produced: CInt = 0
    return EVP_CipherUpdate(
      context, target.assumingMemoryBound(to: UInt8.self), &produced, start.assumingMemoryBound(to: UInt8.self),
      CInt(source.count)) == 1
  }

  /// Finishes sealing: writes the 16-byte tag at `target`. GCM only.
  @inline(__always)
  func writeTag(to target: UnsafeMutableRawPointer) -> Bool {
    var produced: CInt = 0
    return EVP_CipherFinal_ex(context, nil, &produced) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, target) == 1
  }

  /// Finishes opening: whether the 16 bytes at `tag` are right. GCM only.
  @inline(__always)
  func verifyTag(at tag: UnsafeMutableRawPointer) -> Bool {
    var produced: CInt = 0
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1
      && EVP_CipherFinal_ex(context, nil, &produced) == 1
  }

  /// HMAC-SHA1 of `head` and `tail`, cut to the 10 bytes at `target`. Counter mode only.
  @inline(__always)
  func writeMAC(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    withUnsafeTemporaryAllocation(byteCount: HMACSHA1.length, alignment: 8) { digest in
      hmac.unsafelyUnwrapped.pointee.authenticate(head, tail, into: digest)
      target.copyMemory(from: digest.baseAddress!, byteCount: 10)
    }
  }

  /// Whether the 10 bytes at `tag` are the code of `head` and `tail`, compared in constant time. Counter mode only.
  @inline(__always)
  func verifyMAC(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer, at tag: UnsafeRawPointer) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: HMACSHA1.length, alignment: 8) { digest in
      hmac.unsafelyUnwrapped.pointee.authenticate(head, tail, into: digest)
      return CRYPTO_memcmp(digest.baseAddress, tag, 10) == 0
    }
  }
}
