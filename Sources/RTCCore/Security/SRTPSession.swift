/// Why SRTP or SRTCP refused a packet. Each case is a counter.
package enum SRTPDropReason: UInt8, CaseIterable, Hashable, Sendable {
  /// Shorter than its header and tag, or a header that points past its end.
  case malformed
  /// The index was accepted before (RFC 3711 §3.3.2).
  case replayed
  /// The index is older than the replay window reaches.
  case tooOld
  /// The tag does not match: forged, damaged, or of another session.
  case badTag
  /// SRTCP whose E bit is off: WebRTC always encrypts.
  case unencrypted
  /// The bounded table of streams has no place for another SSRC.
  case tooManyStreams
  /// The output buffer cannot hold packet and tag.
  case noRoom
  /// 2^48 RTP or 2^31 RTCP packets were sent under one key (RFC 3711 §9.2): no more may be.
  case keyExhausted
}

/// Outcome of one packet: its new length in bytes from the start of the buffer, or the reason it was dropped.
package enum SRTPVerdict: Hashable, Sendable {
  case passed(length: Int)
  case dropped(SRTPDropReason)
}

/// Both directions of one peer's SRTP and SRTCP (RFC 3711, RFC 7714). A packet of a known SSRC allocates nothing.
///
/// A value of this type is a handle with one owner: copies name the same session, `destroy` ends it and must be called
/// exactly once. Not for use by two threads at once.
package protocol SRTPSession {
  /// Bytes that protecting an RTP packet adds at its end: 16 (GCM) or 10 (HMAC-SHA1-80).
  var rtpOverhead: Int { get }

  /// Bytes that protecting an RTCP packet adds at its end: tag plus the 4-byte index.
  var rtcpOverhead: Int { get }

  /// Whether anything that the peer sent was authentic: it has its keys.
  var hasOpened: Bool { get }

  /// Authenticates and decrypts an RTP packet in place. Replay is checked before the cipher runs and recorded only
  /// after the tag matched; a refused packet changes no state (its bytes are then undefined).
  mutating func unprotectRTP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict

  /// Authenticates and decrypts a compound or reduced-size RTCP packet in place.
  mutating func unprotectRTCP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict

  /// Makes an SRTP packet in `datagram`, an egress slot. The first `written` bytes are there already: the whole RTP
  /// header (CSRCs and extension included) and, if any, the first plaintext bytes of the payload, such as a rewritten
  /// payload descriptor. `payload` is the rest of the plaintext and is encrypted straight from where it is; it must not
  /// overlap `datagram`. An empty `payload` protects `datagram[..<written]` in place.
  ///
  /// Sequence numbers of one SSRC may come out of order by up to about 1,000, but each may be used once: a second
  /// packet is refused as `replayed`, because it would use a keystream twice and give away both. Repeat by RTX (RFC
  /// 4588).
  mutating func protectRTP(
    _ datagram: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer
  ) -> SRTPVerdict

  /// Protects the RTCP packet in `datagram[..<length]` in place; the rest of `datagram` is room for the tag.
  mutating func protectRTCP(_ datagram: UnsafeMutableRawBufferPointer, length: Int) -> SRTPVerdict

  /// An RTP packet will be protected soon: what that needs may be brought near.
  func prefetch()

  /// The next step of that, which wants the first to be done.
  func prefetchStreams()

  /// Wipes the keys and frees everything behind the handle.
  func destroy()
}

extension SRTPSession {
  @inline(__always)
  package func prefetch() {}
  @inline(__always)
  package func prefetchStreams() {}
}
