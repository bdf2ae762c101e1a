/// What a datagram on a shared port claims to be. Only its first bytes were looked at: the parser of that kind decides.
package enum DatagramKind: Hashable, Sendable {
  case stun, dtls, rtp, rtcp
  /// ZRTP, TURN channels, QUIC, an empty datagram, or one too short for its kind.
  case unknown

  /// RFC 7983 §7 by the first byte, then RFC 5761 §4 for RTP and RTCP on one port. Total, reads two bytes.
  @inline(__always)
  package static func classify(_ datagram: UnsafeRawBufferPointer) -> DatagramKind {
    guard datagram.count >= 2 else { return .unknown }
    switch datagram[0] {
    case 0...3: return datagram.count >= STUNMessage.headerSize ? .stun : .unknown
    case 20...63: return datagram.count >= dtlsRecordHeaderSize ? .dtls : .unknown
    case 128...191:
      if 192...223 ~= datagram[1] { return datagram.count >= rtcpMinimumSize ? .rtcp : .unknown }
      return datagram.count >= rtpHeaderSize ? .rtp : .unknown
    default: return .unknown
    }
  }

  private static var dtlsRecordHeaderSize: Int { 13 }
  private static var rtpHeaderSize: Int { 12 }
  /// Header and sender SSRC: an encrypted packet has no use for less (RFC 3711 §3.4).
  private static var rtcpMinimumSize: Int { 8 }
}
