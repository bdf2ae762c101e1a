import Bytes
import Delivery
import MLS
import MLSWire
import RoomRules
import Testing

@testable import ClientCore

@Suite("What people do in a meeting")
struct MeetingPeopleTests {
  private func comparison(_ room: MeetingRoom, of person: Int) -> ComparisonStatus? {
    var last: ComparisonStatus?
    for case .comparison(let status) in room.people[person].told { last = status }
    return last
  }

  @Test("two compare six digits and both say that they match")
  func comparing() throws {
    let room = try MeetingRoom(seed: 21, of: 3)
    room.act(0, .compare(room[2].join))
    #expect(comparison(room, of: 0) == ComparisonStatus(with: room[2].join, step: .waiting))
    #expect(comparison(room, of: 2) == ComparisonStatus(with: room[0].join, step: .offered))
    room.act(2, .acceptComparison)
    let shown = (comparison(room, of: 0), comparison(room, of: 2))
    #expect(shown.0?.step == .compare)
    #expect(shown.0?.digits.count == 6)
    #expect(shown.0?.digits == shown.1?.digits)
    room.act(0, .comparisonResult(true))
    #expect(comparison(room, of: 0)?.step == .confirming)
    room.act(2, .comparisonResult(true))
    #expect(comparison(room, of: 0)?.step == .matched)
    #expect(comparison(room, of: 2)?.step == .matched)
    room.act(0, .cancelComparison)
    #expect(comparison(room, of: 0) == nil)
    #expect(comparison(room, of: 1) == nil)
  }

  @Test("a comparison that nobody answers, or whose other side leaves, fails", arguments: [false, true])
  func comparisonFails(byLeaving leaves: Bool) throws {
    let room = try MeetingRoom(seed: 22, of: 3)
    room.act(0, .compare(room[2].join))
    if leaves { room.leave(2) } else { room.advance(by: .seconds(61)) }
    #expect(comparison(room, of: 0)?.step == .failed)
  }

  @Test("a changed profile reaches all, and those who come later get the newest")
  func profiles() throws {
    let room = try MeetingRoom(seed: 23, of: 2)
    room.act(1, .setProfile(Array("new name".utf8)))
    try room.join()
    for person in [0, 2] {
      var newest: [UInt8] = []
      for case .profile(let join, _, let body) in room.people[person].told where join == room[1].join { newest = body }
      #expect(newest == Array("new name".utf8))
    }
  }

  @Test("the host makes a co-host, who removes a speaker but not the host")
  func coHost() throws {
    let room = try MeetingRoom(seed: 24, of: 4, hasHost: true)
    room.act(0, .setRules(.role(room[1].join, .coHost)))
    #expect(room.people[2].members.first { $0.join == room[1].join }?.role == .coHost)
    room.act(1, .remove([room[0].join]))
    #expect(room.notices(of: 1) == [.notAllowed])
    room.act(1, .remove([room[3].join]))
    #expect(room.people[2].told.contains(.removed(room[3].join, by: .member(room[1].join))))
    var patch = RulesPatch.role(room[2].join, .listener)
    patch.door = .locked
    room.act(1, .setRules(patch))
    #expect(room.people[2].members.first { $0.isSelf }?.role == .listener)
    #expect(room.agree([0, 1, 2]))
    #expect(room.people.prefix(3).allSatisfy { $0.alarms.isEmpty })
  }

  @Test("a removal whose commit loses the race is committed in the next epoch")
  func race() throws {
    let room = try MeetingRoom(seed: 25, of: 4, hasHost: true)
    let rival = try room.insiderUpload(2, [])
    room.upstream = { [unowned room] person, message in
      // The rival's commit arrives first, by a hair.
      if person == 0, case .commit = message {
        room.upstream = { [$1] }
        room.people[2].meeting.group = nil
        room.apply(.commit(rival.wire), from: 2)
      }
      return [message]
    }
    room.act(0, .remove([room[3].join]))
    room.advance(by: .seconds(1))
    #expect(room.people[1].told.contains(.removed(room[3].join, by: .member(room[0].join))))
    #expect(room.agree([0, 1]))
    #expect(room.people[0].alarms.isEmpty)
  }

  @Test("a connection that was lost and resumed misses nothing: commits are replayed, or the way in is from outside")
  func resumption() throws {
    let room = try MeetingRoom(seed: 26, of: 4)
    room.lose(2)
    try room.join()
    room.act(0, .say(Array("while one was away".utf8), kind: .chat, to: nil))
    room.resume(2)
    room.advance(by: .seconds(1))
    #expect(room.agree())
    room.lose(2)
    room.leave(3)
    room.advance(by: .seconds(1))
    room.resume(2)
    room.advance(by: .seconds(2))
    #expect(room.agree([0, 1, 2, 4]))
    #expect(room.people.allSatisfy { $0.alarms.isEmpty })
    #expect(try room.hears(0, 2))
    #expect(try room.hears(2, 4))
  }

  @Test("what is said while away is sent on return")
  func sayingWhileAway() throws {
    let room = try MeetingRoom(seed: 27, of: 3)
    room.lose(1)
    room.act(1, .say(Array("can you hear me?".utf8), kind: .chat, to: nil))
    room.advance(by: .seconds(3))
    #expect(room.said(to: 0).isEmpty)
    room.resume(1)
    room.advance(by: .seconds(1))
    #expect(room.said(to: 0) == ["can you hear me?"])
  }

  @Test("a device whose clock is wrong by years is told so, and does not get in")
  func wrongClock() throws {
    let room = try MeetingRoom(seed: 28, of: 2)
    let today = room.wallClock
    room.downstream = { [unowned room] person, input in
      room.wallClock = person == 2 ? today + 90 * 86_400 : today
      return [input]
    }
    room.wallClock = today
    let late = try room.join()
    room.downstream = { [$1] }
    room.wallClock = today
    #expect(room[late].epoch == nil)
    #expect(room.people[late].alarms.contains(.wrongClock) || room.notices(of: 0).contains(.badKeyPackage))
  }

  @Test("a seed that does not belong to the link is refused")
  func wrongSeed() throws {
    let room = try MeetingRoom(seed: 29, of: 1, hasHost: true)
    #expect(throws: MeetingError.badHostSeed) {
      try TestMeeting.open(link: room.link, hostSeed: room.random.bytes(32), using: &room.random)
    }
    #expect(throws: MeetingError.badHostSeed) {
      try TestMeeting.open(link: room.link, hostSeed: [1, 2, 3], using: &room.random)
    }
  }

  @Test("a message or profile that is too long is not sent, and the person is told")
  func tooLong() throws {
    let room = try MeetingRoom(seed: 30, of: 2)
    room.act(0, .say([UInt8](repeating: 65, count: 17_000), kind: .chat, to: nil))
    room.act(0, .setProfile([UInt8](repeating: 65, count: 5000)))
    #expect(room.notices(of: 0) == [.notAllowed, .notAllowed])
    #expect(room.said(to: 1).isEmpty)
  }
}
