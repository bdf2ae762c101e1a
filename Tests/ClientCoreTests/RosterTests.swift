import ClientCore
import SFrame
import Testing

@Suite("Roster and joins")
struct RosterTests {
  @Test("nothing is sealed before the server has given an index, nor after a new join")
  func failClosed() throws {
    var ana = try Participant(seed: 1)
    #expect(throws: FrameError.noKey) { try ana.seal(.mic, .opus, [1]) }
    #expect(throws: MessageError.frame(.noKey)) { try ana.session.seal([1], as: .message) }
    try ana.session.setSelf(index: 1)
    _ = try ana.seal(.mic, .opus, [1])
    var random = SeededGenerator(seed: 9)
    ana.session.newJoin(using: &random)
    #expect(throws: FrameError.noKey) { try ana.seal(.mic, .opus, [1]) }
  }

  @Test("a new join has new keys, so that its counters may start at zero")
  func newJoin() throws {
    var (ana, ben) = try Participant.pair()
    let old = try ana.seal(.mic, .opus, [1])
    var random = SeededGenerator(seed: 9)
    ana.session.newJoin(using: &random)
    try ana.session.setSelf(index: 1)
    let new = try ana.seal(.mic, .opus, [1])
    #expect(old.prefix(3) == new.prefix(3))
    #expect(old != new)
    #expect(throws: FrameError.badTag) { try ben.open(.opus, new) }
    try ben.session.setRoster([ana.sender])
    #expect(try ben.open(.opus, new) == [1])
    #expect(throws: FrameError.self) { try ben.open(.opus, old) }
  }

  @Test("two people whom the server gives one index have different keys")
  func sharedIndex() throws {
    var ana = try Participant(seed: 1)
    var eva = try Participant(seed: 2)
    try ana.session.setSelf(index: 1)
    try eva.session.setSelf(index: 1)
    let plans = try [
      ana.session.planSeal(.mic, .opus, clear: []), eva.session.planSeal(.mic, .opus, clear: []),
    ]
    #expect(plans[0].header == plans[1].header)
    #expect(plans[0].nonce != plans[1].nonce)
    #expect(ana.session.takeKey(plans[0].key) != eva.session.takeKey(plans[1].key))
  }

  @Test("a participant shown as gone and then back cannot be replayed")
  func replayAfterReturn() throws {
    var (ana, ben) = try Participant.pair()
    let sealed = try ana.seal(.mic, .opus, [1])
    _ = try ben.open(.opus, sealed)
    try ben.session.setRoster([])
    try ben.session.setRoster([ana.sender])
    #expect(throws: FrameError.replayed) { try ben.open(.opus, sealed) }
    var random = SeededGenerator(seed: 9)
    ben.session.newJoin(using: &random)
    try ben.session.setSelf(index: 5)
    try ben.session.setRoster([ana.sender])
    #expect(throws: FrameError.replayed) { try ben.open(.opus, sealed) }
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [2])) == [2])
  }

  @Test("a frame under way when its sender leaves is dropped at commit")
  func commitAfterLeaving() throws {
    var (ana, ben) = try Participant.pair()
    let sealed = try ana.seal(.mic, .opus, [1])
    let plan = try ben.session.planOpen(.opus, prefix: sealed, length: sealed.count)
    try ben.session.setRoster([])
    #expect(throws: FrameError.noKey) { try ben.session.commit(plan.header, openedWith: plan.key) }
  }

  @Test("an impossible roster is refused and the old one stays")
  func impossibleRosters() throws {
    var (ana, ben) = try Participant.pair()
    let anaSender = try ana.sender
    let stranger = try #require(JoinID([UInt8](repeating: 7, count: 16)))
    let twin = try #require(Sender(index: 1, join: stranger))
    let impostor = try #require(Sender(index: 2, join: stranger))
    let reflection = try #require(Sender(index: 3, join: ben.session.join))
    #expect(throws: RosterError.duplicateIndex) { try ben.session.setRoster([anaSender, twin]) }
    #expect(throws: RosterError.impersonation) { try ben.session.setRoster([anaSender, impostor]) }
    #expect(throws: RosterError.impersonation) { try ben.session.setRoster([reflection]) }
    #expect(throws: RosterError.impersonation) { try ben.session.setSelf(index: 1) }
    #expect(throws: RosterError.indexOutOfRange) { try ben.session.setSelf(index: 1024) }
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [1])) == [1])
  }

  @Test("the number of participants that are remembered is bounded")
  func bounded() throws {
    var ben = try Participant(seed: 2)
    var random = SeededGenerator(seed: 3)
    var refused = false
    for _ in 0..<10 where !refused {
      let senders = (0..<1000).compactMap { Sender(index: UInt16($0), join: JoinID(using: &random)) }
      do {
        try ben.session.setRoster(senders)
      } catch {
        #expect(error == .tooMany)
        refused = true
      }
    }
    #expect(refused)
  }
}
