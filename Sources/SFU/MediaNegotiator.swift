package import RTCCore

/// Which m-lines of an offer serve what, as the client says in signalling.
package struct OfferedMids: Hashable, Sendable {
  package var microphone: String?
  package var camera: String?
  package var screen: String?
  package var screenAudio: String?
  /// Person slots in order, 0...32.
  package var slots: [SlotMids]
  package var screenSlot: SlotMids?

  package init(
    microphone: String? = nil, camera: String? = nil, screen: String? = nil, screenAudio: String? = nil,
    slots: [SlotMids] = [], screenSlot: SlotMids? = nil
  ) {
    self.microphone = microphone
    self.camera = camera
    self.screen = screen
    self.screenAudio = screenAudio
    self.slots = slots
    self.screenSlot = screenSlot
  }
}

/// The two receive m-lines of a slot; either may be missing.
package struct SlotMids: Hashable, Sendable {
  package var audio: String?
  package var video: String?

  package init(audio: String?, video: String?) {
    self.audio = audio
    self.video = video
  }
}

/// What this node puts into its answers.
package struct LocalDescription: Sendable {
  /// SHA-256 of the node's DTLS certificate.
  package var fingerprint: CertificateFingerprint
  /// Values of `a=candidate` lines, without the attribute's name (RFC 8839 §5.1); see `ICECandidate.text`.
  package var candidates: [String]
  /// The shard that the peer's room lives on, which its user fragment then names; nil on a node with one.
  package var shard: UInt8?

  package init(fingerprint: CertificateFingerprint, candidates: [String], shard: UInt8? = nil) {
    self.fingerprint = fingerprint
    self.candidates = candidates
    self.shard = shard
  }
}

/// Turns a client's one offer into the answer and the peer's configuration (RFC 9429). Pure: credentials and SSRCs come
/// from the generator that is handed in, which must be cryptographically strong in service.
package enum MediaNegotiator {
  /// Slots of a peer at most.
  package static let maximumSlots = 32

  /// Answers `sdp`: ICE-lite, passive DTLS, one bundle; Opus; VP8 and, where it is offered, VP9 of profile 0, with RTX.
  /// M-lines that `mids` does not name are refused (port 0). Every slot gets SSRCs, an msid of `slotK` and a CNAME of its own that last as long as the session.
  package static func negotiate(
    offer sdp: String, mids: OfferedMids, local: LocalDescription, using random: inout some RandomNumberGenerator
  ) throws(NegotiationError) -> (answer: String, peer: PeerConfiguration) {
    let offer = try parse(sdp)
    guard mids.slots.count <= maximumSlots else { throw .tooMuch }
    let uses = try UseOfMids(mids, in: offer)
    guard let first = offer.media.first(where: { uses[$0] != nil }) else { throw .unknownMid }
    let remote = try RemoteTransport(offer.transport(of: first))
    let credentials = ICECredentials(shard: local.shard, using: &random)
    var ssrcs = SSRCAllocator()

    var peer = PeerConfiguration(
      localCredentials: credentials, remoteUfrag: remote.ufrag, remoteFingerprint: remote.fingerprint,
      extensions: try extensionMap(of: offer, uses), allowsMixedExtensions: offer.allowsMixedExtensions(in: first),
      localSSRC: ssrcs.next(using: &random), sources: [], slots: [])
    for kind in SourceKind.allCases {
      guard let mid = mids[kind], let section = offer.section(mid: mid) else { continue }
      peer.sources.append(try source(kind, section))
    }
    for (index, slot) in mids.slots.enumerated() {
      peer.slots.append(try self.slot(slot, named: "slot\(index)", in: offer, &ssrcs, using: &random))
    }
    if let slot = mids.screenSlot {
      peer.screenSlot = try self.slot(slot, named: "screen", in: offer, &ssrcs, using: &random)
    }
    let answer = AnswerWriter(offer: offer, uses: uses, peer: peer, local: local)
    return (answer.session(id: random.next() >> 2).text(), peer)
  }

  private static func parse(_ sdp: String) throws(NegotiationError) -> SessionDescription {
    do throws(SDPError) { return try SessionDescription(parsing: sdp) } catch { throw .malformedSDP }
  }

  /// One map for the bundle: an extension has one id in all of its m-lines, and an id one meaning (RFC 9143 §7.1.1).
  private static func extensionMap(
    of offer: SessionDescription, _ uses: UseOfMids
  ) throws(NegotiationError) -> RTPExtensionMap {
    var map = RTPExtensionMap()
    for section in offer.media where uses[section] != nil {
      for item in section.headerExtensions {
        guard let kind = RTPExtensionKind(uri: item.uri), AnswerWriter.wanted.contains(kind) else { continue }
        guard let id = UInt8(exactly: item.id), map[kind] == 0 || map[kind] == id,
          map.kind(of: id) == nil || map.kind(of: id) == kind
        else { throw .conflictingExtensions }
        map[kind] = id
      }
    }
    return map
  }

  // MARK: M-lines

  private static func source(
    _ kind: SourceKind, _ section: MediaDescription
  ) throws(NegotiationError) -> SourceConfiguration {
    let formats = try Formats(of: section)
    let rids = section.simulcast?.send.compactMap { $0.first?.rid } ?? []
    let ssrcs = declared(in: section)
    guard rids.count <= Source.maximumLayers, ssrcs.count <= Source.maximumDeclared,
      rids.allSatisfy({ StreamToken($0) != nil })
    else { throw .tooMuch }
    return SourceConfiguration(
      kind: kind, mid: section.mid ?? "", payloadType: formats.media.payloadType,
      rtxPayloadType: formats.rtx?.payloadType, vp9: formats.vp9PayloadTypes, rids: kind.isVideo ? rids : [],
      ssrcs: ssrcs)
  }

  private static func declared(in section: MediaDescription) -> [DeclaredSSRC] {
    let repairs = section.sources.map { section.retransmissionSSRC(of: $0.ssrc) }
    var pairs: [DeclaredSSRC] = []
    for (index, source) in section.sources.enumerated() where !repairs.contains(source.ssrc) {
      pairs.append(DeclaredSSRC(primary: source.ssrc, rtx: repairs[index]))
    }
    return pairs
  }

  private static func slot(
    _ mids: SlotMids, named name: String, in offer: SessionDescription, _ ssrcs: inout SSRCAllocator,
    using random: inout some RandomNumberGenerator
  ) throws(NegotiationError) -> SlotConfiguration {
    SlotConfiguration(
      audio: try track(mids.audio, in: offer, &ssrcs, using: &random),
      video: try track(mids.video, in: offer, &ssrcs, using: &random), cname: name)
  }

  private static func track(
    _ mid: String?, in offer: SessionDescription, _ ssrcs: inout SSRCAllocator,
    using random: inout some RandomNumberGenerator
  ) throws(NegotiationError) -> SlotTrackConfiguration? {
    guard let mid, let section = offer.section(mid: mid) else { return nil }
    let formats = try Formats(of: section)
    let ssrc = ssrcs.next(using: &random)
    return SlotTrackConfiguration(
      mid: mid, payloadType: formats.media.payloadType, rtxPayloadType: formats.rtx?.payloadType,
      vp9: formats.vp9PayloadTypes, ssrc: ssrc, rtxSSRC: formats.rtx == nil ? nil : ssrcs.next(using: &random))
  }
}

