internal import RTCCore
internal import SFU

/// What a client needs to know of the node's answer.
struct ClientAnswer {
  /// A section on which this end receives.
  struct ReceiveTrack {
    /// Index of the person slot; nil is the screen slot.
    let slot: Int?
    let isVideo: Bool
    let payloadType: UInt8
    let rtxPayloadType: UInt8?
    let ssrc: UInt32
    let rtxSSRC: UInt32?
  }

  let credentials: ICECredentials
  let fingerprint: CertificateFingerprint
  let candidates: [ICECandidate]
  let extensions: RTPExtensionMap
  let tracks: [ReceiveTrack]
  /// Mids of the sections on which the node takes what we send.
  let acceptedMids: Set<String>

  init(_ text: String, mids: OfferedMids) throws(ClientError) {
    let session: SessionDescription
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
    guard transport.setup != .active else { throw .wrongSetup }
    self.credentials = credentials
    self.fingerprint = fingerprint
    candidates = head.candidates.compactMap { try? ICECandidate(parsing: $0) }
    extensions = Self.union(session.media.filter { !$0.isRejected }.map(\.extensionMap))
    acceptedMids = Set(session.media.filter { !$0.isRejected && $0.direction.receives }.compactMap(\.mid))
    var tracks: [ReceiveTrack] = []
    for (index, slot) in mids.slots.enumerated() { try Self.addTracks(of: slot, index, in: session, to: &tracks) }
    if let screen = mids.screenSlot { try Self.addTracks(of: screen, nil, in: session, to: &tracks) }
    self.tracks = tracks
  }

  private static func addTracks(
    of slot: SlotMids, _ index: Int?, in session: SessionDescription, to tracks: inout [ReceiveTrack]
  ) throws(ClientError) {
    for mid in [slot.audio, slot.video] {
      guard let mid, let section = session.section(mid: mid), !section.isRejected, section.direction.sends else {
        continue
      }
      let isVideo = section.kind == .video
      guard let codec = section.codec(named: isVideo ? "VP8" : "opus"), let ssrc = section.sources.first?.ssrc else {
        throw .missingStream
      }
      tracks.append(
        ReceiveTrack(
          slot: index, isVideo: isVideo, payloadType: codec.payloadType,
          rtxPayloadType: section.retransmission(of: codec.payloadType)?.payloadType, ssrc: ssrc,
          rtxSSRC: section.retransmissionSSRC(of: ssrc)))
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
