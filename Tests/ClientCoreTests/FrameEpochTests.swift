import Bytes
import MLS
import MLSWire
import NativeCrypto
import NativeMLSCrypto
import SFrame
import Testing

@testable import ClientCore

@Suite("Epochs of media keys")
struct FrameEpochTests {
  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  @Test("nothing is sealed before an epoch is installed, nor after all was forgotten")
  func failClosed() throws {
    var ana = FramePeer(leaf: 1)
    #expect(throws: FrameError.noKey) { try ana.seal(.mic, .opus, [1]) }
    #expect(ana.session.sendingEpoch == nil && ana.session.nextDeadline == nil)
    try ana.install(3)
    #expect(ana.session.sendingEpoch == 3)
    _ = try ana.seal(.mic, .opus, [1])
    ana.session.forget()
    #expect(throws: FrameError.noKey) { try ana.seal(.mic, .opus, [1]) }
  }

  @Test("after members came, sending switches when all are ready, else after a second; receiving at once")
  func switchAfterAdd() throws {
    for isReady in [true, false] {
      var (ana, ben) = try FramePeer.pair()
      try ana.install(8, leaves: [0, 1, 2, 3], now: at(0))
      try ben.install(8, leaves: [0, 1, 2, 3], now: at(0))
      #expect(ana.session.sendingEpoch == 7)
      #expect(ana.session.nextDeadline == at(1_000))
      let before = try ana.seal(.mic, .opus, [1])
      ana.session.advance(to: at(999))
      #expect(ana.session.sendingEpoch == 7)
      if isReady { ana.session.ready(8, now: at(999)) } else { ana.session.advance(to: at(1_000)) }
      #expect(ana.session.sendingEpoch == 8)
      let after = try ana.seal(.mic, .opus, [2])
      #expect(try ben.open(.opus, after) == [2])
      #expect(try ben.open(.opus, before) == [1])
    }
  }

  @Test("a member who joins with the epoch hears what is sealed after the switch and nothing from before")
  func joiner() throws {
    var (ana, _) = try FramePeer.pair()
    var eva = FramePeer(leaf: 3)
    try ana.install(8, leaves: [0, 1, 2, 3], now: at(0))
    try eva.install(8, leaves: [0, 1, 2, 3], now: at(0))
    #expect(throws: FrameError.noKey) { try eva.open(.opus, ana.seal(.mic, .opus, [1])) }
    ana.session.ready(8, now: at(10))
    #expect(try eva.open(.opus, ana.seal(.mic, .opus, [2])) == [2])
    // A joiner has nothing else to seal with.
    #expect(eva.session.sendingEpoch == 8)
  }

  @Test("after a removal sending switches at once, and who was removed is refused at once and opens nothing")
  func switchAfterRemove() throws {
    var (ana, ben) = try FramePeer.pair()
    var eva = FramePeer(leaf: 0)
    try eva.install(7)
    let early = try eva.seal(.mic, .opus, [1])
    let held = try ben.session.planOpen(.opus, prefix: early, length: early.count)
    let late = try eva.seal(.mic, .opus, [2])
    for place in 0..<2 {
      if place == 0 {
        try ana.install(8, leaves: [1, 2], removed: [0], now: at(0))
      } else {
        try ben.install(8, leaves: [1, 2], removed: [0], now: at(0))
      }
    }
    #expect(ana.session.sendingEpoch == 8)
    #expect(throws: FrameError.noKey) { try ben.session.commit(held.header, openedWith: held.key) }
    #expect(throws: FrameError.noKey) { try ben.open(.opus, late) }
    let after = try ana.seal(.mic, .opus, [3])
    #expect(throws: FrameError.futureEpoch) { try eva.open(.opus, after) }
    #expect(try ben.open(.opus, after) == [3])
  }

  @Test("a leaf that is given to somebody else in the same commit stays refused in the epochs before")
  func leafReuse() throws {
    var (_, ben) = try FramePeer.pair()
    var eva = FramePeer(leaf: 0)
    var dan = FramePeer(leaf: 0)
    try eva.install(7)
    try ben.install(8, leaves: [0, 1, 2], removed: [0])
    try dan.install(8, leaves: [0, 1, 2], removed: [0])
    #expect(throws: FrameError.noKey) { try ben.open(.opus, eva.seal(.mic, .opus, [1])) }
    #expect(try ben.open(.opus, dan.seal(.mic, .opus, [2])) == [2])
  }

