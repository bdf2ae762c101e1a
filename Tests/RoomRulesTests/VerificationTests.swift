import RoomRules
import Testing

@Suite("Whose word rules are")
struct VerificationTests {
  private static let hosts = Fixture.rules(counter: 5) { rules in
    rules.entries = [Fixture.entry(1, .host), Fixture.entry(2, .coHost), Fixture.entry(3, .speaker)]
  }

  @Test("the host's rules hold, and those of a co-host on them")
  func holds() {
    #expect(Self.hosts.verified() == nil)
    #expect(Self.hosts.verified(follows: nil, present: []) == nil)
    let coHosts = Fixture.rules(by: 2, on: Self.hosts) { $0.door = .locked }
    #expect(coHosts.verified() == nil)
    #expect(coHosts.verified(follows: Self.hosts, present: [Fixture.join(2)]) == nil)
    let second = Fixture.rules(by: 2, on: coHosts) { $0.isFrozen = true }
    #expect(second.verified() == nil)
    #expect(second.verified(follows: coHosts, present: [Fixture.join(2)]) == nil)
  }

  @Test("a signature covers every field")
  func signature() {
    let changes: [(inout RoomRules) -> Void] = [
      { $0.counter += 1 }, { $0.door = .open }, { $0.isFrozen = true }, { $0.veilsNewcomers = false },
      { $0.speaker = .all }, { $0.listener = .all }, { $0.newcomer = .all }, { $0.entries[2].granted = .trusted },
      { $0.entries[2].goesOn = true }, { $0.entries.removeLast() }, { $0.revoked = [Fixture.join(1)] },
      { $0.banned = [Fixture.join(1)] }, { $0.signature = [] },
    ]
    for (number, change) in changes.enumerated() {
      var rules = Self.hosts
      change(&rules)
      #expect(rules.verified() == .badSignature, "change \(number)")
    }
  }

  @Test("rules of another group, of another host, and in a room without host do not hold")
  func whose() {
    var other = Self.hosts
    other.groupID = Fixture.key(1)
    other.signature = ToySuite.sign(other.contentToSign, by: Fixture.hostKey)
    #expect(other.verified() == .ofAnotherGroup)
    var impostor = Self.hosts
    impostor.hostKey = Fixture.key(7)
    impostor.signature = ToySuite.sign(impostor.contentToSign, by: Fixture.key(7))
    #expect(impostor.verified() == .wrongHostKey)
    #expect(throws: RulesError.wrongHostKey) {
      try Self.hosts.verify(groupID: Fixture.groupID, hostDigest: nil, as: ToySuite.self)
    }
  }

  @Test("a co-host names nobody who moderates, not itself, and drops nobody")
  func moderators() {
    let changes: [(inout RoomRules) -> Void] = [
      { $0.entries[1].role = .host }, { $0.entries[2].role = .coHost }, { $0.entries.removeFirst() },
      { $0.entries[0].signatureKey = Fixture.key(2) }, { $0.entries.append(Fixture.entry(9, .coHost)) },
      { $0.gate = [UInt8](repeating: 1, count: 32) },
    ]
    for (number, change) in changes.enumerated() {
      let rules = Fixture.rules(by: 2, on: Self.hosts, change)
      #expect(rules.verified() == .signerNotAllowed, "change \(number)")
    }
  }

  @Test("a speaker signs nothing, nor does somebody unknown")
  func notCoHost() {
    #expect(Fixture.rules(by: 3, on: Self.hosts).verified() == .signerNotAllowed)
    #expect(Fixture.rules(by: 9, on: Self.hosts).verified() == .signerNotAllowed)
  }

  @Test("a co-host's rules rest on the host's own word, signed, older, and about this group")
  func basis() {
    let coHosts = Fixture.rules(by: 2, on: Self.hosts)
    let onCoHosts = Fixture.rules(by: 2, on: coHosts) { $0.basis = coHosts.bytes }
    #expect(onCoHosts.verified() == .signerNotAllowed)
    var forged = Self.hosts
    forged.signature = Fixture.key(1)
    #expect(Fixture.rules(by: 2, on: forged).verified() == .badSignature)
    #expect(Fixture.rules(by: 2, on: Self.hosts, counter: 5).verified() == .signerNotAllowed)
    var elsewhere = Self.hosts
    elsewhere.groupID = Fixture.key(3)
    elsewhere.signature = ToySuite.sign(elsewhere.contentToSign, by: Fixture.hostKey)
    #expect(Fixture.rules(by: 2, on: Self.hosts) { $0.basis = elsewhere.bytes }.verified() == .signerNotAllowed)
    #expect(Fixture.rules(by: 2, on: Self.hosts) { $0.basis = [1] }.verified() == .signerNotAllowed)
  }

  @Test("what comes next is newer; old rules do not come back")
  func order() {
    #expect(Self.hosts.verified(follows: Self.hosts, present: []) == .rolledBack)
    #expect(Fixture.rules(counter: 4).verified(follows: Self.hosts, present: []) == .rolledBack)
    #expect(Fixture.rules(counter: 6).verified(follows: Self.hosts, present: []) == nil)
  }

  @Test("a co-host's rules follow only the host's latest word, while the co-host is there")
  func follows() {
    let newer = Fixture.rules(counter: 6) { $0.entries = Self.hosts.entries }
    let onOlder = Fixture.rules(by: 2, on: Self.hosts, counter: 7)
    #expect(onOlder.verified(follows: newer, present: [Fixture.join(2)]) == .signerNotAllowed)
    #expect(onOlder.verified(follows: nil, present: [Fixture.join(2)]) == .signerNotAllowed)
    #expect(onOlder.verified(follows: Self.hosts, present: []) == .signerNotAllowed)
    #expect(onOlder.verified(follows: Self.hosts, present: [Fixture.join(2)]) == nil)
  }
}
