import Bytes
import Testing

@testable import Rooms

private let gate = Array(repeating: UInt8(1), count: 32)
private let otherGate = Array(repeating: UInt8(2), count: 32)
private let start = Instant.zero + .seconds(100)

/// A room whose participants are numbered by their connections, and a clock to turn.
private struct Scene {
  var room: Room
  var now = start

  init(participants: Int = 10, configure: (inout RoomLimits) -> Void = { _ in }) {
    var limits = RoomLimits(participants: participants)
    configure(&limits)
    room = Room(gateHash: gate, limits: limits, now: start)
  }

  @discardableResult
  mutating func join(
    _ connection: UInt64, gate: [UInt8] = gate, join: UInt8? = nil, resume: UInt8? = nil, token: UInt8? = nil
  ) -> [RoomEffect] {
    let request = JoinRequest(
      gateHash: gate, join: Array(repeating: join ?? UInt8(connection), count: 16),
      resumeToken: resume.map { Array(repeating: $0, count: 16) },
      freshToken: Array(repeating: token ?? UInt8(connection), count: 16))
    return room.apply(.join(request), from: ConnectionID(connection), now: now)
  }

  @discardableResult
  mutating func apply(_ command: RoomCommand, _ connection: UInt64) -> [RoomEffect] {
    room.apply(command, from: ConnectionID(connection), now: now)
  }

  mutating func pass(_ time: TimeDelta) -> [RoomEffect] {
    now = now + time
    return room.advance(to: now)
  }
}

private func connections(_ numbers: UInt64...) -> [ConnectionID] { numbers.map { ConnectionID($0) } }

private func entry(_ index: Int, join: UInt8, media: MediaState = MediaState()) -> ParticipantEntry {
  ParticipantEntry(index: index, join: Array(repeating: join, count: 16), media: media)
}

private func welcome(_ effects: [RoomEffect]) -> RoomWelcome? {
  for effect in effects { if case .welcome(_, let welcome) = effect { return welcome } }
  return nil
}

@Suite("Coming in")
struct JoinTests {
  @Test("the first is welcomed to an empty room, the second sees the first, who is told")
  func firstTwo() {
    var scene = Scene()
    #expect(
      welcome(scene.join(1))
        == RoomWelcome(index: 0, resumeToken: Array(repeating: 1, count: 16), resumed: false, others: []))
    let effects = scene.join(2)
    #expect(welcome(effects)?.index == 1)
    #expect(welcome(effects)?.others == [entry(0, join: 1)])
    #expect(effects.last == .tell(connections(1), .joined(entry(1, join: 2))))
  }

  @Test("a gate that differs in any one bit is refused, and nobody is told", arguments: 0..<32)
  func wrongGate(_ position: Int) {
    var scene = Scene()
    scene.join(1)
    var wrong = gate
    wrong[position] ^= 0x80
    #expect(scene.join(2, gate: wrong) == [.refuse(ConnectionID(2), .wrongGate)])
    #expect(scene.room.index(of: ConnectionID(2)) == nil)
  }

  @Test("a gate of another length is refused", arguments: [[], Array(gate.dropLast()), gate + [1]])
  func oddGate(_ odd: [UInt8]) {
    var scene = Scene()
    #expect(scene.join(1, gate: odd) == [.refuse(ConnectionID(1), .wrongGate)])
  }

  @Test("a full room refuses, and takes the next when somebody has left")
  func full() {
    var scene = Scene(participants: 2)
    scene.join(1)
    scene.join(2)
    #expect(scene.join(3) == [.refuse(ConnectionID(3), .full)])
    scene.apply(.leave, 1)
    #expect(welcome(scene.join(3))?.index == 2)
  }

  @Test("an index is never given twice while the room lives")
  func indices() {
    var scene = Scene { $0.maximumIndex = 3 }
    for connection in 1...4 as ClosedRange<UInt64> {
      #expect(welcome(scene.join(connection))?.index == Int(connection) - 1)
      scene.apply(.leave, connection)
    }
    #expect(scene.join(5) == [.refuse(ConnectionID(5), .full)])
  }
}

