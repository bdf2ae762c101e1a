package import Bytes
package import MLS
import MLSWire
package import RoomRules

/// Two people make sure, by voice, that nobody stands between them: both see six digits that depend on a nonce of each,
/// on the group and on both signature keys. Who asks commits to its nonce before it sees the other's and reveals it
/// after, so that whoever sits in the middle gets one try in a million.
///
/// Sans-IO: what to send comes back, always to `Outgoing.to` alone. One comparison at a time.
package struct Comparison<Suite: CipherSuiteProvider>: Sendable {
  /// A member as the tree has it.
  package struct Party: Equatable, Sendable {
    package let join: JoinID
    package let signatureKey: [UInt8]

    package init(join: JoinID, signatureKey: [UInt8]) {
      self.join = join
      self.signatureKey = signatureKey
    }
  }

  package enum Failure: Equatable, Sendable {
    /// Declined, given up, or busy there.
    case cancelled
    /// Nothing happened for a minute.
    case timedOut
    /// The nonce is not the one that was committed to: somebody cheats.
    case commitmentBroken
    /// The other one has left.
    case gone
  }

  package enum State: Equatable, Sendable {
    case idle
    /// They ask us.
    case offered(JoinID)
    /// We asked, or have answered, and wait for the other client.
    case waiting(JoinID)
    /// Both see the digits: six, in ASCII.
    case compare(JoinID, digits: [UInt8])
    /// We said that they are the same; the other one has not said so yet.
    case confirming(JoinID, digits: [UInt8])
    /// Both said so.
    case matched(Party)
    /// One of both said that they differ.
    case mismatch(JoinID)
    case failed(JoinID, Failure)
  }

  package struct Outgoing: Equatable, Sendable {
    package let to: JoinID
    package let message: ComparisonMessage
  }

  package let groupID: [UInt8]
  package let own: Party
  package private(set) var state: State = .idle
  /// When it fails by itself; nil while nothing goes on.
  package private(set) var deadline: Instant?

  /// Time for each step.
  package static var patience: TimeDelta { .seconds(60) }

  private var run: Run?

  /// One comparison from offer to result.
  private struct Run {
    let id: [UInt8]
    let peer: Party
    /// Who asked.
    let isOurs: Bool
    /// Ours; empty for an offer of theirs that we have not answered.
    var nonce: [UInt8]
    /// Theirs, for an offer of theirs.
    var commitment: [UInt8]
    var theySaidSame = false
  }

  package init(groupID: [UInt8], own: Party) {
    self.groupID = groupID
    self.own = own
  }

  /// Asks `peer`. Nothing while another comparison is under way.
  package mutating func offer(
    to peer: Party, now: Instant, using random: inout some RandomNumberGenerator
  ) -> Outgoing? {
    guard run == nil, peer.join != own.join else { return nil }
    let id = random.bytes(ComparisonMessage.idLength)
    let nonce = random.bytes(ComparisonMessage.nonceLength)
    run = Run(id: id, peer: peer, isOurs: true, nonce: nonce, commitment: [])
    proceed(to: .waiting(peer.join), now)
    return send(.offer(commitment: commitment(to: nonce, from: own, to: peer)))
  }

  /// Our person agrees to compare.
  package mutating func accept(now: Instant, using random: inout some RandomNumberGenerator) -> Outgoing? {
    guard let run, case .offered = state else { return nil }
    let nonce = random.bytes(ComparisonMessage.nonceLength)
    self.run?.nonce = nonce
    proceed(to: .waiting(run.peer.join), now)
    return send(.answer(nonce: nonce))
  }

  /// Our person says whether the digits are the same.
  package mutating func answer(same: Bool, now: Instant) -> Outgoing? {
    guard let run, case .compare(_, let digits) = state else { return nil }
    let outgoing = send(.done(same: same))
    if !same {
      finish(.mismatch(run.peer.join))
    } else if run.theySaidSame {
      finish(.matched(run.peer))
    } else {
      proceed(to: .confirming(run.peer.join, digits: digits), now)
    }
    return outgoing
  }

  /// Our person declines, gives up, or has seen the result.
  package mutating func cancel() -> Outgoing? {
    let outgoing = run == nil ? nil : send(.cancel)
    finish(.idle)
    return outgoing
  }

  /// Fails what has waited too long.
  package mutating func advance(to now: Instant) -> Outgoing? {
    guard let run, let deadline, now >= deadline else { return nil }
    let outgoing = send(.cancel)
    finish(.failed(run.peer.join, .timedOut))
    return outgoing
  }

  /// A member has left or was removed.
  package mutating func left(_ join: JoinID) {
    if let run, run.peer.join == join { finish(.failed(join, .gone)) }
  }

  /// Takes a message of the member `sender`, as the tree has it now. What does not belong to the comparison that is
  /// under way, comes twice or out of order changes nothing.
  package mutating func receive(
    _ message: ComparisonMessage, from sender: Party, now: Instant, using random: inout some RandomNumberGenerator
  ) -> Outgoing? {
    if case .offer(let commitment) = message.step {
      return receiveOffer(message.id, commitment, from: sender, now: now, using: &random)
    }
    guard let run, run.id == message.id, run.peer == sender else { return nil }
    switch message.step {
    case .answer(let nonce):
      guard run.isOurs, case .waiting = state else { return nil }
      proceed(to: .compare(sender.join, digits: digits(nonceA: run.nonce, nonceB: nonce, a: own, b: sender)), now)
      return send(.reveal(nonce: run.nonce))
    case .reveal(let nonce):
      guard !run.isOurs, case .waiting = state else { return nil }
      guard commitment(to: nonce, from: sender, to: own) == run.commitment else {
        let outgoing = send(.cancel)
        finish(.failed(sender.join, .commitmentBroken))
        return outgoing
      }
      proceed(to: .compare(sender.join, digits: digits(nonceA: nonce, nonceB: run.nonce, a: sender, b: own)), now)
    case .done(let same): receiveResult(same, from: sender)
    case .cancel: finish(.failed(sender.join, .cancelled))
    case .offer: break
    }
    return nil
  }

  /// Of two offers that cross, the one of the lower join id stands, and the other side answers it at once: its person has
  /// asked for the same.
  private mutating func receiveOffer(
    _ id: [UInt8], _ commitment: [UInt8], from sender: Party, now: Instant,
    using random: inout some RandomNumberGenerator
  ) -> Outgoing? {
    guard sender.join != own.join else { return nil }
    var crossed = false
    if let run {
      guard run.peer == sender, run.isOurs, case .waiting = state else {
        return run.id == id ? nil : Outgoing(to: sender.join, message: ComparisonMessage(id: id, .cancel))
      }
      guard sender.join < own.join else { return nil }
      crossed = true
    }
    run = Run(id: id, peer: sender, isOurs: false, nonce: [], commitment: commitment)
    proceed(to: .offered(sender.join), now)
    return crossed ? accept(now: now, using: &random) : nil
  }

  private mutating func receiveResult(_ same: Bool, from sender: Party) {
    switch state {
    case .compare where same: run?.theySaidSame = true
    case .confirming where same: finish(.matched(sender))
    case .compare, .confirming: finish(.mismatch(sender.join))
    default: break
    }
  }

  private func send(_ step: ComparisonMessage.Step) -> Outgoing? {
    run.map { Outgoing(to: $0.peer.join, message: ComparisonMessage(id: $0.id, step)) }
  }

  private mutating func proceed(to state: State, _ now: Instant) {
    self.state = state
    deadline = now + Self.patience
  }

  private mutating func finish(_ state: State) {
    self.state = state
    run = nil
    deadline = nil
  }

  /// SHA-256("tertulia compare 1" || nonce || group_id<V> || credential of who asks || credential of the other).
  private func commitment(to nonce: [UInt8], from a: Party, to b: Party) -> [UInt8] {
    var writer = WireWriter()
    writer.write(raw: Self.label + nonce)
    writer.write(opaque: groupID)
    writer.write(a.join)
    writer.write(b.join)
    return Suite.hash(writer.bytes)
  }

  /// HKDF-Expand(HKDF-Extract("tertulia compare 1", nonces), group_id<V> || credential and key<V> of each, 5) as six
  /// decimal digits; who asks comes first.
  private func digits(nonceA: [UInt8], nonceB: [UInt8], a: Party, b: Party) -> [UInt8] {
    var info = WireWriter()
    info.write(opaque: groupID)
    for party in [a, b] {
      info.write(party.join)
      info.write(opaque: party.signatureKey)
    }
    let root = Suite.extract(salt: Self.label, secret: nonceA + nonceB)
    return SafetyCode.decimal(Suite.expand(key: root, info: info.bytes, length: 5)[...], digits: 6)
  }

  private static var label: [UInt8] { [UInt8](utf8: "tertulia compare 1") }
}
