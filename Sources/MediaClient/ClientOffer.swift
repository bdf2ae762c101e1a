internal import RTCCore
internal import SFU

/// The one offer of a call, in the form of Chromium's: a section for each thing to send, then two for each slot.
struct ClientOffer {
  static let opus: UInt8 = 111
  static let vp8: UInt8 = 96
  static let vp8RTX: UInt8 = 97
  static let vp9: UInt8 = 98
  static let vp9RTX: UInt8 = 99

  /// SSRCs of what is sent, chosen by this end.
  struct SendStream {
    let kind: SourceKind
    let mid: String
    /// One for each layer.
    let ssrcs: [UInt32]
    /// One for each layer of video; empty for audio.
    let rtxSSRCs: [UInt32]
  }

  let text: String
  let mids: OfferedMids
  let streams: [SendStream]

  init(
    _ configuration: ClientConfiguration, credentials: ICECredentials, fingerprint: CertificateFingerprint,
    candidates: [ICECandidate], cname: String, using random: inout some RandomNumberGenerator
  ) {
    var builder = OfferBuilder(
      credentials: credentials, fingerprint: fingerprint, candidates: candidates.map { $0.text() }, cname: cname,
      offersVP9: configuration.offersVP9)
    var mids = OfferedMids()
    var streams: [SendStream] = []
    func send(_ kind: SourceKind, _ profile: VideoProfile?) -> String {
      let count = profile?.layers.count ?? 1
      let ssrcs = (0..<count).map { _ in UInt32.random(in: 1...UInt32.max, using: &random) }
      let rtx = profile == nil ? [] : ssrcs.map { _ in UInt32.random(in: 1...UInt32.max, using: &random) }
      let mid = builder.addSending(profile: profile, ssrcs: ssrcs, rtxSSRCs: rtx)
      streams.append(SendStream(kind: kind, mid: mid, ssrcs: ssrcs, rtxSSRCs: rtx))
      return mid
    }
    if configuration.sendsMicrophone { mids.microphone = send(.microphone, nil) }
    if configuration.sendsCamera { mids.camera = send(.camera, configuration.camera) }
    if configuration.sendsScreen { mids.screen = send(.screen, configuration.screen) }
    if configuration.sendsScreenAudio { mids.screenAudio = send(.screenAudio, nil) }
    for _ in 0..<configuration.personSlots {
      mids.slots.append(SlotMids(audio: builder.addReceiving(.audio), video: builder.addReceiving(.video)))
    }
    if configuration.hasScreenSlot {
      mids.screenSlot = SlotMids(audio: builder.addReceiving(.audio), video: builder.addReceiving(.video))
    }
    text = builder.finish(sessionID: UInt64.random(in: 1...UInt64(Int64.max), using: &random))
    self.mids = mids
    self.streams = streams
  }
}

/// Adds sections one after the other; the mid is the position.
private struct OfferBuilder {
  private var media: [MediaDescription] = []
  private let transport: SDPTransport
  private let candidates: [String]
  private let cname: String
  private let offersVP9: Bool

  init(
    credentials: ICECredentials, fingerprint: CertificateFingerprint, candidates: [String], cname: String,
    offersVP9: Bool
  ) {
    self.offersVP9 = offersVP9
    var transport = SDPTransport()
    transport.iceUfrag = credentials.ufrag
    transport.icePwd = credentials.password
    transport.fingerprints = [SDPFingerprint(algorithm: "sha-256", value: fingerprint.sdp)]
    transport.setup = .actpass
    self.transport = transport
    self.candidates = candidates
    self.cname = cname
  }