  @Test("old keys go twenty seconds after members came, two after some went", arguments: [false, true])
  func retirement(isRemoval: Bool) throws {
    var (ana, ben) = try FramePeer.pair()
    let frames = try (0..<3).map { try ana.seal(.mic, .opus, [UInt8($0)]) }
    #expect(try ben.open(.opus, frames[0]) == [0])
    let end: Int64 = isRemoval ? 2_000 : 20_000
    try ben.install(8, leaves: [1, 2], removed: isRemoval ? [0] : [], now: at(0))
    ben.session.advance(to: at(end - 1))
    #expect(try ben.open(.opus, frames[1]) == [1])
    #expect(ben.session.nextDeadline == at(end))
    ben.session.advance(to: at(end))
    #expect(throws: FrameError.noKey) { try ben.open(.opus, frames[2]) }
    #expect(ben.session.nextDeadline == nil)
    #expect(ben.session.takeRetiredHandles().count == 1)
    #expect(ben.session.takeRetiredHandles().isEmpty)
  }

  @Test("a removal shortens the time of all epochs before it")
  func shortened() throws {
    var (ana, ben) = try FramePeer.pair()
    let old = try ana.seal(.mic, .opus, [1])
    try ben.install(8, now: at(0))
    try ben.install(9, leaves: [1, 2], removed: [0], now: at(100))
    ben.session.advance(to: at(2_100))
    #expect(throws: FrameError.noKey) { try ben.open(.opus, old) }
  }

  @Test("epochs in quick succession each have their second: sending follows, and never runs out of keys")
  func quickSuccession() throws {
    var (ana, ben) = try FramePeer.pair()
    for step in 1...100 as ClosedRange<Int64> {
      let now = at(step * 100)
      try ana.install(7 + UInt64(step), now: now)
      try ben.install(7 + UInt64(step), now: now)
      let sending = try #require(ana.session.sendingEpoch)
      #expect(sending == (step <= 10 ? 7 : 7 + UInt64(step - 10)))
      #expect(try ben.open(.opus, ana.seal(.mic, .opus, [UInt8(step)])) == [UInt8(step)])
    }
  }

