package import Bytes

extension ICEAgent {
  /// When `advance` has something to do; `.distantFuture` when only the network can.
  package var nextDeadline: Instant {
    guard state != .waiting, state != .expired else { return .distantFuture }
    var deadline = min(consent.nextCheck, consentExpiry)
    if selectedIndex != nil, consent.nextCheck == .distantFuture { return .zero }
    for pair in pairs { deadline = min(deadline, pair.check?.nextSend ?? .distantFuture) }
    if pairs.contains(where: { $0.state == .waiting || $0.isTriggered }) { deadline = min(deadline, nextSlot) }
    if let nomination = nextNomination { deadline = min(deadline, max(nextSlot, nomination.at)) }
    return deadline
  }

  /// Sends what is due at `now`: retransmissions, at most one new check, a consent check. `random` makes transaction ids.
  package mutating func advance(
    to now: Instant, using random: inout some RandomNumberGenerator, into out: inout some DatagramSink & ~Copyable
  ) {
    guard state != .waiting, state != .expired else { return }
    guard now < consentExpiry else {
      expire()
      return
    }
    if needsTieBreaker {
      tieBreaker = random.next()
      needsTieBreaker = false
    }
    retransmit(now: now, into: &out)
    startCheck(now: now, using: &random, into: &out)
    checkConsent(now: now, using: &random, into: &out)
    if state == .checking, !pairs.isEmpty, !pairs.contains(where: \.isPending) { state = .failed }
  }

  private var consentExpiry: Instant {
    guard let index = selectedIndex, let last = pairs[index].lastResponse else { return .distantFuture }
    return last + ICEConsent.lifetime
  }

  private mutating func expire() {
    state = .expired
    selectedIndex = nil
    consent.stop()
    for index in pairs.indices {
      pairs[index].check = nil
      pairs[index].state = .failed
    }
  }

  /// The pair a controlling agent nominates next, and from when: at once if nothing better is still being tried.
  private var nextNomination: (index: Int, at: Instant)? {
    guard role == .controlling, let firstValid,
      !pairs.contains(where: { $0.isNominated || $0.check?.nominates == true }),
      let index = best(where: { $0.state == .succeeded })
    else { return nil }
    let priority = pairs[index].priority(role: role)
    let isBestLeft = !pairs.contains { $0.isPending && $0.priority(role: role) > priority }
    return (index, isBestLeft ? firstValid : firstValid + Self.nominationPatience)
  }

  private mutating func retransmit(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    for index in pairs.indices {
      guard var check = pairs[index].check, now >= check.nextSend else { continue }
      if check.resend(now: now) {
        pairs[index].check = check
        send(check.transactionID, role: check.role, nominates: check.nominates, to: index, into: &out)
      } else {
        pairs[index].check = nil
        pairs[index].state = .failed
        pairs[index].isTriggered = false
        if selectedIndex == index { select() }
      }
    }
  }

  /// One new check for each slot: nomination first, then what the peer triggered, then by priority (RFC 8445 §6.1.4.2).
  private mutating func startCheck(
    now: Instant, using random: inout some RandomNumberGenerator, into out: inout some DatagramSink & ~Copyable
  ) {
    guard now >= nextSlot else { return }
    let nomination = nextNomination.flatMap { now >= $0.at ? $0.index : nil }
    guard let index = nomination ?? best(where: \.isTriggered) ?? best(where: { $0.state == .waiting }) else { return }
    let check = ICECheck(
      transactionID: STUNTransactionID(using: &random), role: role, nominates: nomination != nil, now: now)
    pairs[index].check = check
    pairs[index].isTriggered = false
    if nomination == nil { pairs[index].state = .inProgress }
    nextSlot = now + Self.pacing
    send(check.transactionID, role: check.role, nominates: check.nominates, to: index, into: &out)
  }

  private mutating func checkConsent(
    now: Instant, using random: inout some RandomNumberGenerator, into out: inout some DatagramSink & ~Copyable
  ) {
    guard let index = selectedIndex else { return }
    guard consent.nextCheck != .distantFuture else { return consent.schedule(after: now, using: &random) }
    guard now >= consent.nextCheck else { return }
    let id = STUNTransactionID(using: &random)
    consent.note(id)
    consent.schedule(after: now, using: &random)
    send(id, role: role, nominates: false, to: index, into: &out)
  }

  /// RFC 8445 §7.2.2: PRIORITY is the one a peer-reflexive candidate learnt from this check would have.
  private func send(
    _ id: STUNTransactionID, role: ICERole, nominates: Bool, to index: Int,
    into out: inout some DatagramSink & ~Copyable
  ) {
    let pair = pairs[index]
    var writer = STUNWriter(out.reserve(), type: .bindingRequest, transactionID: id)
    writer.writeUsername(username)
    writer.writePriority(pair.localPriority & 0x00FF_FFFF | ICECandidateType.prflx.preference << 24)
    if role == .controlling {
      writer.writeICEControlling(tieBreaker)
      if nominates { writer.writeUseCandidate() }
    } else {
      writer.writeICEControlled(tieBreaker)
    }
    let length = remotePassword.withUnsafeBytes { writer.finish(key: $0, using: Primitives.self) }
    if let length { out.commit(length: length, to: pair.remote) }
  }
}
