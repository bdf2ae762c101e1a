internal import Bytes
internal import Congestion
internal import RTCCore

/// One peer's path: connectivity, handshake and keys. The handles in it are freed by `destroy`.
struct Transport<Security: RTCSecurityProvider> {
  // What every packet needs comes first, so that it lies in few lines of the cache.

  /// Place of the peer.
  let peer: Int32
  /// Nil until the handshake is done.
  var srtp: Security.SRTP?
  /// Pictures that wait for the pacer.
  var queue = PacerQueue()
  var copies = SoundCopies()
  var agent: ICELiteAgent<Security.Primitives>
  var congestion: CongestionController
  var dtls: Security.DTLS
  /// Consent may never come: then the session ends too.
  let created: Instant
  /// Addresses in the node's table that lead here; a ring of the last eight.
  private var addresses = InlineArray<8, TransportAddress?>(repeating: nil)
  private var nextAddress = 0

  init(
    peer: Int32, agent: ICELiteAgent<Security.Primitives>, dtls: Security.DTLS, startRate: DataRate, now: Instant
  ) {
    self.peer = peer
    self.agent = agent
    self.dtls = dtls
    created = now
    var configuration = CongestionConfiguration()
    configuration.start = startRate
    congestion = CongestionController(configuration)
  }

  /// Remembers an address; returns the one that it displaces.
  mutating func remember(_ address: TransportAddress) -> TransportAddress? {
    let displaced = addresses[nextAddress]
    addresses[nextAddress] = address
    nextAddress = (nextAddress + 1) & 7
    return displaced
  }

  /// The remembered address at `index`, 0..<8.
  func address(_ index: Int) -> TransportAddress? { addresses[index] }

  /// When the handshake, or consent, has something to do.
  var nextDeadline: Instant {
    let consent = agent.state == .connected ? agent.nextDeadline : created + Self.patience
    return srtp == nil ? min(consent, dtls.nextDeadline) : consent
  }

  /// Whether a peer that never got through is given up.
  func isHopeless(at now: Instant) -> Bool { agent.state == .waiting && now - created >= Self.patience }

  /// The lifetime of consent (RFC 7675 §5.1) serves for its beginning too.
  private static var patience: TimeDelta { .seconds(30) }

  /// What only the handshake needs goes, once the peer has shown that it is done with it.
  mutating func rest() {
    if srtp?.hasOpened == true { dtls.rest() }
  }

  mutating func destroy() {
    dtls.destroy()
    srtp?.destroy()
    congestion.destroy()
    queue.destroy()
    copies.end()
  }
}
