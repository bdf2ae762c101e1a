package import Bytes

extension ICEAgent {
  /// Takes a STUN message that came from `address`.
  package mutating func handle(
    _ message: STUNMessage, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> ICEVerdict {
    switch message.type {
    case .bindingRequest: handleRequest(message, from: address, now: now, into: &out)
    case .bindingSuccess, .bindingError: handleResponse(message, from: address, now: now)
    case .bindingIndication: .dropped(.indication)
    }
  }

  /// Authentic media came from `address`. A controlled agent follows it (the peer's choice shows nowhere else when it
  /// nominates every pair); a controlling one has made its own choice.
  package mutating func noteMedia(from address: TransportAddress) {
    guard role == .controlled, selected != address,
      let index = pairs.firstIndex(where: { $0.remote == address && $0.state == .succeeded })
    else { return }
    selectedIndex = index
  }

  /// RFC 8445 §7.3.
  private mutating func handleRequest(
    _ request: STUNMessage, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> ICEVerdict {
    if let reason = responder.refusal(of: request) { return .dropped(reason) }
    guard request.unknownAttributes.isEmpty else {
      return refuse(request, with: 420, at: address, into: &out)
    }
    switch ICERoleConflict.resolve(role: role, tieBreaker: tieBreaker, request: request) {
    case .none: break
    case .refuse: return refuse(request, with: 487, at: address, into: &out)
    case .yield: role = role == .controlling ? .controlled : .controlling
    }
    responder.sendSuccess(to: request, from: address, into: &out)
    let known = pairs.contains { $0.remote == address }
    guard let index = pair(for: address, priority: request.priority ?? 0) else {
      return .answered(isNewPair: false)
    }
    learn(from: request, at: index)
    return .answered(isNewPair: !known)
  }

  private func refuse(
    _ request: STUNMessage, with code: Int, at address: TransportAddress,
    into out: inout some DatagramSink & ~Copyable
  ) -> ICEVerdict {
    responder.sendError(code, to: request, from: address, into: &out)
    return .refused(code: code)
  }

  /// Triggered check and nomination (RFC 8445 §7.3.1.4, §7.3.1.5).
  private mutating func learn(from request: STUNMessage, at index: Int) {
    if pairs[index].state != .succeeded {
      pairs[index].isTriggered = pairs[index].state != .inProgress
      if pairs[index].state == .failed {
        pairs[index].state = .waiting
        if state == .failed { state = .checking }
      }
    }
    guard role == .controlled, request.useCandidate else { return }
    if pairs[index].state == .succeeded {
      guard !pairs[index].isNominated else { return }
      pairs[index].isNominated = true
      select()
    } else {
      pairs[index].isNominatedOnSuccess = true
    }
  }

  /// RFC 8445 §7.2.5. A response must come from the address its request went to (§7.2.5.2.1).
  private mutating func handleResponse(
    _ response: STUNMessage, from address: TransportAddress, now: Instant
  ) -> ICEVerdict {
    guard response.hasValidFingerprint else { return .dropped(.badFingerprint) }
    guard let index = pairs.firstIndex(where: { $0.remote == address }) else {
      return .dropped(.unexpectedResponse)
    }
    guard remotePassword.withUnsafeBytes({ response.hasValidIntegrity(key: $0, using: Primitives.self) }) else {
      return .dropped(.badIntegrity)
    }
    if let check = pairs[index].check, check.transactionID == response.transactionID {
      pairs[index].check = nil
      finish(check, with: response, at: index, now: now)
      return .response
    }
    if index == selectedIndex, response.type == .bindingSuccess, consent.take(response.transactionID) {
      pairs[index].lastResponse = now
      return .response
    }
    return .dropped(.unexpectedResponse)
  }

  private mutating func finish(_ check: ICECheck, with response: STUNMessage, at index: Int, now: Instant) {
    if response.type == .bindingSuccess {
      succeed(check, at: index, mapped: response.xorMappedAddress, now: now)
    } else if response.errorCode == 487 {
      if check.role == role {
        role = role == .controlling ? .controlled : .controlling
        needsTieBreaker = true
      }
      pairs[index].state = .waiting
      pairs[index].isTriggered = true
    } else {
      pairs[index].state = .failed
    }
  }

  private mutating func succeed(_ check: ICECheck, at index: Int, mapped: TransportAddress?, now: Instant) {
    mappedAddress = mapped ?? mappedAddress
    firstValid = firstValid ?? now
    pairs[index].state = .succeeded
    pairs[index].lastResponse = now
    let isOurNomination = check.nominates && check.role == .controlling && role == .controlling
    if isOurNomination || pairs[index].isNominatedOnSuccess { pairs[index].isNominated = true }
    select()
    if isOurNomination { stopOtherChecks() }
  }

  /// RFC 8445 §8.1.2: once nominated, nothing else needs to be known.
  private mutating func stopOtherChecks() {
    for index in pairs.indices where pairs[index].isPending {
      pairs[index].check = nil
      pairs[index].isTriggered = false
      pairs[index].state = .failed
    }
  }
}
