package import Bytes
package import RTCCore
package import SFU

/// A WebRTC client without a browser, sans IO: it offers (or answers), connects with ICE and DTLS, sends synthetic media
/// and judges what it receives. Load generator, simulation and tests are peers of this kind; to the node they look like
/// Chromium.
///
/// Call `advance` whenever `nextDeadline` has come, and after every other call that may have moved it.
package struct ClientPeer<Security: RTCSecurityProvider>: ~Copyable {
  package enum State: Hashable, Sendable {
    /// Waits for `accept`.
    case offered
    case connecting
    case connected
    /// ICE gave up, DTLS failed or was closed, or consent ran out.
    case ended
  }

  package internal(set) var state = State.offered
  package internal(set) var statistics = ClientStatistics()
  /// From a packet's sending by a synthetic client to its arrival here, when both have one clock; of packets that came
  /// without being asked for again.
  package var delays = DelayHistogram()
  /// For the node, with the mids that say which section is what. Empty in a client that answers.
  package let offer: String
  package let mids: OfferedMids
  /// What a client says to the offer that it was made for.
  package let answer: String?
  /// What marks this client's media: see `TrackStatistics.source`.
  package let source: UInt32

  let security: Security
  let configuration: ClientConfiguration
  let cname: String
  let feedbackSSRC: UInt32
  let offeredStreams: [ClientOffer.SendStream]

  var random: SplitMix64
  var ice: ICEAgent<Security.Primitives>
  var dtls: Security.DTLS?
  var srtp: Security.SRTP?
  var extensions = RTPExtensionMap()
  var beginsDTLS = true
  var hasStartedDTLS = false
  var acceptedAt = Instant.zero
  /// When it was `connected`; zero before.
  package internal(set) var connectedAt = Instant.zero

  var sources: [OutgoingSource] = []
  var streams: [OutgoingStream] = []
  /// Whether the audio level extension says speech.
  package var speaks: Bool
  var transportSequence: UInt16 = 0
  var nextReport = Instant.distantFuture

  var tracks: [IncomingTrack] = []
  /// Index of an SSRC: twice the place in `tracks`, plus one for its retransmissions, by way of `trackOfSSRC`.
  var incomingSSRCs = SSRCTable(capacity: 192)
  var trackOfSSRC: [Int] = []
  /// No track has anything to do before; it may lie early.
  var tracksDue = Instant.distantFuture
  var feedback = TransportFeedbackBuilder()
  var nextFeedback = Instant.distantFuture

  /// A client that offers. `address` is where the socket is bound. `seed` decides everything that is left to chance,
  /// `source` included.
  package init(
    _ configuration: ClientConfiguration, security: Security, address: TransportAddress, seed: UInt64
  ) {
    self.init(configuration, security: security, address: address, seed: seed, remote: nil)
  }

  /// A client that answers `offer`, receives all of it and sends nothing; it connects at once.
  package static func answering(
    _ offer: String, security: Security, address: TransportAddress, seed: UInt64, now: Instant
  ) throws(ClientError) -> ClientPeer {
    let remote = try RemoteDescription(offer)
    let tracks = try remote.offeredTracks()
    guard remote.setup == .actpass || remote.setup == .passive else { throw .wrongSetup }
    var client = ClientPeer(
      .listener(personSlots: 0), security: security, address: address, seed: seed, remote: remote)
    try client.connect(to: remote, role: .client, now: now)
    for track in tracks { client.add(IncomingTrack(track)) }
    return client
  }

  /// Without `remote` it offers, with it it answers.
  private init(
    _ configuration: ClientConfiguration, security: Security, address: TransportAddress, seed: UInt64,
    remote: RemoteDescription?
  ) {
    self.configuration = configuration
    self.security = security
    random = SplitMix64(seed: seed)
    let credentials = ICECredentials(using: &random)
    let candidates = [ICECandidate.host(address)]
    // Of two full agents the one that offered controls (RFC 8445 §6.1.1).
    let isControlled = remote.map { !$0.session.isICELite } ?? false
    ice = ICEAgent(
      local: credentials, role: isControlled ? .controlled : .controlling, tieBreaker: random.next(),
      localCandidates: candidates)
    cname = String(random.next(), radix: 36)
    source = UInt32.random(in: 1...UInt32.max, using: &random)
    feedbackSSRC = UInt32.random(in: 1...UInt32.max, using: &random)
    speaks = configuration.speaks
    if let remote {
      (offer, mids, offeredStreams) = ("", OfferedMids(), [])
      answer = AnswerText.write(
        to: remote, credentials: credentials, fingerprint: security.fingerprint, candidates: candidates,
        sessionID: UInt64.random(in: 1...UInt64(Int64.max), using: &random))
    } else {
      let made = ClientOffer(
        configuration, credentials: credentials, fingerprint: security.fingerprint, candidates: candidates,
        cname: cname, using: &random)
      (offer, mids, offeredStreams, answer) = (made.text, made.mids, made.streams, nil)
    }
  }

  deinit {
    dtls?.destroy()
    srtp?.destroy()
  }

  /// Takes the answer and starts to connect.
  package mutating func accept(answer text: String, now: Instant) throws(ClientError) {
    let answer = try RemoteDescription(text)
    let tracks = try answer.tracks(of: mids)
    guard let role = answer.roleAfterAnswer else { throw .wrongSetup }
    try connect(to: answer, role: role, now: now)
    for track in tracks { add(IncomingTrack(track)) }
    let accepted = answer.acceptedMids
    for offered in offeredStreams where accepted.contains(offered.mid) { add(offered) }
  }

  private mutating func connect(to remote: RemoteDescription, role: DTLSRole, now: Instant) throws(ClientError) {
    guard let dtls = security.makeDTLS(role: role, peer: remote.fingerprint) else { throw .outOfMemory }
    self.dtls = dtls
    beginsDTLS = role == .client
    extensions = remote.extensions
    ice.setRemote(remote.credentials, candidates: remote.candidates)
    acceptedAt = now
    state = .connecting
  }

  /// What each receive section saw, person slots first, sound before picture, then the screen.
  package var trackStatistics: [TrackStatistics] { tracks.map(\.statistics) }

  /// Pauses or resumes a source, like a mute button. Resuming video starts with a key frame.
  package mutating func setSending(_ kind: SourceKind, _ isEnabled: Bool, now: Instant) {
    for index in sources.indices where sources[index].kind == kind {
      sources[index].isEnabled = isEnabled
      guard state == .connected else { continue }
      sources[index].nextDue = isEnabled ? now : .distantFuture
      for stream in sources[index].streams { needKeyFrame(stream) }
    }
  }

  /// Pauses the layers of a picture that nobody takes, as the node says; `layers` are in the order that they were offered in.
  /// A layer that is taken again begins with a key frame. `isScalable`: they go out as spatial layers of one VP9 stream, up to
  /// the highest that is taken, if both ends have negotiated it.
  package mutating func setLayers(_ kind: SourceKind, _ layers: [Bool], isScalable: Bool = false) {
    let isScalable = isScalable && configuration.offersVP9
    for index in sources.indices where sources[index].kind == kind {
      let source = sources[index]
      for (stream, isWanted) in zip(source.streams, layers) {
        if isWanted, !streams[stream].isWanted || source.isScalable != isScalable { needKeyFrame(stream) }
        streams[stream].isWanted = isWanted
      }
      if isScalable, let top = layers.lastIndex(of: true) {
        streams[source.streams.lowerBound].scalable?.layerCount = top + 1
      }
      if isScalable != source.isScalable { needKeyFrame(source.streams.lowerBound) }
      sources[index].isScalable = isScalable
    }
  }

  mutating func needKeyFrame(_ stream: Int) {
    streams[stream].video?.needsKeyFrame = true
    streams[stream].scalable?.needsKeyFrame = true
  }

  /// Says goodbye and ends.
  package mutating func close(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    if let address = ice.selected { dtls?.close(now: now, to: address, into: &out) }
    state = .ended
  }

  private mutating func add(_ track: IncomingTrack) {
    tracks.append(track)
    for (ssrc, flag) in [(track.ssrc, 0), (track.rtxSSRC ?? track.ssrc, 1)] {
      guard let index = incomingSSRCs.insert(ssrc), index == trackOfSSRC.count else { continue }
      trackOfSSRC.append(2 * (tracks.count - 1) + flag)
    }
  }

  private mutating func add(_ offered: ClientOffer.SendStream) {
    let profile: VideoProfile? =
      switch offered.kind {
      case .camera: configuration.camera
      case .screen: configuration.screen
      case .microphone, .screenAudio: nil
      }
    let first = streams.count
    for layer in offered.ssrcs.indices {
      streams.append(OutgoingStream(offered, layer: layer, profile: profile, source: source, using: &random))
    }
    let interval = profile.map { TimeDelta.seconds(1) / Int64(max(1, $0.frameRate)) } ?? .milliseconds(20)
    sources.append(OutgoingSource(kind: offered.kind, interval: interval, streams: first..<streams.count))
  }
}
