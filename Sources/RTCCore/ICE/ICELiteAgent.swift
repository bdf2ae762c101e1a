package import Bytes

/// One peer's ICE-lite session on a public address (RFC 8445 §2.5): answers checks, sends none, is always controlled.
/// Consent is what the peer shows by checking again (RFC 7675 §5.1 asks full agents to check at least every 6 s): an
/// address silent for 30 s is forgotten, and with the last one the session has expired.
package struct ICELiteAgent<Primitives: RTCPrimitives>: Sendable {
  package enum State: Hashable, Sendable {
    /// No check has come yet.
    case waiting
    /// At least one address is validated.
    case connected
    /// Every address has lost consent. A later authentic check connects again.
    case expired
  }

  /// The addresses that consented. The packet path asks here: a question to the agent would retain its credentials.
  package private(set) var pairs = ICEValidatedPairs()
  package private(set) var state: State = .waiting
  package let routingKey: ICERoutingKey?
  private let responder: ICEResponder<Primitives>
  private let username: [UInt8]

  /// `remoteUfrag` is the one of the peer's description: a check must carry "local:remote".
  package init(local: ICECredentials, remoteUfrag: String) {
    routingKey = local.routingKey
    responder = ICEResponder(local: local)
    username = Array("\(local.ufrag):\(remoteUfrag)".utf8)
  }

  /// Where to send: the pair media arrived on last, else the best nominated, else the best validated.
  package var selected: TransportAddress? { pairs.selected }

  /// Whether an authentic check has come from `address` within the last 30 s. Anything but STUN from elsewhere is not the
  /// peer's.
  @inline(__always)
  package func isValidated(_ address: TransportAddress) -> Bool { pairs.contains(address) }

  /// When `advance` has something to do: the next consent to expire.
  package var nextDeadline: Instant { pairs.nextExpiry }

  /// Takes a STUN message from `address`. Never allocates.
  package mutating func handle(
    _ message: STUNMessage, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> ICEVerdict {
    switch message.type {
    case .bindingRequest: break
    case .bindingIndication: return .dropped(.indication)
    case .bindingSuccess, .bindingError: return .dropped(.unexpectedResponse)
    }
    if let reason = responder.refusal(of: message) { return .dropped(reason) }
    guard isExpected(message.username) else { return .dropped(.wrongUsername) }
    if let code = refusalCode(of: message) {
      responder.sendError(code, to: message, from: address, into: &out)
      return .refused(code: code)
    }
    responder.sendSuccess(to: message, from: address, into: &out)
    state = .connected
    let isNewPair = pairs.validate(
      address, priority: message.priority ?? 0, isNominated: message.useCandidate, now: now)
    return .answered(isNewPair: isNewPair)
  }

  /// Authentic media (DTLS or SRTP that its layer accepted) came from `address`: answers follow it, if it is validated.
  /// Browsers that nominate every pair they check (Firefox) leave no other sign of which one they use.
  @inline(__always)
  package mutating func noteMedia(from address: TransportAddress) { pairs.follow(address) }

  /// Forgets addresses that have not checked for 30 s. True if that was the last one: the peer is gone.
  package mutating func advance(to now: Instant) -> Bool {
    guard state == .connected, now >= pairs.nextExpiry else { return false }
    pairs.expire(now: now)
    guard pairs.isEmpty else { return false }
    state = .expired
    return true
  }

  private func isExpected(_ received: UnsafeRawBufferPointer?) -> Bool {
    guard let received, received.count == username.count else { return false }
    return username.indices.allSatisfy { received[$0] == username[$0] }
  }

  /// A lite agent never controls a full one, whatever the tiebreakers say (RFC 8445 §6.1.1).
  private func refusalCode(of request: STUNMessage) -> Int? {
    if !request.unknownAttributes.isEmpty { return 420 }
    return request.iceControlled != nil ? 487 : nil
  }
}
