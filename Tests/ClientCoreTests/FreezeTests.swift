import Bytes
import MLS
import MLSWire
import RoomRules
import Testing

@testable import ClientCore

@Suite("Freezing")
struct FreezeTests {
  @Test(
    "a moderator or who is trusted stops everybody at once; a moderator's client writes it into the rules",
    arguments: [0, 1, 5])
  func stops(caller: Int) throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0001)
    room.act(caller, .freeze)
    for person in 0..<6 {
      #expect(room.people[person].told.contains(.frozen(by: room[caller].join, isOn: true)))
      #expect(room.permissions(of: 2, seenBy: person) == .none)
      #expect(room.permissions(of: 0, seenBy: person) == .all)
      #expect(room.security(of: person)?.isFrozen == true)
      #expect(room[person].group?.rules?.isFrozen == true)
    }
    #expect(throws: FrameError.notAllowed) { try room.people[2].meeting.planSeal(.mic, .opus, clear: []) }
    #expect(room.agree())
  }

  @Test("then person by person, and all")
  func resumes() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0002)
    room.act(0, .freeze)
    room.act(1, .setRules(.entry(.init(join: room[2].join, goesOn: true))))
    #expect(room.permissions(of: 2, seenBy: 3) == .speakerDefault)
    #expect(room.permissions(of: 4, seenBy: 3) == .none)
    room.act(0, .setRules(.frozen(false)))
    for person in 0..<6 {
      #expect(!room.isFrozen(for: person))
      #expect(room.permissions(of: 4, seenBy: person) == .newcomerDefault)
    }
  }

  @Test("a freeze by somebody not trusted stops nobody, however it comes")
  func notTrusted() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0003)
    for person in 2...4 {
      room.act(person, .freeze)
      #expect(room.notices(of: person).last == .notAllowed)
      let call = try room.freezeCall(by: person)
      room.act(5, .frozen(call))
      try room.seal(unasked: person, .freeze, call)
      #expect(room.notices(of: 5).last == .badFreeze)
    }
    for person in 0..<6 { #expect(!room.isFrozen(for: person)) }
  }

  @Test("a freeze in somebody else's name, of rules to come, or that is no call stops nobody")
  func forged() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0004)
    let counter = try #require(room[0].group?.rules?.counter)
    for bytes in [try room.freezeCall(by: 2, inNameOf: 0), [], [1, 2, 3], [UInt8](repeating: 1, count: 5000)] {
      room.act(3, .frozen(bytes))
      #expect(room.notices(of: 3).last == .badFreeze)
    }
    room.act(3, .frozen(try room.freezeCall(by: 5, counter: counter + 7)))
    #expect(!room.isFrozen(for: 3))
  }

  @Test("a freeze that the node shows again after the room went on does nothing")
  func replayed() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0005)
    let call = try room.freezeCall(by: 5)
    room.act(5, .freeze)
    room.act(0, .setRules(.frozen(false)))
    for person in 0..<6 {
      room.act(person, .frozen(call))
      #expect(!room.isFrozen(for: person))
    }
    #expect(room.security(of: 2)?.isFrozen == false)
  }

  @Test("one way is enough: by the node alone, or in the group alone", arguments: [false, true])
  func oneWay(byNode: Bool) throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0006)
    room.upstream = { _, message in
      switch message {
      case .freeze: byNode ? [message] : []
      case .message(_, _, let isControl): byNode && isControl ? [] : [message]
      default: [message]
      }
    }
    room.act(5, .freeze)
    for person in 0..<6 { #expect(room.isFrozen(for: person)) }
  }

  @Test("a call that crosses other rules on their way is called again")
  func crossing() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0007)
    // The co-host's document is with the node before the call is heard; nobody reads the call in time.
    var patch = RulesPatch()
    patch.speaker = .speakerDefault.subtracting(.camera)
    room.act(together: [(1, .setRules(patch)), (5, .freeze)])
    for person in 0..<6 { #expect(room.isFrozen(for: person), "\(person)") }
    #expect(room[2].group?.rules?.speaker == patch.speaker)
    #expect(room.agree())
  }

  @Test("while no moderator is there a call holds all the same, until one comes and says otherwise")
  func withoutModerators() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x94_0008)
    room.leave(1)
    room.leave(0)
    room.advance(by: .seconds(5))
    room.act(5, .freeze)
    for person in 2..<6 {
      #expect(room.isFrozen(for: person))
      #expect(room.security(of: person)?.hosts == 0)
      #expect(room.security(of: person)?.standIns == 1)
    }
    #expect(room[2].group?.rules?.isFrozen == false)
  }

  @Test("in a room without host nobody freezes")
  func ungoverned() throws {
    let room = try MeetingRoom(seed: 0x94_0009, of: 3)
    room.act(0, .freeze)
    #expect(room.notices(of: 0) == [.notAllowed])
    room.act(1, .frozen(try room.freezeCall(by: 0)))
    #expect(room.notices(of: 1) == [.badFreeze])
    #expect(!room.isFrozen(for: 1))
  }
}
