package import Bytes
package import RTCCore
package import SFU

/// A WebRTC client without a browser, sans IO: it offers, connects with ICE and DTLS as the active side, sends
/// synthetic media and judges what it receives. Load generator, simulation and tests are peers of this kind; to the
/// node they look like Chromium.
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
  /// For the node, with the mids that say which section is what.
  package let offer: String
  package let mids: OfferedMids
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
  var hasStartedDTLS = false
  var acceptedAt = Instant.zero
  var connectedAt = Instant.zero

  var sources: [OutgoingSource] = []
  var streams: [OutgoingStream] = []
  var transportSequence: UInt16 = 0
  var nextReport = Instant.distantFuture

  var tracks: [IncomingTrack] = []
  /// Index of an SSRC: twice the place in `tracks`, plus one for its retransmissions, by way of `trackOfSSRC`.
  var incomingSSRCs = SSRCTable(capacity: 192)
  var trackOfSSRC: [Int] = []
  var feedback = TransportFeedbackBuilder()
  var nextFeedback = Instant.distantFuture

  /// `address` is where the socket is bound. `seed` decides everything that is left to chance, `source` included.
  package init(
    _ configuration: ClientConfiguration, security: Security, address: TransportAddress, seed: UInt64
  ) {
    self.configuration = configuration
    self.security = security
    random = SplitMix64(seed: seed)
    let credentials = ICECredentials(using: &random)
    let candidates = [ICECandidate.host(address)]
    ice = ICEAgent(local: credentials, role: .controlling, tieBreaker: random.next(), localCandidates: candidates)
    cname = String(random.next(), radix: 36)
    source = UInt32.random(in: 1...UInt32.max, using: &random)
    feedbackSSRC = UInt32.random(in: 1...UInt32.max, using: &random)
    let made = ClientOffer(
      configuration, credentials: credentials, fingerprint: security.fingerprint, candidates: candidates,
      cname: cname, using: &random)
    offer = made.text
    mids = made.mids
    offeredStreams = made.streams
  }

  deinit {
    dtls?.destroy()
    srtp?.destroy()
  }

  /// Takes the node's answer and starts to connect.
  package mutating func accept(answer text: String, now: Instant) throws(ClientError) {
    let answer = try ClientAnswer(text, mids: mids)
    guard let dtls = security.makeDTLS(role: .client, peer: answer.fingerprint) else { throw .outOfMemory }
    self.dtls = dtls
    extensions = answer.extensions
    ice.setRemote(answer.credentials, candidates: answer.candidates)
    for track in answer.tracks { add(IncomingTrack(track)) }
    for offered in offeredStreams where answer.acceptedMids.contains(offered.mid) { add(offered) }
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
      for stream in sources[index].streams { streams[stream].video?.needsKeyFrame = true }
    }
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
