import MLSWire
import RoomRules
import Testing

@Suite("The encoding of rules")
struct WireTests {
  private static let full = Fixture.rules(counter: 7) { rules in
    rules.door = .locked
    rules.isFrozen = true
    rules.veilsNewcomers = true
    rules.speaker = [.chat, .microphone]
    rules.listener = .none
    rules.newcomer = .all
    rules.entries = [
      Fixture.entry(1, .host), Fixture.entry(2, .coHost), Fixture.entry(3, .speaker, granted: .trusted, goesOn: true),
      Fixture.entry(4, .listener, denied: [.chat, .links]), Fixture.entry(5, .newcomer),
    ]
    rules.revoked = [Fixture.join(8), Fixture.join(9)]
    rules.banned = [Fixture.join(10)]
    rules.gate = [UInt8](repeating: 11, count: 32)
    rules.newKeys = [UInt8](repeating: 12, count: 61)
  }

  @Test("what is written is read again")
  func roundTrip() {
    #expect(RoomRules(Self.full.bytes) == Self.full)
    let coHosts = Fixture.rules(by: 2, on: Self.full) { $0.isFrozen = false }
    #expect(RoomRules(coHosts.bytes) == coHosts)
    #expect(RoomRules(coHosts.basis) == Self.full)
  }

  @Test("no piece of rules is rules, nor are rules with something behind them")
  func cut() {
    let bytes = Self.full.bytes
    for length in bytes.indices { #expect(RoomRules(Array(bytes[..<length])) == nil) }
    #expect(RoomRules(bytes + [0]) == nil)
  }

  @Test("whatever is accepted has one encoding, the one that came", arguments: [UInt64(1), 2, 3])
  func oneEncoding(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = Self.full.bytes
    var accepted = 0
    for _ in 0..<20_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let read = RoomRules(changed) else { continue }
      accepted += 1
      #expect(read.bytes == changed, "seed \(seed)")
    }
    #expect(accepted > 1000)
  }

  @Test("lists out of order, twice the same, and bits that mean nothing are refused")
  func values() {
    let unknown = Permissions(rawValue: 1 << 13)
    let bad: [(inout RoomRules) -> Void] = [
      { $0.entries.swapAt(0, 1) }, { $0.entries[1] = $0.entries[0] }, { $0.revoked = [$0.revoked[0], $0.revoked[0]] },
      { $0.revoked.reverse() }, { $0.banned.append(Fixture.join(3)) }, { $0.speaker = unknown },
      { $0.listener = unknown }, { $0.newcomer = unknown }, { $0.entries[0].granted = unknown },
      { $0.entries[0].denied = unknown }, { $0.gate.removeLast() }, { $0.gate.append(1) }, { $0.gate = [1] },
      { $0.newKeys = [UInt8](repeating: 0, count: 257) },
    ]
    for (number, change) in bad.enumerated() {
      var rules = Self.full
      change(&rules)
      #expect(RoomRules(rules.bytes) == nil, "change \(number)")
    }
  }

  @Test("a version, a door, flags or a signer that is unknown is refused")
  func selectors() {
    let rules = Fixture.rules()
    let start = 1 + 1 + 16 + 8 + 1 + 32
    #expect(rules.bytes[start] == Door.lobby.rawValue)
    for (offset, value) in [(0, UInt8(1)), (0, 3), (start, 3), (start + 1, 4)] {
      var bytes = rules.bytes
      bytes[offset] = value
      #expect(RoomRules(bytes) == nil)
    }
    var bytes = rules.bytes
    let signer = bytes.count - 33 - 3
    #expect(bytes[signer...(signer + 2)] == [0, 0, 0])
    bytes[signer] = 2
    #expect(RoomRules(bytes) == nil)
    bytes[signer] = 1
    #expect(RoomRules(bytes) == nil)
  }

  @Test("1024 entries and 256 ids are read, one more is not")
  func bounds() {
    func ids(_ count: Int) -> [ShortID] {
      (0..<count).map { number in
        ShortID([UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 255)]) ?? .none
      }
    }
    let most = Fixture.rules { rules in
      rules.entries = ids(1024).map { RoomRules.Entry(join: $0, signatureKey: Fixture.key(1)) }
      rules.revoked = ids(256)
      rules.banned = ids(256)
    }
    #expect(RoomRules(most.bytes) == most)
    let more = [
      Fixture.rules { rules in
        rules.entries = ids(1025).map { RoomRules.Entry(join: $0, signatureKey: Fixture.key(1)) }
      },
      Fixture.rules { $0.revoked = ids(257) }, Fixture.rules { $0.banned = ids(257) },
    ]
    for rules in more { #expect(RoomRules(rules.bytes) == nil) }
    let onMost = Fixture.rules(by: 1, on: most)
    #expect(RoomRules(onMost.bytes) == onMost)
  }

  @Test("a freeze call is read again, cut ones and other versions are none")
  func freezeCall() throws {
    var call = FreezeCall(groupID: Fixture.groupID, counter: 4, join: Fixture.join(3))
    call.signature = Fixture.key(9)
    #expect(try FreezeCall(wire: call.wire) == call)
    for length in call.wire.indices {
      #expect(throws: WireError.self) { try FreezeCall(wire: Array(call.wire[..<length])) }
    }
    var bytes = call.wire
    bytes[0] = 2
    #expect(throws: WireError.self) { try FreezeCall(wire: bytes) }
  }
}
