import Bytes
import Testing

@testable import Rooms

private let start = Instant.zero + .seconds(100)
private let gate = Array(repeating: UInt8(1), count: 32)

/// A room with a host and two people in it, whose rights a test sets.
private struct Scene {
  var room = Room(gateHash: gate, isGoverned: true, limits: RoomLimits(participants: 10), now: start)
  var now = start

  init() {
    for number in 1...2 as ClosedRange<UInt64> {
      let bytes = Array(repeating: UInt8(number), count: 16)
      let request = JoinRequest(gateHash: gate, join: bytes, resumeToken: nil, freshToken: bytes)
      _ = room.apply(.join(request), from: ConnectionID(number), now: now)
    }
  }

  mutating func apply(_ command: RoomCommand, _ connection: UInt64) -> [RoomEffect] {
    room.apply(command, from: ConnectionID(connection), now: now)
  }

  @discardableResult
  mutating func allow(_ rights: ParticipantRights?, of index: Int = 0) -> [RoomEffect] {
    room.setRights { $0 == index ? rights : .all }
  }
}

private let everything = MediaState(mic: true, camera: true, screen: true, screenAudio: true)

@Suite("What the node lets through")
struct RightsTests {
  @Test("each kind of media is cut by its own right, in every combination", arguments: 0..<8)
  func matrix(_ bits: Int) {
    var scene = Scene()
    let rights = ParticipantRights(
      microphone: bits & 1 != 0, camera: bits & 2 != 0, screen: bits & 4 != 0, content: true)
    let left = MediaState(
      mic: rights.microphone, camera: rights.camera, screen: rights.screen, screenAudio: rights.screen)
    scene.allow(rights)
    let asked = scene.apply(.setMedia(everything), 1)
    #expect(scene.room.media(of: 0) == left)
    #expect(asked.contains(.refuse(ConnectionID(1), .notAllowed)) == (left != everything))
    // The same when it was on before the right was taken.
    var other = Scene()
    other.allow(.all)
    _ = other.apply(.setMedia(everything), 1)
    let cut = other.allow(rights)
    #expect(other.room.media(of: 0) == left)
    #expect(cut.contains(.setSources(index: 0, left)) == (left != everything))
    #expect(cut.contains(.tell([ConnectionID(2)], .updated(index: 0, media: left))) == (left != everything))
  }

  @Test("what was cut stays off when the right comes back, until the participant turns it on")
  func noSurprise() {
    var scene = Scene()
    scene.allow(.all)
    _ = scene.apply(.setMedia(MediaState(mic: true)), 1)
    scene.allow(ParticipantRights.none)
    #expect(scene.allow(.all) == [])
    #expect(scene.room.media(of: 0).mic == false)
    _ = scene.apply(.setMedia(MediaState(mic: true)), 1)
    #expect(scene.room.media(of: 0).mic)
  }

  @Test("who has no place in the group yet sends nothing, and what they wanted begins with their place")
  func pending() {
    var scene = Scene()
    #expect(scene.apply(.setMedia(MediaState(mic: true, camera: true)), 1) == [])
    #expect(scene.room.media(of: 0) == MediaState())
    let effects = scene.allow(ParticipantRights(microphone: true, camera: false, screen: true, content: true))
    #expect(scene.room.media(of: 0) == MediaState(mic: true))
    #expect(effects.contains(.setSources(index: 0, MediaState(mic: true))))
  }

  @Test("a screen that may begin does not push out the one that is shared")
  func screen() {
    var scene = Scene()
    scene.allow(nil)
    _ = scene.apply(.setMedia(MediaState(screen: true)), 1)
    _ = scene.apply(.setMedia(MediaState(screen: true)), 2)
    scene.allow(.all)
    #expect(scene.room.screenSharer == 1)
  }

  @Test("messages of who may say nothing are dropped; the upkeep of the group passes, at its rate")
  func messages() {
    var scene = Scene()
    scene.allow(ParticipantRights.none)
    #expect(scene.apply(.say([1], to: nil), 1) == [.refuse(ConnectionID(1), .notAllowed)])
    #expect(scene.apply(.say([1], to: [1]), 1) == [.refuse(ConnectionID(1), .notAllowed)])
    var passed = 0
    for _ in 0..<100 {
      if case .tell? = scene.apply(.say([1], to: nil, isControl: true), 1).first { passed += 1 }
    }
    #expect(passed == 10)
    #expect(scene.apply(.say([1], to: nil, isControl: true), 1) == [.refuse(ConnectionID(1), .rateLimited)])
    scene.now = scene.now + .seconds(2)
    #expect(scene.apply(.say([1], to: nil, isControl: true), 1).count == 1)
    #expect(scene.apply(.say([1], to: nil, isControl: true), 1) == [.refuse(ConnectionID(1), .rateLimited)])
    scene.allow(.all)
    for _ in 0..<20 { #expect(scene.apply(.say([1], to: nil, isControl: true), 1) != []) }
  }

  @Test("in a room without a host everything passes")
  func ungoverned() {
    var room = Room(gateHash: gate, limits: RoomLimits(participants: 10), now: start)
    let bytes = Array(repeating: UInt8(1), count: 16)
    let request = JoinRequest(gateHash: gate, join: bytes, resumeToken: nil, freshToken: bytes)
    _ = room.apply(.join(request), from: ConnectionID(1), now: start)
    _ = room.apply(.setMedia(everything), from: ConnectionID(1), now: start)
    #expect(room.media(of: 0) == everything)
    #expect(room.apply(.say([1], to: nil), from: ConnectionID(1), now: start).count == 1)
  }
}
