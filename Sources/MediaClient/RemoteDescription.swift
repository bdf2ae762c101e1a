internal import RTCCore
internal import SFU

/// What a client needs to know of the other end's description: its answer, or in a client that answers, its offer.
struct RemoteDescription {
  /// A section on which this end receives.
  struct ReceiveTrack {
    /// Index of the person slot; nil is the screen slot.
    let slot: Int?
    let isVideo: Bool
    let payloadType: UInt8
    let rtxPayloadType: UInt8?
    /// Of VP9 on the same SSRCs; nil when it was not negotiated.
    let vp9PayloadType: UInt8?
    let vp9RTXPayloadType: UInt8?
    let ssrc: UInt32
    let rtxSSRC: UInt32?

    /// `section` is one that is accepted and sends to us.
    init(_ section: MediaDescription, slot: Int?) throws(ClientError) {
      isVideo = section.kind == .video
      guard let codec = section.codec(named: isVideo ? "VP8" : "opus"), let ssrc = section.sources.first?.ssrc else {
        throw .missingStream
      }
      self.slot = slot
      self.ssrc = ssrc
      payloadType = codec.payloadType
      rtxPayloadType = section.retransmission(of: codec.payloadType)?.payloadType
      vp9PayloadType = section.codec(named: "VP9")?.payloadType
      vp9RTXPayloadType = vp9PayloadType.flatMap { section.retransmission(of: $0)?.payloadType }
      rtxSSRC = section.retransmissionSSRC(of: ssrc)
    }
  }

  let session: SessionDescription
  let credentials: ICECredentials
  let fingerprint: CertificateFingerprint
  let candidates: [ICECandidate]
  let setup: SDPTransport.Setup?
  let extensions: RTPExtensionMap

  init(_ text: String) throws(ClientError) {
    do { session = try SessionDescription(parsing: text) } catch { throw .malformedAnswer }
    guard let first = session.bundledMids.first, let head = session.section(mid: first) else {
      throw .missingTransport
    }
    let transport = session.transport(of: head)
    guard let ufrag = transport.iceUfrag, let password = transport.icePwd,
      let credentials = ICECredentials(ufrag: ufrag, password: password),
      let promised = transport.fingerprints.first(where: { $0.algorithm == "sha-256" }),
      let fingerprint = CertificateFingerprint(sdp: promised.value)
    else { throw .missingTransport }
    self.credentials = credentials
    self.fingerprint = fingerprint
    setup = transport.setup
    candidates = head.candidates.compactMap { try? ICECandidate(parsing: $0) }
    extensions = Self.union(session.media.filter { !$0.isRejected }.map(\.extensionMap))
  }

  /// Mids of the sections on which the other end takes what we send.
  var acceptedMids: Set<String> {
    Set(session.media.filter { !$0.isRejected && $0.direction.receives }.compactMap(\.mid))
  }

  /// The sections of an answer on which we receive, as offered: person slots in order, sound before picture.
  func tracks(of mids: OfferedMids) throws(ClientError) -> [ReceiveTrack] {
    var tracks: [ReceiveTrack] = []
    for (index, slot) in mids.slots.enumerated() { try addTracks(of: slot, index, to: &tracks) }
    if let screen = mids.screenSlot { try addTracks(of: screen, nil, to: &tracks) }
    return tracks
  }

  /// The sections of an offer on which we receive. The slot is the place among those of its kind.
  func offeredTracks() throws(ClientError) -> [ReceiveTrack] {
    var tracks: [ReceiveTrack] = []
    for kind in [MediaDescription.Kind.audio, .video] {
      let sections = session.media.filter { $0.kind == kind && !$0.isRejected && $0.direction.sends }
      for (slot, section) in sections.enumerated() { tracks.append(try ReceiveTrack(section, slot: slot)) }
    }
    return tracks
  }

  /// Which side of DTLS is ours once this answer has come; nil when it leaves none.
  var roleAfterAnswer: DTLSRole? {
    switch setup {
    case .active: .server
    case .passive, nil: .client
    case .actpass, .holdconn: nil
    }
  }

  private func addTracks(of slot: SlotMids, _ index: Int?, to tracks: inout [ReceiveTrack]) throws(ClientError) {
    for mid in [slot.audio, slot.video] {
      guard let mid, let section = session.section(mid: mid), !section.isRejected, section.direction.sends else {
        continue
      }
      tracks.append(try ReceiveTrack(section, slot: index))
    }
  }

  private static func union(_ maps: [RTPExtensionMap]) -> RTPExtensionMap {
    var result = RTPExtensionMap()
    for map in maps {
      for kind in RTPExtensionKind.allCases where map[kind] != 0 { result[kind] = map[kind] }
    }
    return result
  }
}