  /// `profile` is nil for audio. Simulcast is announced by rids, a single stream by its SSRCs, as Chromium does.
  mutating func addSending(profile: VideoProfile?, ssrcs: [UInt32], rtxSSRCs: [UInt32]) -> String {
    var section = makeSection(profile == nil ? .audio : .video)
    section.direction = .sendonly
    section.streams = [SDPMediaStreamID(stream: cname, track: "track\(media.count)")]
    let rids = profile?.layers.compactMap(\.rid) ?? []
    if rids.count > 1 {
      section.rids = rids.map { SDPRid(id: $0, direction: .send) }
      section.simulcast = SDPSimulcast(send: rids.map { [.init(rid: $0)] })
    } else {
      section.sources = (ssrcs + rtxSSRCs).map { ssrc in
        SDPSource(ssrc: ssrc, attributes: [SDPAttribute(name: "cname", value: cname)])
      }
      if let first = ssrcs.first, let rtx = rtxSSRCs.first {
        section.sourceGroups = [SDPSourceGroup(semantics: "FID", ssrcs: [first, rtx])]
      }
    }
    media.append(section)
    return section.mid ?? ""
  }

  mutating func addReceiving(_ kind: MediaDescription.Kind) -> String {
    var section = makeSection(kind)
    section.direction = .recvonly
    media.append(section)
    return section.mid ?? ""
  }

  func finish(sessionID: UInt64) -> String {
    var session = SessionDescription(origin: SDPOrigin(sessionID: sessionID, version: 2))
    session.groups = [SDPGroup(semantics: "BUNDLE", mids: media.compactMap(\.mid))]
    session.allowsMixedExtensions = true
    session.media = media
    return session.text()
  }

  private func makeSection(_ kind: MediaDescription.Kind) -> MediaDescription {
    var section = MediaDescription(kind: kind)
    section.connection = "IN IP4 0.0.0.0"
    section.mid = String(media.count)
    section.transport = transport
    section.candidates = media.isEmpty ? candidates : []
    section.hasRTCPMux = true
    section.hasReducedSizeRTCP = true
    section.codecs =
      kind == .audio
      ? Self.audioCodecs : Self.videoCodecs.filter { offersVP9 || !Self.vp9Formats.contains($0.payloadType) }
    section.headerExtensions = kind == .audio ? Self.audioExtensions : Self.videoExtensions
    return section
  }

  private static let audioCodecs = [
    SDPCodec(
      payloadType: ClientOffer.opus, name: "opus", clockRate: 48_000, channels: 2,
      parameters: "minptime=10;useinbandfec=1", feedback: ["transport-cc"]),
    SDPCodec(payloadType: 63, name: "red", clockRate: 48_000, channels: 2, parameters: "111/111"),
    SDPCodec(payloadType: 0, name: "PCMU", clockRate: 8_000),
  ]

  private static let videoFeedback = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]

  private static let vp9Formats = [ClientOffer.vp9, ClientOffer.vp9RTX]
  private static let videoCodecs = [
    SDPCodec(payloadType: ClientOffer.vp8, name: "VP8", clockRate: 90_000, feedback: videoFeedback),
    SDPCodec(payloadType: ClientOffer.vp8RTX, name: "rtx", clockRate: 90_000, parameters: "apt=96"),
    SDPCodec(
      payloadType: ClientOffer.vp9, name: "VP9", clockRate: 90_000, parameters: "profile-id=0", feedback: videoFeedback),
    SDPCodec(payloadType: ClientOffer.vp9RTX, name: "rtx", clockRate: 90_000, parameters: "apt=98"),
    SDPCodec(payloadType: 122, name: "ulpfec", clockRate: 90_000),
  ]

  private static let audioExtensions = extensions([
    (1, .audioLevel), (2, .absSendTime), (3, .transportSequence), (4, .mid),
  ])

  private static let videoExtensions = extensions([
    (2, .absSendTime), (3, .transportSequence), (4, .mid), (10, .rid), (11, .repairedRID),
  ])

  private static func extensions(_ list: [(UInt16, RTPExtensionKind)]) -> [SDPHeaderExtension] {
    list.map { SDPHeaderExtension(id: $0.0, uri: $0.1.uri) }
  }
}
