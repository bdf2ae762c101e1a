import RTCCore
import SFU

/// A small offer with real syntax: microphone, camera (with three layers or without), screen with sound, slots.
struct TestOffer {
  var ufrag = "abcd"
  var fingerprint: CertificateFingerprint
  var slots = 3
  var hasSimulcast = true
  var hasScreenSlot = true
  var hasVP9 = false
  /// Declared for the camera when there is no simulcast.
  var cameraSSRC: UInt32?

  static let opus: UInt8 = 111
  static let vp8: UInt8 = 96
  static let rtx: UInt8 = 97
  static let vp9: UInt8 = 98
  static let vp9RTX: UInt8 = 99

  static let extensions: RTPExtensionMap = {
    var map = RTPExtensionMap()
    map[.audioLevel] = 1
    map[.absSendTime] = 2
    map[.transportSequence] = 3
    map[.mid] = 4
    map[.rid] = 10
    map[.repairedRID] = 11
    return map
  }()

  var mids: OfferedMids {
    OfferedMids(
      microphone: "mic", camera: "cam", screen: "scr", screenAudio: "sca",
      slots: (0..<slots).map { SlotMids(audio: "a\($0)", video: "v\($0)") },
      screenSlot: hasScreenSlot ? SlotMids(audio: "sa", video: "sv") : nil)
  }

  var session: SessionDescription {
    var session = SessionDescription(origin: SDPOrigin(sessionID: 1, version: 1))
    session.media = [
      section(.audio, "mic", .sendonly), camera, section(.video, "scr", .sendonly), section(.audio, "sca", .sendonly),
    ]
    for slot in 0..<slots {
      session.media.append(section(.audio, "a\(slot)", .recvonly))
      session.media.append(section(.video, "v\(slot)", .recvonly))
    }
    if hasScreenSlot {
      session.media += [section(.audio, "sa", .recvonly), section(.video, "sv", .recvonly)]
    }
    session.groups = [SDPGroup(semantics: "BUNDLE", mids: session.media.compactMap(\.mid))]
    return session
  }

  var text: String { session.text() }

  private var camera: MediaDescription {
    var camera = section(.video, "cam", .sendonly)
    if let cameraSSRC {
      let cname = [SDPAttribute(name: "cname", value: "x")]
      camera.sources = [
        SDPSource(ssrc: cameraSSRC, attributes: cname), SDPSource(ssrc: cameraSSRC + 1, attributes: cname),
      ]
      camera.sourceGroups = [SDPSourceGroup(semantics: "FID", ssrcs: [cameraSSRC, cameraSSRC + 1])]
    }
    guard hasSimulcast else { return camera }
    camera.rids = ["q", "h", "f"].map { SDPRid(id: $0, direction: .send) }
    camera.simulcast = SDPSimulcast(send: ["q", "h", "f"].map { [SDPSimulcast.Alternative(rid: $0)] })
    return camera
  }

  private func section(_ kind: MediaDescription.Kind, _ mid: String, _ way: MediaDirection) -> MediaDescription {
    var media = MediaDescription(kind: kind)
    media.mid = mid
    media.direction = way
    media.hasRTCPMux = true
    media.hasReducedSizeRTCP = true
    media.transport.iceUfrag = ufrag
    media.transport.icePwd = "0123456789012345678901"
    media.transport.fingerprints = [SDPFingerprint(algorithm: "sha-256", value: fingerprint.sdp)]
    media.transport.setup = .actpass
    for kind in RTPExtensionKind.allCases where Self.extensions[kind] != 0 {
      media.headerExtensions.append(SDPHeaderExtension(id: UInt16(Self.extensions[kind]), uri: kind.uri))
    }
    if kind == .audio {
      media.codecs = [SDPCodec(payloadType: Self.opus, name: "opus", clockRate: 48_000, channels: 2)]
    } else {
      media.codecs = [
        SDPCodec(
          payloadType: Self.vp8, name: "VP8", clockRate: 90_000,
          feedback: ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]),
        SDPCodec(payloadType: Self.rtx, name: "rtx", clockRate: 90_000, parameters: "apt=\(Self.vp8)"),
      ]
      if hasVP9 { media.codecs += Self.vp9Formats }
    }
    return media
  }

  /// As browsers list them: of profile 2 (ten bits) too.
  private static let vp9Formats = [
    SDPCodec(payloadType: 100, name: "VP9", clockRate: 90_000, parameters: "profile-id=2"),
    SDPCodec(payloadType: 101, name: "rtx", clockRate: 90_000, parameters: "apt=100"),
    SDPCodec(
      payloadType: vp9, name: "VP9", clockRate: 90_000, parameters: "profile-id=0",
      feedback: ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]),
    SDPCodec(payloadType: vp9RTX, name: "rtx", clockRate: 90_000, parameters: "apt=\(vp9)"),
  ]
}

/// Deterministic, for SSRCs and credentials of tests.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
