import Bytes
import MLS
import MLSWire
import RoomRules
import Testing

@testable import ClientCore

@Suite("Rules in a meeting")
struct RoomRulesMeetingTests {
  @Test("two moderators act on one person at once: both get their way, one commit after the other")
  func twoAtOnce() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0001)
    let person = room[2].join
    room.act(together: [
      (0, .setRules(.entry(.init(join: person, denied: .microphone)))),
      (1, .setRules(.entry(.init(join: person, role: .listener)))),
    ])
    room.advance(by: .seconds(3))
    for other in 0..<6 {
      let entry = try #require(room[other].group?.rules?.entries.first { $0.join == person })
      #expect(entry.role == .listener && entry.denied == .microphone)
    }
    #expect(room.agree())
    #expect(room.people.allSatisfy { $0.alarms.isEmpty })
  }

  @Test("one removes while another changes the role of the same person: the person is gone and nothing is stuck")
  func removedMeanwhile() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0002)
    room.act(together: [(0, .remove([room[2].join])), (1, .setRules(.role(room[2].join, .listener)))])
    room.advance(by: .seconds(3))
    for other in [0, 1, 3, 4, 5] { #expect(room.member(2, seenBy: other) == nil) }
    room.act(1, .setRules(.door(.locked)))
    #expect(room.security(of: 3)?.door == .locked)
    #expect(room.agree([0, 1, 3, 4, 5]))
  }

  @Test("both remove the same person at once: it happens once")
  func bothRemove() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0003)
    room.act(together: [(0, .remove([room[2].join])), (1, .remove([room[2].join]))])
    room.advance(by: .seconds(3))
    let removals = room.people[3].told.count { $0 == .removed(room[2].join, by: .member(room[0].join)) }
    #expect(removals == 1)
    #expect(room.agree([0, 1, 3, 4, 5]))
  }

  @Test("several are removed in one commit")
  func removeSeveral() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0004)
    let before = room.commits.count
    let epoch = try #require(room[0].epoch)
    room.act(0, .remove([room[2].join, room[3].join, room[4].join]))
    #expect(room.commits.count == before + 1)
    #expect(room[0].epoch == epoch + 1)
    for person in [2, 3, 4] { #expect(room[person].epoch == nil) }
    #expect(room.agree([0, 1, 5]))
  }

  @Test("a co-host names nobody who moderates, and speakers change nothing")
  func limits() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0005)
    let epoch = room[0].epoch
    room.act(1, .setRules(.role(room[2].join, .coHost)))
    room.act(1, .setRules(.role(room[0].join, .listener)))
    #expect(room.notices(of: 1) == [.notAllowed, .notAllowed])
    for person in 2..<6 {
      room.act(person, .setRules(.role(room[person].join, .host)))
      #expect(room.notices(of: person) == [.notAllowed])
    }
    #expect(room[0].epoch == epoch)
  }

  @Test("under the veil who is not named is new, until somebody trusted vouches; then the rules say so")
  func vouching() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0006)
    #expect(room.member(4, seenBy: 2)?.standing.isVeiled == true)
    room.act(3, .vouch(room[4].join))
    #expect(room.notices(of: 3) == [.notAllowed])
    try room.seal(unasked: 2, .vouch, room[4].join.bytes)
    try room.seal(unasked: 4, .vouch, room[4].join.bytes)
    #expect(room.member(4, seenBy: 2)?.standing.isVeiled == true)
    room.act(5, .vouch(room[4].join))
    for person in 0..<6 {
      #expect(room.member(4, seenBy: person)?.standing.isVeiled == false)
      #expect(room.member(4, seenBy: person)?.standing.isNamed == true)
    }
    #expect(room[3].group?.rules?.entries.first { $0.join == room[4].join }?.role == .speaker)
  }

  @Test("vouched for while no moderator is there: the veil is lifted for those who are")
  func vouchedWithoutModerators() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0007)
    room.leave(1)
    room.leave(0)
    room.advance(by: .seconds(5))
    room.act(5, .vouch(room[4].join))
    for person in 2..<6 { #expect(room.member(4, seenBy: person)?.standing.isVeiled == false) }
  }

  @Test("without the veil nobody is new")
  func unveiled() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0008)
    room.act(0, .setRules(.entry(.init(join: room[4].join, denied: .chat))))
    #expect(room.member(4, seenBy: 2)?.role == .newcomer)
    var patch = RulesPatch()
    patch.veilsNewcomers = false
    room.act(0, .setRules(patch))
    #expect(room.member(4, seenBy: 2)?.role == .speaker)
  }

  @Test("the last host gone: who is trusted removes, nobody signs rules, and all see that nobody hosts")
  func succession() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_0009)
    room.act(5, .remove([room[2].join]))
    #expect(room.notices(of: 5) == [.notAllowed])
    #expect(room.security(of: 3)?.hosts == 2)
    room.leave(1)
    room.leave(0)
    room.advance(by: .seconds(5))
    #expect(room.security(of: 3)?.hosts == 0)
    room.act(3, .remove([room[2].join]))
    #expect(room.notices(of: 3) == [.notAllowed])
    room.act(5, .remove([room[2].join]))
    #expect(room[2].epoch == nil)
    room.act(5, .setRules(.door(.open)))
    #expect(room.notices(of: 5) == [.notAllowed, .notAllowed])
    #expect(room.agree([3, 4, 5]))
  }

  @Test("behind a lobby members who are no moderators let nobody in, and none is alarmed by that")
  func lobby() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x95_000a)
    room.act(0, .setRules(.door(.lobby)))
    room.upstream = { person, message in
      // The moderators' clients are slow to commit.
      if case .commit = message, person < 2 { return [] }
      return [message]
    }
    let late = try room.join()
    room.advance(by: .seconds(9))
    #expect(room[late].epoch == nil)
    for person in 2..<6 { #expect(room.people[person].members.count == 6) }
    #expect(room.people[2..<6].allSatisfy { $0.alarms.isEmpty && !$0.told.contains(.notice(.badKeyPackage)) })
  }

  @Test("a host whose meeting begins anew brings door, permissions and bans with it")
  func remembered() throws {
    let room = try MeetingRoom(seed: 0x95_000b, of: 2, hasHost: true, door: .locked)
    var patch = RulesPatch()
    patch.banned = [room[1].join]
    patch.listener = Permissions.none
    room.act(0, .setRules(patch))
    var host = room[0]
    var told = host.handle(.newJoin, now: room.now, wallClock: room.wallClock, using: &room.random)
    told += host.handle(
      .entered(resumed: false, senderKey: room.signer.publicKey), now: room.now, wallClock: room.wallClock,
      using: &room.random)
    told += host.handle(.createGroup, now: room.now, wallClock: room.wallClock, using: &room.random)
    var uploads: [CommitUpload] = []
    for case .send(.commit(let box)) in told { uploads.append(try CommitUpload(wire: box)) }
    let commit = try #require(uploads.first).commit
    told = host.handle(.commit(epoch: 0, commit), now: room.now, wallClock: room.wallClock, using: &room.random)
    let rules = try #require(host.group?.rules)
    #expect(rules.door == .locked && rules.banned == [room[1].join] && rules.listener == .none)
    #expect(rules.entries.map(\.join) == [host.join])
  }
}
