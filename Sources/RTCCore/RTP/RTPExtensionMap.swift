/// The header extensions this system understands. The raw value is a lane of `RTPExtensionMap`.
package enum RTPExtensionKind: UInt8, CaseIterable, Sendable {
  case mid
  case rid
  case repairedRID
  case audioLevel
  case absSendTime
  case transportSequence
  case playoutDelay
  case videoOrientation

  /// The name under which SDP negotiates the extension (`a=extmap`).
  package var uri: String {
    switch self {
    case .mid: "urn:ietf:params:rtp-hdrext:sdes:mid"
    case .rid: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    case .repairedRID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    case .audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    case .absSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    case .transportSequence: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    case .playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
    case .videoOrientation: "urn:3gpp:video-orientation"
    }
  }

  package init?(uri: String) {
    for kind in Self.allCases where kind.uri == uri {
      self = kind
      return
    }
    return nil
  }
}

/// Which id each extension has in one peer connection, both ways, in eight bytes. BUNDLE makes the ids of one
/// connection agree between its media sections (RFC 9143 §7.1), so one map serves a peer.
package struct RTPExtensionMap: Hashable, Sendable {
  /// Lane = kind, value = id, 0 for none.
  private var ids = SIMD8<UInt8>()

  package init() {}

  /// The id of `kind`, 1...255 (1...14 fit the one-byte form); 0 when it was not negotiated.
  @inline(__always)
  package subscript(kind: RTPExtensionKind) -> UInt8 {
    get { ids[Int(kind.rawValue)] }
    set { ids[Int(kind.rawValue)] = newValue }
  }

  /// What id `id` means; nil for 0 and for ids of extensions we do not know.
  @inline(__always)
  package func kind(of id: UInt8) -> RTPExtensionKind? {
    guard id != 0 else { return nil }
    for lane in 0..<8 where ids[lane] == id { return RTPExtensionKind(rawValue: UInt8(truncatingIfNeeded: lane)) }
    return nil
  }
}
