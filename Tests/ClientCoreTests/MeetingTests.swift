import Bytes
import RoomRules
import Testing

@testable import ClientCore

@Suite("A meeting that goes well")
struct MeetingTests {
  @Test("the first makes the group, the others are let in, and all see the same", arguments: [1, 2, 3, 9])
  func growing(count: Int) throws {
    let room = try MeetingRoom(seed: 1, of: count)
    #expect(room.agree())
    for person in room.people {
      #expect(person.alarms.isEmpty)
      #expect(person.members.map(\.join).sorted() == room.people.map(\.meeting.join).sorted())
      #expect(person.members.filter(\.isSelf).map(\.join) == [person.meeting.join])
      #expect(person.told.filter { $0 == .joined }.count == 1)
    }
    var digits = Set<[UInt8]>()
    for person in room.people {
      var last: [UInt8] = []
      for case .security(let security) in person.told { last = security.digits }
      digits.insert(last)
    }
    #expect(digits.count == 1)
    #expect(digits.first?.count == 30)
  }

  @Test("everybody opens what everybody seals, and nobody their own")
  func media() throws {
    let room = try MeetingRoom(seed: 2, of: 4)
    for speaker in 0..<4 {
      for listener in 0..<4 where listener != speaker { #expect(try room.hears(listener, speaker)) }
      #expect(throws: FrameError.noKey) { try room.hears(speaker, speaker) }
    }
  }

  @Test("people who come are told by those who let them in, with their names")
  func names() throws {
    let room = try MeetingRoom(seed: 3, of: 3)
    for person in room.people.indices {
      var names: [JoinID: [UInt8]] = [:]
      for case .profile(let join, _, let body) in room.people[person].told { names[join] = body }
      for other in room.people.indices where other != person {
        #expect(names[room[other].join] == Array("{\"name\":\"\(other)\"}".utf8))
      }
    }
    let added = room.people[0].told.filter { $0 == .added(room[2].join, by: room[0].join) }
    #expect(added.count == 1)
  }

  @Test("what is said arrives at all, or at those it is for, once")
  func saying() throws {
    let room = try MeetingRoom(seed: 4, of: 3)
    room.act(1, .say(Array("hello".utf8), kind: .chat, to: nil))
    room.act(1, .say(Array("psst".utf8), kind: .direct, to: [room[2].join]))
    #expect(room.said(to: 0) == ["hello"])
    #expect(room.said(to: 2) == ["hello", "psst"])
    #expect(room.said(to: 1).isEmpty)
  }

  @Test("what is said while a proposal waits for its commit is sent after it")
  func sayingWhileProposalsWait() throws {
    let room = try MeetingRoom(seed: 5, of: 4)
    room.upstream = { _, message in
      if case .commit = message { return [] }
      return [message]
    }
    room.leave(3)
    room.act(1, .say(Array("later".utf8), kind: .chat, to: nil))
    #expect(room.said(to: 0).isEmpty)
    room.upstream = { [$1] }
    room.advance(by: .seconds(3))
    #expect(room.agree([0, 1, 2]))
    #expect(room.said(to: 0) == ["later"])
    #expect(room.said(to: 2) == ["later"])
  }

  @Test("a message of the epoch before arrives late and is read")
  func lateMessage() throws {
    let room = try MeetingRoom(seed: 6, of: 3)
    var late: [MeetingMessage] = []
    room.upstream = { person, message in
      guard person == 1, case .message = message else { return [message] }
      late.append(message)
      return []
    }
    room.act(1, .say(Array("slow".utf8), kind: .chat, to: nil))
    room.upstream = { [$1] }
    try room.join()
    room.advance(by: .milliseconds(700))
    let box = try #require(late.first)
    guard case .message(let bytes, _, _) = box else { return }
    room.send(0, .message(bytes, from: room[1].join))
    room.run()
    #expect(room.said(to: 0) == ["slow"])
    #expect(room.people[0].alarms.isEmpty)
  }

  @Test("a message that overtakes the commit it follows waits for it")
  func earlyMessage() throws {
    let room = try MeetingRoom(seed: 7, of: 3)
    var held: [MeetingInput] = []
    room.downstream = { person, input in
      guard person == 2, case .commit = input else { return [input] }
      held.append(input)
      return []
    }
    try room.join()
    room.act(1, .say(Array("new epoch".utf8), kind: .chat, to: nil))
    #expect(room.said(to: 2).isEmpty)
    room.downstream = { [$1] }
    for input in held { room.send(2, input) }
    room.run()
    #expect(room.said(to: 2) == ["new epoch"])
    #expect(room.people[2].alarms.isEmpty)
  }

  @Test("keys change on the word of the node that all are ready, or after a second; by a removal at once")
  func switching() throws {
    let room = try MeetingRoom(seed: 8, of: 3)
    room.downstream = { _, input in
      if case .ready = input { return [] }
      return [input]
    }
    let before = try #require(room[1].sendingEpoch)
    try room.join()
    #expect(room[1].epoch == before + 1)
    #expect(room[1].sendingEpoch == before)
    room.advance(by: .seconds(1))
    #expect(room[1].sendingEpoch == before + 1)
    #expect(room.people[1].told.last { $0 == .newKeysForSending } != nil)
    room.leave(3)
    #expect(room[1].sendingEpoch == room[1].epoch)
    room.downstream = { [$1] }
    let epoch = try #require(room[1].epoch)
    try room.join()
    #expect(room[1].epoch == epoch + 1)
    #expect(room[1].sendingEpoch == epoch + 1)
  }

  @Test("whoever leaves is removed by the node's word, and all are told")
  func leaving() throws {
    let room = try MeetingRoom(seed: 9, of: 4)
    let leaver = room[0].join
    room.leave(0)
    #expect(room.agree([1, 2, 3]))
    for person in 1..<4 {
      #expect(room.people[person].told.contains(.removed(leaver, by: .node)))
      #expect(room.people[person].members.count == 3)
      #expect(room.people[person].alarms.isEmpty)
    }
  }

  @Test("a new join leaves everything behind, and is let in beside the others")
  func newJoin() throws {
    let room = try MeetingRoom(seed: 10, of: 3)
    let before = room[2].join
    room.leave(2)
    room.gone.remove(2)
    room.act(2, .newJoin)
    #expect(room[2].join != before)
    #expect(room[2].epoch == nil)
    room.enter(2)
    room.advance(by: .seconds(1))
    #expect(room.agree([0, 1, 2]))
    #expect(room.people[0].members.map(\.join).contains(room[2].join))
    #expect(!room.people[0].members.map(\.join).contains(before))
  }

  @Test("the first update comes soon after a join, then none for minutes")
  func updates() throws {
    let room = try MeetingRoom(seed: 11, of: 3)
    let joined = room.commits.count
    room.advance(by: .seconds(60))
    let soon = room.commits.count - joined
    #expect((1...4).contains(soon))
    room.advance(by: .seconds(150))
    #expect(room.commits.count - joined - soon <= 3)
    #expect(room.agree())
    #expect(room.people.allSatisfy { $0.alarms.isEmpty })
  }

  @Test("an hour without a word: checkpoints pass, nobody is alarmed or unheard")
  func anHour() throws {
    let room = try MeetingRoom(seed: 12, of: 3)
    room.advance(by: .seconds(3600))
    #expect(room.agree())
    for person in room.people {
      #expect(person.alarms.isEmpty)
      #expect(person.members.allSatisfy { $0.state == .present })
      #expect(!person.told.contains { if case .alarm = $0 { true } else { false } })
    }
  }
}