@Suite("Losing the connection and coming back")
struct ResumeTests {
  @Test("who comes back within the grace goes on, and nobody notices")
  func resume() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    #expect(scene.apply(.loseConnection, 2) == [])
    #expect(scene.pass(.seconds(14)) == [])
    let effects = scene.join(9, join: 2, resume: 2)
    #expect(effects.count == 1)
    #expect(welcome(effects)?.index == 1)
    #expect(welcome(effects)?.resumed == true)
    #expect(welcome(effects)?.others == [entry(0, join: 1)])
    #expect(scene.pass(.seconds(60)) == [])
  }

  @Test("who stays away longer than the grace has left, exactly then")
  func grace() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    scene.apply(.loseConnection, 2)
    #expect(scene.room.nextDeadline == start + .seconds(15))
    #expect(scene.pass(.seconds(15) - TimeDelta(nanoseconds: 1)) == [])
    #expect(
      scene.pass(TimeDelta(nanoseconds: 1)) == [
        .endMedia(index: 1), .tell(connections(1), .left(index: 1, reason: .lost)),
      ])
    #expect(scene.room.nextDeadline == .distantFuture)
    #expect(welcome(scene.join(3, join: 2, resume: 2))?.resumed == false)
  }

  @Test("what was said meanwhile is heard on return, in order")
  func missed() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    scene.apply(.loseConnection, 2)
    for box in 1...3 as ClosedRange<UInt8> { scene.apply(.say([box], to: nil), 1) }
    let effects = scene.join(3, join: 2, resume: 2)
    #expect(
      effects.dropFirst()
        == (1...3).map { number in
          .tell(
            connections(3), .message(RoomMessage(from: 0, box: [UInt8(number)], sequence: Int64(number))))
        }[...])
    scene.apply(.loseConnection, 3)
    #expect(scene.join(4, join: 2, resume: 2).count == 1, "nothing is heard twice")
  }

  @Test("what is kept for a return is bounded, the latest stays, and the gap shows")
  func missedBounds() {
    var scene = Scene { limits in
      limits.missedMessages = 4
      limits.missedBytes = 10
    }
    scene.join(1)
    scene.join(2)
    scene.apply(.loseConnection, 2)
    for _ in 0..<100 { scene.apply(.say([1, 2, 3, 4], to: nil), 1) }
    let sequences = scene.join(3, join: 2, resume: 2).compactMap { effect -> Int64? in
      guard case .tell(_, .message(let message)) = effect else { return nil }
      return message.sequence
    }
    #expect(sequences == [99, 100])
  }

  @Test("a newer connection of the same participant replaces the older, whose end then means nothing")
  func replaced() {
    var scene = Scene()
    scene.join(1)
    let effects = scene.join(2, join: 1, resume: 1)
    #expect(effects.first == .disconnect(ConnectionID(1)))
    #expect(welcome(effects)?.resumed == true)
    #expect(scene.apply(.loseConnection, 1) == [])
    #expect(scene.pass(.seconds(60)) == [])
    #expect(scene.room.index(of: ConnectionID(2)) == 0)
  }

  @Test("with another join id it is another participant, and the old one does not linger")
  func otherJoin() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    scene.apply(.loseConnection, 2)
    let effects = scene.join(3, join: 7, resume: 2)
    #expect(effects.prefix(2) == [.endMedia(index: 1), .tell(connections(1), .left(index: 1, reason: .left))])
    #expect(welcome(effects)?.index == 2)
    #expect(welcome(effects)?.resumed == false)
  }

  @Test("a token alone opens nothing: the gate is asked for each time")
  func resumeNeedsGate() {
    var scene = Scene()
    scene.join(1)
    #expect(scene.join(2, gate: otherGate, join: 1, resume: 1) == [.refuse(ConnectionID(2), .wrongGate)])
    #expect(scene.room.index(of: ConnectionID(1)) == 0)
  }

  @Test("a wrong token is a new join")
  func wrongToken() {
    var scene = Scene()
    scene.join(1)
    #expect(welcome(scene.join(2, join: 2, resume: 99))?.index == 1)
  }

  @Test("a place in its grace still counts against a full room, and can be taken up again")
  func graceInFullRoom() {
    var scene = Scene(participants: 1)
    scene.join(1)
    scene.apply(.loseConnection, 1)
    #expect(scene.join(2) == [.refuse(ConnectionID(2), .full)])
    #expect(welcome(scene.join(3, join: 1, resume: 1))?.resumed == true)
  }
}