extension OfferedMids {
  subscript(kind: SourceKind) -> String? {
    switch kind {
    case .microphone: microphone
    case .camera: camera
    case .screen: screen
    case .screenAudio: screenAudio
    }
  }
}

/// The media formats that this node forwards in an m-line, and their retransmission formats.
struct Formats {
  /// Opus or VP8, which everybody has.
  let media: SDPCodec
  let rtx: SDPCodec?
  /// VP9 of profile 0 (RFC 9628 §6): eight bits, 4:2:0.
  let vp9: SDPCodec?
  let vp9RTX: SDPCodec?

  init(of section: MediaDescription) throws(NegotiationError) {
    let isAudio = section.kind == .audio
    guard let media = section.codec(named: isAudio ? "opus" : "VP8"),
      media.clockRate == (isAudio ? 48_000 : 90_000)
    else { throw .missingCodec }
    self.media = media
    rtx = isAudio ? nil : section.retransmission(of: media.payloadType)
    let vp9 = isAudio ? nil : section.codecs.first { Self.isPlainVP9($0) }
    vp9RTX = vp9.flatMap { section.retransmission(of: $0.payloadType) }
    // One store serves both formats: either can be sent again, or neither.
    self.vp9 = (rtx == nil) == (vp9RTX == nil) ? vp9 : nil
  }
}

extension Formats {
  var vp9PayloadTypes: VP9PayloadTypes? { vp9.map { VP9PayloadTypes(media: $0.payloadType, rtx: vp9RTX?.payloadType) } }

  /// Profile 0 is what no parameter means too.
  private static func isPlainVP9(_ codec: SDPCodec) -> Bool {
    codec.name.lowercased() == "vp9" && codec.clockRate == 90_000 && codec.parameter("profile-id") ?? "0" == "0"
  }
}

/// Gives out SSRCs that differ within a session.
struct SSRCAllocator {
  private var given: [UInt32] = [0]

  mutating func next(using random: inout some RandomNumberGenerator) -> UInt32 {
    while true {
      let ssrc = UInt32(truncatingIfNeeded: random.next())
      guard !given.contains(ssrc) else { continue }
      given.append(ssrc)
      return ssrc
    }
  }
}
