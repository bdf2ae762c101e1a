import Bytes
import MLS
import MLSWire
import RoomRules
import Testing

@testable import ClientCore

/// The node of these rooms knows no lobby: it lets everybody in, and asks whoever is there to add them.
@Suite("Who is let in through a lobby")
struct AdmissionTests {
  private func lobby(seed: UInt64) throws -> MeetingRoom {
    let room = try MeetingRoom.ofAllRoles(seed: seed)
    room.act(0, .setRules(.door(.lobby)))
    room.advance(by: .seconds(1))
    return room
  }

  private func isInside(_ person: Int, _ room: MeetingRoom) -> Bool {
    room[person].groupID != nil && room.member(person, seenBy: 0) != nil
  }

  @Test(
    "whom nobody let in is not added on the node's word, and the person hears of a stranger; whom the host lets in is")
  func skipped() throws {
    let room = try lobby(seed: 0x97_0001)
    let late = try room.join()
    room.advance(by: .seconds(28))
    #expect(!isInside(late, room))
    #expect(room.people[0].alarms == [.stranger])
    room.act(0, .admit([room[late].join]))
    room.advance(by: .seconds(12))
    #expect(isInside(late, room))
    #expect(room.people[0].alarms.isEmpty)
    #expect(room.agree())
  }

  @Test("whoever is asked adds whom another moderator let in, also when they hear of it later than of the wish")
  func byAnother() throws {
    let room = try lobby(seed: 0x97_0002)
    room.upstream = { person, message in
      if case .commit = message, person != 0 { return [] }
      return [message]
    }
    let late = try room.join()
    room.act(1, .admit([room[late].join]))
    #expect(isInside(late, room))
    #expect(room.people[0].told.contains(.added(room[late].join, by: room[0].join)))
  }

  @Test("who does not decide at the door lets nobody in, whatever their client says")
  func notTheirs() throws {
    let room = try lobby(seed: 0x97_0003)
    let late = try room.join()
    for person in 2..<6 {
      room.act(person, .admit([room[late].join]))
      #expect(room.notices(of: person).contains(.notAllowed))
      try room.seal(unasked: person, .admit, room[late].join.bytes)
    }
    for payload in [[1, 2, 3], [UInt8](repeating: 1, count: 65 * 16)] as [[UInt8]] {
      try room.seal(unasked: 1, .admit, payload)
    }
    #expect(
      room.notices(of: 0) == [.notPermitted, .notPermitted, .notPermitted, .notPermitted, .badMessage, .badMessage])
    room.advance(by: .seconds(12))
    #expect(!isInside(late, room))
  }

  @Test("another join than the one that was let in stays outside")
  func another() throws {
    let room = try lobby(seed: 0x97_0004)
    room.act(0, .admit([room[3].join]))
    let late = try room.join()
    room.advance(by: .seconds(12))
    #expect(!isInside(late, room))
  }

  @Test("who stands in lets in while no moderator is there")
  func standIn() throws {
    let room = try lobby(seed: 0x97_0005)
    room.leave(1)
    room.leave(0)
    room.advance(by: .seconds(5))
    let late = try room.join()
    room.act(5, .admit([room[late].join]))
    room.advance(by: .seconds(12))
    #expect(room.member(late, seenBy: 5) != nil)
    #expect(room[late].groupID != nil)
  }

  @Test(
    "the host comes back by the host's own key, with nobody there to let them in", arguments: [Door.lobby, .locked])
  func host(door: Door) throws {
    let room = try MeetingRoom(seed: 0x97_0006, of: 3, hasHost: true, door: door)
    room.leave(0)
    room.advance(by: .seconds(5))
    #expect(room.people[1].members.count == 2)
    room.act(0, .newJoin)
    room.enter(0)
    room.advance(by: .seconds(5))
    #expect(room.agree([0, 1, 2]))
    #expect(room.member(0, seenBy: 2)?.role == .host)
    #expect(room.member(0, seenBy: 2)?.invitation == nil)
  }

  @Test("a co-host who takes back the host's own invitation keeps no host out")
  func revokedHost() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x97_0007)
    let key = try #require(room[0].hostKey)
    var patch = RulesPatch.door(.lobby)
    patch.revoked = [InvitationCertificate.id(of: key.publicKey, as: SuiteVerifier<TestSuite>.self)]
    room.act(1, .setRules(patch))
    room.leave(0)
    room.leave(1)
    room.advance(by: .seconds(5))
    room.act(0, .newJoin)
    room.enter(0)
    room.advance(by: .seconds(5))
    #expect(room.member(0, seenBy: 2)?.role == .host)
  }
}
