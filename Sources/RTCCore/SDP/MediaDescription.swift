/// One media section: an `m=` line and what follows it.
package struct MediaDescription: Hashable, Sendable {
  package static let maximumSourceCount = 256

  package enum Kind: String, Sendable {
    case audio, video, application
  }

  package var kind: Kind
  /// 0 with `isBundleOnly` means "goes with the bundle", 0 without it "rejected" (RFC 9143 §6).
  package var port: UInt16
  /// The transport protocol, such as `UDP/TLS/RTP/SAVPF`.
  package var transportProtocol: String
  /// The formats of a section that is not RTP; empty in others, whose formats are the payload types of `codecs`.
  package var formats: [String] = []
  /// The `c=` line.
  package var connection: String?
  /// `b=` lines.
  package var bandwidth: [String] = []

  package var mid: String?
  package var direction = MediaDirection.sendrecv
  package var isBundleOnly = false
  package var transport = SDPTransport()
  /// `a=rtcp-mux` (RFC 5761).
  package var hasRTCPMux = false
  /// `a=rtcp-rsize` (RFC 5506).
  package var hasReducedSizeRTCP = false
  /// In the order of the `m=` line, which is that of preference.
  package var codecs: [SDPCodec] = []
  package var headerExtensions: [SDPHeaderExtension] = []
  package var allowsMixedExtensions = false
  package var streams: [SDPMediaStreamID] = []
  package var rids: [SDPRid] = []
  package var simulcast: SDPSimulcast?
  package var sources: [SDPSource] = []
  package var sourceGroups: [SDPSourceGroup] = []
  /// Values of `a=candidate`, for `ICECandidate(parsing:)`.
  package var candidates: [String] = []
  package var isEndOfCandidates = false
  /// Attributes without a type here.
  package var attributes: [SDPAttribute] = []

  package init(kind: Kind, port: UInt16 = 9, transportProtocol: String = "UDP/TLS/RTP/SAVPF") {
    self.kind = kind
    self.port = port
    self.transportProtocol = transportProtocol
  }

  package var isRejected: Bool { port == 0 && !isBundleOnly }

  package var isRTP: Bool { transportProtocol.split(separator: "/").contains("RTP") }

  package func codec(payloadType: UInt8) -> SDPCodec? {
    codecs.first { $0.payloadType == payloadType }
  }

  /// The first codec of that name, in any case.
  package func codec(named name: String) -> SDPCodec? {
    let wanted = name.lowercased()
    return codecs.first { $0.name.lowercased() == wanted }
  }

  /// The RTX format that repeats packets of `payloadType` (RFC 4588 §8.1).
  package func retransmission(of payloadType: UInt8) -> SDPCodec? {
    codecs.first { $0.isRetransmission && $0.associatedPayloadType == payloadType }
  }

  /// The SSRC that repeats packets of `ssrc`, by the FID group.
  package func retransmissionSSRC(of ssrc: UInt32) -> UInt32? {
    sourceGroups.first { $0.semantics == "FID" && $0.ssrcs.count == 2 && $0.ssrcs[0] == ssrc }?.ssrcs[1]
  }

  /// The ids of the header extensions we know. Ids from 256 up are proposals that cannot be used as they are (RFC 8285
  /// §6) and are left out.
  package var extensionMap: RTPExtensionMap {
    var map = RTPExtensionMap()
    for item in headerExtensions {
      guard let kind = RTPExtensionKind(uri: item.uri), let id = UInt8(exactly: item.id) else { continue }
      map[kind] = id
    }
    return map
  }
}

/// Direction of a section, from its writer's point of view.
package enum MediaDirection: String, Sendable {
  case sendrecv, sendonly, recvonly, inactive

  package init(sends: Bool, receives: Bool) {
    self = sends ? (receives ? .sendrecv : .sendonly) : (receives ? .recvonly : .inactive)
  }

  package var sends: Bool { self == .sendrecv || self == .sendonly }
  package var receives: Bool { self == .sendrecv || self == .recvonly }
  /// The same from the other side.
  package var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }
}