@Suite("In the room")
struct RoomLifeTests {
  @Test("a message comes back to its sender, numbered, and goes to everybody else")
  func say() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    for number in 1...2 as ClosedRange<Int64> {
      let message = RoomMessage(from: 1, box: [9], sequence: number)
      #expect(scene.apply(.say([9], to: nil), 2) == [.tell(connections(1, 2), .message(message))])
    }
  }

  @Test("a message to some reaches them and its sender, and the others see no gap")
  func sayToSome() {
    var scene = Scene()
    for connection in 1...3 as ClosedRange<UInt64> { scene.join(connection) }
    scene.apply(.say([1], to: nil), 1)
    #expect(
      scene.apply(.say([2], to: [2, 900, 2]), 1) == [
        .tell(connections(1, 3), .message(RoomMessage(from: 0, box: [2], sequence: 1)))
      ])
    #expect(
      scene.apply(.say([3], to: []), 1) == [
        .tell(connections(1), .message(RoomMessage(from: 0, box: [3], sequence: 1)))
      ])
    #expect(
      scene.apply(.say([4], to: nil), 2) == [
        .tell(connections(1, 2, 3), .message(RoomMessage(from: 1, box: [4], sequence: 2)))
      ])
  }

  @Test("a message to some is kept for those of them who are away, and for nobody else")
  func sayToAbsent() {
    var scene = Scene()
    for connection in 1...3 as ClosedRange<UInt64> { scene.join(connection) }
    scene.apply(.loseConnection, 2)
    scene.apply(.loseConnection, 3)
    scene.apply(.say([2], to: [1]), 1)
    let back = scene.join(4, join: 2, resume: 2)
    #expect(back.contains(.tell(connections(4), .message(RoomMessage(from: 0, box: [2], sequence: 0)))))
    #expect(scene.join(5, join: 3, resume: 3).count == 1)
  }

  @Test("a join id that somebody in the room has is refused, and free when they are gone")
  func joinTaken() {
    var scene = Scene()
    scene.join(1)
    #expect(scene.join(2, join: 1, token: 2) == [.refuse(ConnectionID(2), .joinTaken)])
    scene.apply(.leave, 1)
    #expect(welcome(scene.join(2, join: 1, token: 2)) != nil)
  }

  @Test("who is put out is gone, the others are told, and the token is worth nothing")
  func expelled() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    #expect(
      scene.room.expel(1, now: scene.now) == [
        .endMedia(index: 1), .tell(connections(1), .left(index: 1, reason: .removed)), .expel(ConnectionID(2)),
      ])
    #expect(scene.room.expel(1, now: scene.now) == [])
    #expect(welcome(scene.join(3, join: 2, resume: 2))?.resumed == false)
  }

  @Test("media that does not change is not told")
  func media() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    let on = MediaState(mic: true, camera: true)
    #expect(
      scene.apply(.setMedia(on), 1) == [
        .setSources(index: 0, on), .tell(connections(2), .updated(index: 0, media: on)),
      ])
    #expect(scene.apply(.setMedia(on), 1) == [])
    #expect(scene.room.media(of: 0) == on)
  }

  @Test("one person shares a screen at a time; the rest of a refused wish is granted")
  func screen() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    scene.apply(.setMedia(MediaState(screen: true)), 1)
    let granted = MediaState(mic: true)
    #expect(
      scene.apply(.setMedia(MediaState(mic: true, screen: true, screenAudio: true)), 2) == [
        .refuse(ConnectionID(2), .screenBusy), .setSources(index: 1, granted),
        .tell(connections(1), .updated(index: 1, media: granted)),
      ])
    #expect(scene.room.screenSharer == 0)
  }

  @Test("a screen is free again when its sharer stops, leaves or is lost", arguments: [0, 1, 2])
  func screenFreed(_ way: Int) {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    scene.apply(.setMedia(MediaState(screen: true)), 1)
    switch way {
    case 0: scene.apply(.setMedia(MediaState()), 1)
    case 1: scene.apply(.leave, 1)
    default:
      scene.apply(.loseConnection, 1)
      _ = scene.pass(.seconds(15))
    }
    scene.apply(.setMedia(MediaState(screen: true)), 2)
    #expect(scene.room.screenSharer == 1)
  }

  @Test("who leaves is gone at once and their media ends")
  func leave() {
    var scene = Scene()
    scene.join(1)
    scene.join(2)
    #expect(scene.apply(.leave, 1) == [.endMedia(index: 0), .tell(connections(2), .left(index: 0, reason: .left))])
  }

  @Test(
    "a connection that is not in the room changes nothing",
    arguments: [
      .setMedia(MediaState(mic: true)), .say([1], to: nil), .leave, .loseConnection,
    ] as [RoomCommand])
  func stranger(_ command: RoomCommand) {
    var scene = Scene()
    scene.join(1)
    #expect(scene.apply(command, 2) == [])
  }

  @Test("an empty room is forgotten after a minute, and not if somebody comes")
  func forgotten() {
    var scene = Scene()
    scene.join(1)
    #expect(scene.room.isOver(at: start + .seconds(10_000)) == false)
    scene.apply(.leave, 1)
    #expect(scene.room.nextDeadline == start + .seconds(60))
    #expect(scene.room.isOver(at: start + .seconds(59)) == false)
    #expect(scene.room.isOver(at: start + .seconds(60)) == true)
    scene.join(2)
    #expect(scene.room.isOver(at: start + .seconds(60)) == false)
  }

  @Test("any order of commands keeps the room's promises", arguments: 1...20 as ClosedRange<UInt64>)
  func random(_ seed: UInt64) {
    var generator = SplitMix(seed: seed)
    var scene = Scene(participants: 5)
    var highest = 0
    for step in 0..<400 {
      let connection = UInt64.random(in: 1...9, using: &generator)
      let inside = scene.room.index(of: ConnectionID(connection)) != nil
      switch Int.random(in: 0..<8, using: &generator) {
      case 0 where !inside:
        scene.join(connection, resume: Bool.random(using: &generator) ? UInt8(connection) : nil)
      case 1: scene.apply(.leave, connection)
      case 2: scene.apply(.loseConnection, connection)
      case 3, 4: scene.apply(.setMedia(MediaState(mic: Bool.random(using: &generator), screen: true)), connection)
      case 5: scene.apply(.say([1], to: nil), connection)
      case 6: _ = scene.pass(.seconds(Int64.random(in: 0...9, using: &generator)))
      default: scene.apply(.say([1], to: [0, 1]), connection)
      }
      highest = max(highest, scene.room.index(of: ConnectionID(connection)) ?? 0)
      let present = (0...highest).filter { scene.room.connection(of: $0) != nil }
      let sharers = present.filter { scene.room.media(of: $0).screen }
      if present.count > 5 || sharers.count > 1 { Issue.record("seed \(seed) step \(step)") }
    }
  }
}

/// A small seeded generator (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
