internal import COpenSSL
internal import RTCCore

/// The session keys of one direction of SRTP or of SRTCP, with the contexts that hold them. Keys are set up once: nothing is
/// fetched or allocated for a packet.
enum SRTPCipher {
  case gcm(AES128GCM, SRTPSalt)
  case counter(SRTPCounterCipher, SRTPSalt)

  init(_ keys: SRTPSessionKeys, profile: SRTPProfile) {
    let salt = SRTPSalt(keys.salt)
    switch profile {
    case .aeadAES128GCM: self = .gcm(AES128GCM(key: keys.encryption), salt)
    case .aes128CMHMACSHA1_80: self = .counter(SRTPCounterCipher(keys), salt)
    }
  }

  /// A packet will be sealed or opened soon.
  @inline(__always)
  func prefetch() {
    let memory: UnsafeRawBufferPointer
    switch self {
    case .gcm(let gcm, _): memory = gcm.memory
    case .counter(let counter, _): memory = counter.memory
    }
    guard let start = memory.baseAddress else { return }
    var offset = 0
    while offset < memory.count {
      copenssl_prefetch(start + offset)
      offset &+= 64
    }
  }

  /// Wipes and frees the keys.
  func destroy() {
    switch self {
    case .gcm(let gcm, _): gcm.destroy()
    case .counter(let counter, _): counter.destroy()
    }
  }
}

/// A session salt, left-aligned in 16 bytes, as two big-endian halves.
struct SRTPSalt {
  private let high: UInt64
  private let low: UInt64

  init(_ bytes: [UInt8]) {
    let padded = bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
    (high, low) = padded.withUnsafeBytes {
      (
        UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }

  /// The nonce of a packet of `ssrc` and `index` (48 bits of RTP, 31 of RTCP), 12 bytes and then 4 of zero: RFC 7714 §8.1
  /// and §9.1.
  @inline(__always)
  func nonce(ssrc: UInt32, index: UInt64) -> (UInt64, UInt64) {
    ((high ^ (UInt64(ssrc) << 16 | index >> 32)).bigEndian, (low ^ index << 32).bigEndian)
  }

  /// The counter that a packet begins with, 16 bytes: RFC 3711 §4.1.1.
  @inline(__always)
  func counter(ssrc: UInt32, index: UInt64) -> (UInt64, UInt64) {
    ((high ^ UInt64(ssrc)).bigEndian, (low ^ index << 16).bigEndian)
  }
}
