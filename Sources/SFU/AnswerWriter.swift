internal import RTCCore

/// Writes the answer to an offer whose m-lines have their uses, m-line by m-line in the offer's order (RFC 9429 §5.3.1).
struct AnswerWriter {
  let offer: SessionDescription
  let uses: UseOfMids
  let peer: PeerConfiguration
  let local: LocalDescription

  /// Header extensions that this node reads or writes.
  static let wanted: [RTPExtensionKind] = [
    .mid, .rid, .repairedRID, .audioLevel, .absSendTime, .transportSequence,
  ]
  /// Of those, the ones that it writes.
  private static let sent: [RTPExtensionKind] = [.mid, .absSendTime, .transportSequence]
  private static let audioFeedback = ["transport-cc"]
  private static let videoFeedback = ["transport-cc", "ccm fir", "nack", "nack pli"]

  func session(id: UInt64) -> SessionDescription {
    var session = SessionDescription(origin: SDPOrigin(sessionID: id, version: 1))
    session.isICELite = true
    session.allowsMixedExtensions = peer.allowsMixedExtensions
    session.attributes = [SDPAttribute(name: "msid-semantic", value: "WMS *")]
    var mids: [String] = []
    for section in offer.media {
      guard let use = uses[section], let mid = section.mid else {
        session.media.append(rejected(section))
        continue
      }
      // The whole bundle uses the candidates of its first m-line (RFC 9143 §7.3).
      session.media.append(accepted(section, use, withCandidates: mids.isEmpty))
      mids.append(mid)
    }
    session.groups = [SDPGroup(semantics: "BUNDLE", mids: mids)]
    return session
  }

  private func rejected(_ section: MediaDescription) -> MediaDescription {
    var media = MediaDescription(kind: section.kind, port: 0, transportProtocol: section.transportProtocol)
    media.connection = "IN IP4 0.0.0.0"
    media.mid = section.mid
    media.direction = .inactive
    media.formats = section.formats
    media.codecs =
      section.codecs.first.map {
        [
          SDPCodec(
            payloadType: $0.payloadType, name: $0.name, clockRate: $0.clockRate, channels: $0.channels)
        ]
      } ?? []
    return media
  }

  private func accepted(
    _ section: MediaDescription, _ use: UseOfMids.Use, withCandidates: Bool
  ) -> MediaDescription {
    var media = MediaDescription(kind: section.kind, port: 9, transportProtocol: section.transportProtocol)
    media.connection = "IN IP4 0.0.0.0"
    media.mid = section.mid
    media.hasRTCPMux = true
    media.hasReducedSizeRTCP = section.hasReducedSizeRTCP
    media.allowsMixedExtensions = section.allowsMixedExtensions
    media.transport.iceUfrag = peer.localCredentials.ufrag
    media.transport.icePwd = peer.localCredentials.password
    media.transport.fingerprints = [SDPFingerprint(algorithm: "sha-256", value: local.fingerprint.sdp)]
    media.transport.setup = .passive
    if withCandidates {
      media.candidates = local.candidates
      media.isEndOfCandidates = true
    }
    addFormats(of: section, to: &media)
    switch use {
    case .source(let kind): addSource(kind, of: section, to: &media)
    case .slot(let name): addSlot(name, of: section, to: &media)
    }
    return media
  }

  private func addSource(_ kind: SourceKind, of section: MediaDescription, to media: inout MediaDescription) {
    media.direction = .recvonly
    addExtensions(of: section, Self.wanted, to: &media)
    let rids = peer.sources.first { $0.kind == kind }?.rids ?? []
    guard !rids.isEmpty else { return }
    media.rids = rids.map { SDPRid(id: $0, direction: .recv) }
    media.simulcast = SDPSimulcast(receive: rids.map { [SDPSimulcast.Alternative(rid: $0)] })
  }

  private func addSlot(_ name: String, of section: MediaDescription, to media: inout MediaDescription) {
    media.direction = .sendonly
    addExtensions(of: section, Self.sent, to: &media)
    guard let track = track(mid: section.mid) else { return }
    // One stream for sound and picture: the browser keeps them in sync.
    media.streams = [SDPMediaStreamID(stream: name, track: "\(name)-\(section.kind.rawValue)")]
    let cname = [SDPAttribute(name: "cname", value: name)]
    media.sources = [SDPSource(ssrc: track.ssrc, attributes: cname)]
    guard let rtx = track.rtxSSRC else { return }
    media.sources.append(SDPSource(ssrc: rtx, attributes: cname))
    media.sourceGroups = [SDPSourceGroup(semantics: "FID", ssrcs: [track.ssrc, rtx])]
  }

  private func track(mid: String?) -> SlotTrackConfiguration? {
    for slot in peer.slots + (peer.screenSlot.map { [$0] } ?? []) {
      if let audio = slot.audio, audio.mid == mid { return audio }
      if let video = slot.video, video.mid == mid { return video }
    }
    return nil
  }

  private func addFormats(of section: MediaDescription, to media: inout MediaDescription) {
    // The offer was refused before if it had none.
    guard let formats = try? Formats(of: section) else { return }
    let wanted = section.kind == .audio ? Self.audioFeedback : Self.videoFeedback
    add(formats.media, formats.rtx, section.kind == .audio ? "minptime=10;useinbandfec=1" : nil, wanted, to: &media)
    if let vp9 = formats.vp9 { add(vp9, formats.vp9RTX, "profile-id=0", wanted, to: &media) }
  }

  private func add(
    _ format: SDPCodec, _ retransmission: SDPCodec?, _ parameters: String?, _ feedback: [String],
    to media: inout MediaDescription
  ) {
    var codec = format
    codec.feedback = codec.feedback.filter { feedback.contains($0) }
    codec.parameters = parameters
    media.codecs.append(codec)
    guard var rtx = retransmission else { return }
    rtx.feedback = []
    rtx.parameters = "apt=\(codec.payloadType)"
    media.codecs.append(rtx)
  }

  /// Extensions keep the offer's ids; one that goes one way only goes the other way here (RFC 8285 §5).
  private func addExtensions(
    of section: MediaDescription, _ wanted: [RTPExtensionKind], to media: inout MediaDescription
  ) {
    for item in section.headerExtensions {
      guard let kind = RTPExtensionKind(uri: item.uri), wanted.contains(kind), item.direction != .inactive else {
        continue
      }
      media.headerExtensions.append(
        SDPHeaderExtension(id: item.id, direction: item.direction?.reversed, uri: item.uri))
    }
  }
}