  @Test("an old epoch while the clock jumps: sending moves on before its keys go")
  func clockJump() throws {
    var (ana, ben) = try FramePeer.pair()
    try ana.install(8, now: at(0))
    try ben.install(8, now: at(0))
    ana.session.advance(to: at(3_600_000))
    #expect(ana.session.sendingEpoch == 8)
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [1])) == [1])
  }

  @Test("an epoch is installed once and none before it, so that counters never start again")
  func notTwice() throws {
    var (ana, _) = try FramePeer.pair()
    let plan = try ana.session.planSeal(.mic, .opus, clear: [])
    #expect(throws: EpochError.notNewer) { try ana.install(7) }
    #expect(throws: EpochError.notNewer) { try ana.install(6) }
    ana.session.forget()
    #expect(throws: EpochError.notNewer) { try ana.install(7) }
    try ana.install(8)
    let next = try ana.session.planSeal(.mic, .opus, clear: [])
    #expect(next.header.counter == 0 && next.header.keyID != plan.header.keyID)
    #expect(next.nonce != plan.nonce)
  }

  @Test("a group that is formed anew, with another id, has other keys and takes over at once")
  func reformed() throws {
    var (ana, ben) = try FramePeer.pair()
    let old = try ana.seal(.mic, .opus, [1])
    try ana.install(0, group: 2)
    try ben.install(0, group: 2)
    #expect(ana.session.sendingEpoch == 0)
    #expect(throws: FrameError.self) { try ben.open(.opus, old) }
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [2])) == [2])
    // Nor is there a way back.
    #expect(throws: EpochError.notNewer) { try ben.install(7) }
    // The same epoch and leaf of two groups: key IDs are equal, keys are not.
    var eva = FramePeer(leaf: 1)
    try eva.install(0, group: 3)
    _ = try eva.seal(.mic, .opus, [1])
    #expect(throws: FrameError.badTag) { try ben.open(.opus, eva.seal(.mic, .opus, [1])) }
  }

  @Test("of 256 numbers the next 128 are epochs to come, the others are over")
  func wrap() throws {
    var (ana, ben) = try FramePeer.pair()
    try ben.install(255)
    try ana.install(255, now: at(0))
    ana.session.advance(to: at(1_000))
    try ana.install(256, now: at(1_000))
    ana.session.ready(256, now: at(1_000))
    let next = try ana.seal(.mic, .opus, [1])
    #expect(throws: FrameError.futureEpoch) { try ben.open(.opus, next) }
    try ben.install(256)
    #expect(try ben.open(.opus, next) == [1])
    func verdict(_ bits: UInt8) -> FrameError? {
      let header = SFrameHeader(keyID: 1 << 8 | UInt64(bits), counter: 0).encoded()
      do throws(FrameError) {
        _ = try ben.session.planOpen(.opus, prefix: header, length: 60)
        return nil
      } catch {
        return error
      }
    }
    #expect(verdict(127) == .futureEpoch)
    #expect(verdict(128) == .noKey)
    #expect(verdict(254) == .noKey)
  }

  @Test("an epoch whose eight bits come again takes the place of the one that had them")
  func sameBits() throws {
    var (ana, ben) = try FramePeer.pair()
    let old = try ana.seal(.mic, .opus, [1])
    try ana.install(7 + 256, now: at(0))
    ana.session.ready(7 + 256, now: at(0))
    _ = try ben.open(.opus, old)
    try ben.install(7 + 256, now: at(0))
    let second = try ana.seal(.mic, .opus, [2])
    #expect(second.prefix(3) == old.prefix(3))
    #expect(try ben.open(.opus, second) == [2])
    #expect(throws: FrameError.self) { try ben.open(.opus, old) }
  }

  @Test("no more epochs than eight bits tell apart are held, nor keys of strangers")
  func bounded() throws {
    var ben = FramePeer(leaf: 2)
    for number in 0..<300 as Range<UInt64> { try ben.install(number) }
    var ana = FramePeer(leaf: 1)
    try ana.install(300 - 64)
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [1])) == [1])
    var older = FramePeer(leaf: 1)
    try older.install(300 - 65)
    #expect(throws: FrameError.noKey) { try ben.open(.opus, older.seal(.mic, .opus, [1])) }
    // Too fast for the second's grace: it still has something to seal with.
    _ = try ben.seal(.mic, .opus, [1])
  }

  @Test("an epoch that does not name us, a leaf out of range or a short secret is refused")
  func invalid() throws {
    var ana = FramePeer(leaf: 1)
    #expect(throws: EpochError.invalid) { try ana.install(1, leaves: [0, 2]) }
    #expect(throws: EpochError.invalid) { try ana.install(1, leaves: [1, 1024]) }
    #expect(throws: EpochError.invalid) {
      try ana.session.install(
        MediaEpoch(groupID: [1], number: 1, secret: [1], ownLeaf: LeafIndex(1), leaves: [LeafIndex(1)]), now: .zero)
    }
    try ana.install(1, leaves: [1, 1023])
  }

  @Test("members of one group have one media secret, exported once; a removed member has not")
  func fromGroup() throws {
    var room = try PolicyRoom.ofAllRoles(seed: 0x97_0001)
    let pending = try room.commit([.remove(LeafIndex(5))], by: 3)
    try room.pass(pending, by: 3)
    var secrets: Set<[UInt8]> = []
    for index in room.members.indices where index != 5 {
      let epoch = try MediaEpoch(startOf: &room.members[index].group, removed: pending.staged.effects.removed)
      secrets.insert(epoch.secret)
      #expect(epoch.ownLeaf == LeafIndex(UInt32(index)))
      #expect(!epoch.leaves.contains(LeafIndex(5)) && epoch.removed == [LeafIndex(5)])
      #expect(throws: MLSError.group(.exporterDeleted)) { try MediaEpoch(startOf: &room.members[index].group) }
    }
    #expect(secrets.count == 1)
    #expect(throws: MLSError.group(.removed)) { try MediaEpoch(startOf: &room.members[5].group) }
  }

  @Test("a key that has sealed as many frames as it may seals no more")
  func exhausted() throws {
    var (ana, _) = try FramePeer.pair()
    let first = try ana.session.planSeal(.mic, .opus, clear: [])
    ana.session.epochs[0].sending[0]?.nextCounter = SFrameKey.maximumCounter - 1
    let last = try ana.session.planSeal(.mic, .opus, clear: [])
    #expect(last.header.counter == SFrameKey.maximumCounter - 1 && last.nonce != first.nonce)
    for _ in 0..<3 {
      #expect(throws: FrameError.exhausted) { try ana.session.planSeal(.mic, .opus, clear: []) }
    }
    // Other streams and the next epoch have keys of their own.
    _ = try ana.seal(.camera0, .vp8Delta, [1])
    try ana.install(8, leaves: [1, 2], removed: [0])
    _ = try ana.seal(.mic, .opus, [1])
  }
}
