import Bytes
import ClientCore
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

private typealias Side = Comparison<NativeX25519Suite>

@Suite("Comparison of two")
struct ComparisonTests {
  private var random = SeededGenerator(seed: 0x96_0001)
  private var ana: Side
  private var ben: Side
  private var now = Instant.zero

  init() throws {
    // Ana has the lower join id.
    ana = Side(groupID: [1], own: try Self.party(1))
    ben = Side(groupID: [1], own: try Self.party(2))
  }

  private static func party(_ number: UInt8) throws -> Side.Party {
    Side.Party(
      join: try #require(JoinID([UInt8](repeating: number, count: 16))),
      signatureKey: [UInt8](repeating: number, count: 32))
  }

  /// Gives what one side sends to the other, as its own.
  private mutating func toBen(_ outgoing: Side.Outgoing?) throws -> Side.Outgoing? {
    let outgoing = try #require(outgoing)
    #expect(outgoing.to == ben.own.join)
    return ben.receive(try read(outgoing), from: ana.own, now: now, using: &random)
  }

  private mutating func toAna(_ outgoing: Side.Outgoing?) throws -> Side.Outgoing? {
    let outgoing = try #require(outgoing)
    #expect(outgoing.to == ana.own.join)
    return ana.receive(try read(outgoing), from: ben.own, now: now, using: &random)
  }

  /// Through its bytes.
  private func read(_ outgoing: Side.Outgoing) throws -> ComparisonMessage {
    try ComparisonMessage(wire: outgoing.message.wire)
  }

  /// Up to the digits on both sides.
  private mutating func compare() throws {
    #expect(try toBen(ana.offer(to: ben.own, now: now, using: &random)) == nil)
    #expect(ben.state == .offered(ana.own.join))
    let reveal = try toAna(ben.accept(now: now, using: &random))
    #expect(try toBen(reveal) == nil)
  }

  private func digits(_ side: Side) -> [UInt8]? {
    switch side.state {
    case .compare(_, let digits), .confirming(_, let digits): digits
    default: nil
    }
  }

  @Test("both see the same six digits, and are sure once both said so")
  mutating func match() throws {
    try compare()
    let seen = try #require(digits(ana))
    #expect(seen.count == 6 && seen.allSatisfy { (0x30...0x39).contains($0) })
    #expect(digits(ben) == seen)
    _ = try toBen(ana.answer(same: true, now: now))
    #expect(ana.state == .confirming(ben.own.join, digits: seen))
    #expect(ben.state == .compare(ana.own.join, digits: seen))
    _ = try toAna(ben.answer(same: true, now: now))
    #expect(ana.state == .matched(ben.own))
    #expect(ben.state == .matched(ana.own))
    #expect(ana.deadline == nil && ben.deadline == nil)
    #expect(ana.cancel() == nil)
    #expect(ana.state == .idle)
  }

