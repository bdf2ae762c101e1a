import Bytes
import Testing

@testable import Rooms

@Suite("A gate that is changed")
struct GateTests {
  private static let start = Instant.zero + .seconds(100)

  private func request(_ number: UInt8, gate: UInt8, resume: UInt8? = nil) -> JoinRequest {
    JoinRequest(
      gateHash: Array(repeating: gate, count: 32), join: Array(repeating: number, count: 16),
      resumeToken: resume.map { Array(repeating: $0, count: 16) }, freshToken: Array(repeating: number, count: 16))
  }

  /// Two participants, of whom the second has lost the connection, and then `changes` gates from 11 on after the first, 1.
  private func room(changes: UInt8) -> Room {
    var room = Room(
      gateHash: Array(repeating: 1, count: 32), limits: RoomLimits(participants: 10), now: Self.start)
    for number in UInt8(1)...2 {
      _ = room.apply(
        .join(request(number, gate: 1)), from: ConnectionID(UInt64(number)), now: Self.start)
    }
    _ = room.apply(.loseConnection, from: ConnectionID(2), now: Self.start)
    for change in 0..<changes { room.setGate(Array(repeating: 11 + change, count: 32)) }
    return room
  }

  @Test("newcomers need the gate of now, and no other lets them in")
  func newcomers() {
    var room = room(changes: 2)
    for gate in [UInt8(1), 11, 99] {
      let effects = room.apply(.join(request(3, gate: gate)), from: ConnectionID(3), now: Self.start)
      #expect(effects == [.refuse(ConnectionID(3), .wrongGate)])
    }
    _ = room.apply(.join(request(3, gate: 12)), from: ConnectionID(3), now: Self.start)
    #expect(room.index(of: ConnectionID(3)) == 2)
  }

  @Test("who was in takes up its place by a gate of before, under the same join; anybody else is refused")
  func comingBack() {
    var room = room(changes: 2)
    let stranger = room.apply(.join(request(9, gate: 1, resume: 2)), from: ConnectionID(9), now: Self.start)
    #expect(stranger == [.refuse(ConnectionID(9), .wrongGate)])
    let guessed = room.apply(.join(request(2, gate: 1, resume: 7)), from: ConnectionID(9), now: Self.start)
    #expect(guessed == [.refuse(ConnectionID(9), .wrongGate)])
    #expect(room.index(holding: request(2, gate: 1, resume: 2)) == 1)
    _ = room.apply(.join(request(2, gate: 1, resume: 2)), from: ConnectionID(4), now: Self.start)
    #expect(room.index(of: ConnectionID(4)) == 1)
  }

  @Test("the gates before the last four are forgotten", arguments: [(UInt8(4), true), (5, false)])
  func forgotten(_ changes: UInt8, _ isKnown: Bool) {
    let room = room(changes: changes)
    #expect((room.index(holding: request(2, gate: 1, resume: 2)) != nil) == isKnown)
    #expect(room.index(holding: request(2, gate: 10 + changes, resume: 2)) == 1)
  }

  @Test(
    "who is dismissed is gone for the others, is told nothing but the end of the connection, and has no place to take up"
  )
  func dismissed() {
    var room = room(changes: 1)
    let effects = room.dismiss(now: Self.start) { _ in true }
    #expect(effects.contains(.disconnect(ConnectionID(1))))
    #expect(effects.contains(.endMedia(index: 0)) && effects.contains(.endMedia(index: 1)))
    #expect(!effects.contains { if case .expel = $0 { true } else { false } })
    #expect(room.connected.isEmpty && room.index(holding: request(2, gate: 11, resume: 2)) == nil)
  }

  @Test("a lobby that is sent away is empty: those who decide hear that they are gone, and nobody is refused")
  func lobby() {
    var lobby = Lobby()
    _ = lobby.setDeciders([ConnectionID(100)])
    for number in UInt8(1)...2 {
      _ = lobby.knock(
        KnockRequest(
          join: request(number, gate: 1), device: Array(repeating: number, count: 16), box: nil),
        from: ConnectionID(UInt64(number)))
    }
    let effects = lobby.sendAway()
    #expect(lobby.places.isEmpty)
    #expect(
      effects == [
        .gone([ConnectionID(100)], id: 0), .disconnect(ConnectionID(1)), .gone([ConnectionID(100)], id: 1),
        .disconnect(ConnectionID(2)),
      ])
  }
}
