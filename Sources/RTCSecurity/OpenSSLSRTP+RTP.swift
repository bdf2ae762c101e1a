package import RTCCore

/// SRTP packets: header in clear, payload encrypted, tag at the end (RFC 3711 §3.1, RFC 7714 §8).
extension OpenSSLSRTP {
  @inline(__always)
  package mutating func unprotectRTP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict {
    let bytes = UnsafeRawBufferPointer(packet)
    let end = bytes.count &- profile.tagLength
    guard let header = RTPHeader(bytes), header.length <= end else { return .dropped(.malformed) }
    switch state.pointee.inbound.rtpStreams.admitRTP(ssrc: header.ssrc, sequence: header.sequenceNumber) {
    case .refused(let reason): return .dropped(reason)
    case .candidate(let candidate):
      guard open(packet, clear: header.length, end: end, candidate) else { return .dropped(.badTag) }
      state.pointee.inbound.rtpStreams.commit(candidate)
      return .passed(length: end)
    }
  }

  @inline(__always)
  package mutating func protectRTP(
    _ datagram: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer
  ) -> SRTPVerdict {
    guard written >= RTPHeader.fixedLength, written <= datagram.count,
      let header = RTPHeader(UnsafeRawBufferPointer(rebasing: datagram[..<written]))
    else { return .dropped(.malformed) }
    let end = written &+ payload.count
    guard end &+ profile.tagLength <= datagram.count else { return .dropped(.noRoom) }
    switch state.pointee.outbound.rtpStreams.admitRTP(ssrc: header.ssrc, sequence: header.sequenceNumber) {
    case .refused(let reason): return .dropped(reason)
    case .candidate(let candidate):
      // A packet is encrypted in one go: a mixed payload is joined first.
      var source = payload
      if written > header.length {
        UnsafeMutableRawBufferPointer(rebasing: datagram[written...]).copyMemory(from: payload)
        source = UnsafeRawBufferPointer(datagram).slice(header.length, end)
      }
      guard seal(datagram, clear: header.length, source: source, candidate) else { return .dropped(.malformed) }
      state.pointee.outbound.rtpStreams.commit(candidate)
      return .passed(length: end &+ profile.tagLength)
    }
  }

  @inline(__always)
  private func open(
    _ packet: UnsafeMutableRawBufferPointer, clear: Int, end: Int, _ candidate: SRTPStreams.Candidate
  ) -> Bool {
    guard let base = packet.baseAddress else { return false }
    let bytes = UnsafeRawBufferPointer(packet)
    switch state.pointee.inbound.rtp {
    case .gcm(let gcm, let salt):
      return withUnsafeBytes(of: salt.nonce(ssrc: candidate.ssrc, index: candidate.index)) { nonce in
        gcm.open(
          UnsafeMutableRawBufferPointer(rebasing: packet[clear..<end]), tag: base + end,
          clear: bytes.slice(0, clear), nonce: nonce)
      }
    case .counter(let cipher, let salt):
      return Self.withRollover(of: candidate) { cipher.verifyMAC(bytes.slice(0, end), $0, at: base + end) }
        && cipher.crypt(
          bytes.slice(clear, end), to: base + clear, from: salt.counter(ssrc: candidate.ssrc, index: candidate.index))
    }
  }

  @inline(__always)
  private func seal(
    _ datagram: UnsafeMutableRawBufferPointer, clear: Int, source: UnsafeRawBufferPointer,
    _ candidate: SRTPStreams.Candidate
  ) -> Bool {
    guard let base = datagram.baseAddress else { return false }
    let bytes = UnsafeRawBufferPointer(datagram)
    let end = clear &+ source.count
    switch state.pointee.outbound.rtp {
    case .gcm(let gcm, let salt):
      return withUnsafeBytes(of: salt.nonce(ssrc: candidate.ssrc, index: candidate.index)) { nonce in
        gcm.seal(
          source, to: base + clear, tag: base + end, clear: bytes.slice(0, clear),
          nonce: nonce)
      }
    case .counter(let cipher, let salt):
      let counter = salt.counter(ssrc: candidate.ssrc, index: candidate.index)
      guard cipher.crypt(source, to: base + clear, from: counter) else { return false }
      Self.withRollover(of: candidate) { cipher.writeMAC(bytes.slice(0, end), $0, to: base + end) }
      return true
    }
  }

  /// The rollover counter in network order, which the HMAC covers though the packet does not carry it (RFC 3711 §4.2).
  @inline(__always)
  private static func withRollover<Result>(
    of candidate: SRTPStreams.Candidate, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withUnsafeBytes(of: SRTPPacketIndex.rollover(candidate.index).bigEndian, body)
  }
}