  @Test("every comparison has its own digits")
  mutating func fresh() throws {
    var seen: Set<[UInt8]> = []
    for _ in 0..<5 {
      try compare()
      seen.insert(try #require(digits(ana)))
      _ = try toBen(ana.cancel())
      #expect(ben.state == .failed(ana.own.join, .cancelled))
    }
    #expect(seen.count == 5)
  }

  @Test("one who says that they differ ends it for both", arguments: [true, false])
  mutating func mismatch(othersAnswerFirst: Bool) throws {
    try compare()
    if othersAnswerFirst { _ = try toBen(ana.answer(same: true, now: now)) }
    _ = try toAna(ben.answer(same: false, now: now))
    #expect(ana.state == .mismatch(ben.own.join))
    #expect(ben.state == .mismatch(ana.own.join))
    #expect(ana.answer(same: true, now: now) == nil)
  }

  @Test("who stands between two groups shows each other digits: group and keys are in them")
  mutating func manInTheMiddle() throws {
    var elsewhere = Side(groupID: [2], own: ben.own)
    let offer = try present(ana.offer(to: ben.own, now: now, using: &random))
    _ = elsewhere.receive(offer.message, from: ana.own, now: now, using: &random)
    let reveal = try toAna(elsewhere.accept(now: now, using: &random))
    // The commitment names the group, so that it is not even a matter of digits.
    let last = elsewhere.receive(try #require(reveal).message, from: ana.own, now: now, using: &random)
    #expect(elsewhere.state == .failed(ana.own.join, .commitmentBroken))
    #expect(last?.message.step == .cancel)

    // Same group, but to Ben Ana has another key: what an insider with Ana's credential would need.
    var deceived = Side(groupID: [1], own: ben.own)
    let impostor = Side.Party(join: ana.own.join, signatureKey: [UInt8](repeating: 9, count: 32))
    _ = ana.cancel()
    let second = try present(ana.offer(to: ben.own, now: now, using: &random))
    _ = deceived.receive(second.message, from: impostor, now: now, using: &random)
    let answer = try toAna(deceived.accept(now: now, using: &random))
    _ = deceived.receive(try #require(answer).message, from: impostor, now: now, using: &random)
    #expect(digits(deceived) != nil)
    #expect(digits(deceived) != digits(ana))
  }

  @Test("a nonce that is not the one committed to is noticed")
  mutating func brokenCommitment() throws {
    var eva = Side(groupID: [1], own: ana.own)
    let offer = try present(ana.offer(to: ben.own, now: now, using: &random))
    #expect(try toBen(offer) == nil)
    let reveal = try present(try toAna(ben.accept(now: now, using: &random)))
    // The reveal of another comparison under this one's id: its last 32 bytes are the nonce.
    _ = eva.offer(to: ben.own, now: now, using: &random)
    var bytes = reveal.message.wire
    bytes[bytes.count - 1] ^= 1
    let end = ben.receive(try ComparisonMessage(wire: bytes), from: ana.own, now: now, using: &random)
    #expect(ben.state == .failed(ana.own.join, .commitmentBroken))
    #expect(try toAna(end) == nil)
    #expect(ana.state == .failed(ben.own.join, .cancelled))
  }

  @Test("after a minute without a step it fails on both sides, and what comes then changes nothing")
  mutating func late() throws {
    #expect(try toBen(ana.offer(to: ben.own, now: now, using: &random)) == nil)
    now = now + .milliseconds(59_999)
    #expect(ana.advance(to: now) == nil)
    #expect(ana.deadline == Instant.zero + .seconds(60))
    let answer = try present(ben.accept(now: now, using: &random))
    now = now + .milliseconds(1)
    let end = try present(ana.advance(to: now))
    #expect(ana.state == .failed(ben.own.join, .timedOut))
    #expect(try toAna(answer) == nil)
    #expect(ana.state == .failed(ben.own.join, .timedOut))
    _ = try toBen(end)
    #expect(ben.state == .failed(ana.own.join, .cancelled))
    // Each step has its own minute.
    try compare()
    now = now + .seconds(59)
    _ = try toBen(ana.answer(same: true, now: now))
    now = now + .seconds(59)
    #expect(ana.advance(to: now) == nil)
    #expect(ben.advance(to: now)?.message.step == .cancel)
  }

  @Test("messages of before, twice, or out of order change nothing")
  mutating func replayed() throws {
    let first = try present(ana.offer(to: ben.own, now: now, using: &random))
    #expect(try toBen(first) == nil)
    let answer = try present(ben.accept(now: now, using: &random))
    let reveal = try present(try toAna(answer))
    let shown = try #require(digits(ana))
    // A second answer after the reveal would let Ben choose the digits.
    var second = answer.message.wire
    second[second.count - 1] ^= 1
    #expect(ana.receive(try ComparisonMessage(wire: second), from: ben.own, now: now, using: &random) == nil)
    #expect(try toAna(answer) == nil)
    #expect(digits(ana) == shown)
    // A result before there are digits, and an offer of the same id.
    let done = try present(ana.answer(same: true, now: now))
    #expect(try toBen(done) == nil)
    #expect(try toBen(first) == nil)
    #expect(ben.state == .waiting(ana.own.join))
    #expect(try toBen(reveal) == nil)
    #expect(digits(ben) == shown)
    #expect(try toBen(reveal) == nil)
    #expect(digits(ben) == shown)
    // Ana's answer came too early to count: Ben alone is not enough.
    _ = ben.answer(same: true, now: now)
    #expect(ben.state == .confirming(ana.own.join, digits: shown))
    // In the next comparison nothing of this one works.
    _ = ana.cancel()
    _ = ben.cancel()
    #expect(try toBen(ana.offer(to: ben.own, now: now, using: &random)) == nil)
    _ = ben.accept(now: now, using: &random)
    for old in [reveal, done] { #expect(try toBen(old) == nil) }
    #expect(ben.state == .waiting(ana.own.join))
  }

  @Test("what a third member says is nobody's business, and while two compare others are told busy")
  mutating func third() throws {
    try compare()
    let shown = try #require(digits(ben))
    let eva = try Self.party(3)
    let done = try present(ana.answer(same: false, now: now))
    #expect(ben.receive(done.message, from: eva, now: now, using: &random) == nil)
    let changed = Side.Party(join: ana.own.join, signatureKey: eva.signatureKey)
    #expect(ben.receive(done.message, from: changed, now: now, using: &random) == nil)
    #expect(digits(ben) == shown)
    var third = Side(groupID: [1], own: eva)
    let offer = try present(third.offer(to: ben.own, now: now, using: &random))
    let busy = ben.receive(offer.message, from: eva, now: now, using: &random)
    #expect(busy?.to == eva.join && busy?.message.step == .cancel)
    #expect(digits(ben) == shown)
    #expect(ben.offer(to: eva, now: now, using: &random) == nil)
  }

  @Test("of two offers that cross that of the lower join id stands, in whatever order they arrive")
  mutating func crossing() throws {
    let ours = try present(ana.offer(to: ben.own, now: now, using: &random))
    let theirs = try present(ben.offer(to: ana.own, now: now, using: &random))
    #expect(try toAna(theirs) == nil)
    #expect(ana.state == .waiting(ben.own.join))
    let answer = try toBen(ours)
    _ = try toBen(toAna(answer))
    #expect(digits(ana) != nil)
    #expect(digits(ana) == digits(ben))
  }

  @Test("declined, given up, or left: it is over")
  mutating func ends() throws {
    #expect(try toBen(ana.offer(to: ben.own, now: now, using: &random)) == nil)
    _ = try toAna(ben.cancel())
    #expect(ana.state == .failed(ben.own.join, .cancelled))
    try compare()
    ana.left(try Self.party(3).join)
    #expect(digits(ana) != nil)
    ana.left(ben.own.join)
    #expect(ana.state == .failed(ben.own.join, .gone))
    #expect(ana.offer(to: ana.own, now: now, using: &random) == nil)
  }

  @Test("random bytes are refused or change nothing")
  mutating func randomBytes() throws {
    try compare()
    let shown = digits(ben)
    for _ in 0..<5_000 {
      let bytes = random.bytes(Int.random(in: 0...60, using: &random))
      guard let message = try? ComparisonMessage(wire: bytes) else { continue }
      _ = ben.receive(message, from: ana.own, now: now, using: &random)
    }
    #expect(digits(ben) == shown)
  }
}

/// Unlike the macro, takes what a mutating call gives.
private func present<Value>(_ value: Value?) throws -> Value { try #require(value) }
