package import RTCCore

/// SRTCP packets (RFC 3711 §3.4, RFC 7714 §9): 8 bytes in clear, the rest encrypted, then the word of E flag and index,
/// behind the tag with GCM and before it with HMAC.
extension OpenSSLSRTP {
  private static var clearLength: Int { 8 }
  private static var indexLength: Int { 4 }
  private static var encryptedFlag: UInt32 { 0x8000_0000 }

  package mutating func unprotectRTCP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict {
    let bytes = UnsafeRawBufferPointer(packet)
    let end = bytes.count &- profile.rtcpOverhead
    guard end >= Self.clearLength, bytes[0] >> 6 == 2 else { return .dropped(.malformed) }
    let word = bytes.word(at: profile == .aeadAES128GCM ? bytes.count &- Self.indexLength : end)
    guard word & Self.encryptedFlag != 0 else { return .dropped(.unencrypted) }
    let admission = state.pointee.inbound.rtcpStreams.admitRTCP(
      ssrc: bytes.word(at: 4), index: word & ~Self.encryptedFlag)
    switch admission {
    case .refused(let reason): return .dropped(reason)
    case .candidate(let candidate):
      guard open(packet, end: end, word: word, candidate) else { return .dropped(.badTag) }
      state.pointee.inbound.rtcpStreams.commit(candidate)
      return .passed(length: end)
    }
  }

  package mutating func protectRTCP(_ datagram: UnsafeMutableRawBufferPointer, length: Int) -> SRTPVerdict {
    guard length >= Self.clearLength, length <= datagram.count, datagram[0] >> 6 == 2 else {
      return .dropped(.malformed)
    }
    guard length &+ profile.rtcpOverhead <= datagram.count else { return .dropped(.noRoom) }
    let index = state.pointee.outbound.nextRTCPIndex
    guard index < Self.encryptedFlag else { return .dropped(.keyExhausted) }
    guard seal(datagram, end: length, index: index) else { return .dropped(.malformed) }
    state.pointee.outbound.nextRTCPIndex = index &+ 1
    return .passed(length: length &+ profile.rtcpOverhead)
  }

  private func open(
    _ packet: UnsafeMutableRawBufferPointer, end: Int, word: UInt32, _ candidate: SRTPStreams.Candidate
  ) -> Bool {
    guard let base = packet.baseAddress else { return false }
    let bytes = UnsafeRawBufferPointer(packet)
    switch state.pointee.inbound.rtcp {
    case .gcm(let gcm, let salt):
      return Self.withClear(of: bytes, word: word.bigEndian) { clear in
        withUnsafeBytes(of: salt.nonce(ssrc: candidate.ssrc, index: candidate.index)) { nonce in
          gcm.open(
            UnsafeMutableRawBufferPointer(rebasing: packet[Self.clearLength..<end]), tag: base + end, clear: clear,
            nonce: nonce)
        }
      }
    case .counter(let cipher, let salt):
      let covered = end &+ Self.indexLength
      return cipher.verifyMAC(bytes.slice(0, covered), bytes.slice(covered, covered), at: base + covered)
        && cipher.crypt(
          bytes.slice(Self.clearLength, end), to: base + Self.clearLength,
          from: salt.counter(ssrc: candidate.ssrc, index: candidate.index))
    }
  }

  private func seal(_ datagram: UnsafeMutableRawBufferPointer, end: Int, index: UInt32) -> Bool {
    guard let base = datagram.baseAddress else { return false }
    let bytes = UnsafeRawBufferPointer(datagram)
    let text = bytes.slice(Self.clearLength, end)
    let target = base + Self.clearLength
    let word = (index | Self.encryptedFlag).bigEndian
    let ssrc = bytes.word(at: 4)
    switch state.pointee.outbound.rtcp {
    case .gcm(let gcm, let salt):
      datagram.storeBytes(of: word, toByteOffset: end &+ profile.tagLength, as: UInt32.self)
      return Self.withClear(of: bytes, word: word) { clear in
        withUnsafeBytes(of: salt.nonce(ssrc: ssrc, index: UInt64(index))) { nonce in
          gcm.seal(text, to: target, tag: base + end, clear: clear, nonce: nonce)
        }
      }
    case .counter(let cipher, let salt):
      guard cipher.crypt(text, to: target, from: salt.counter(ssrc: ssrc, index: UInt64(index))) else { return false }
      let covered = end &+ Self.indexLength
      datagram.storeBytes(of: word, toByteOffset: end, as: UInt32.self)
      cipher.writeMAC(bytes.slice(0, covered), bytes.slice(covered, covered), to: base + covered)
      return true
    }
  }

  /// What stays clear under GCM (RFC 7714 §9.2): the 8 bytes at the beginning, and the word in network order.
  private static func withClear<Result>(
    of bytes: UnsafeRawBufferPointer, word: UInt32, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(byteCount: clearLength &+ indexLength, alignment: 4) { clear in
      clear.copyMemory(from: bytes.slice(0, clearLength))
      clear.storeBytes(of: word, toByteOffset: clearLength, as: UInt32.self)
      return body(UnsafeRawBufferPointer(clear))
    }
  }
}
