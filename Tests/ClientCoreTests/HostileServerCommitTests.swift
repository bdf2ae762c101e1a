import Bytes
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

/// What a node that wants to listen can do with commits, with or without the help of a member.
@Suite("A hostile server: commits")
struct HostileServerCommitTests {
  /// Nothing moved, the person was told, and nothing is sealed any more.
  private func expectRefusal(
    by person: Int, in room: MeetingRoom, at epoch: UInt64?, _ alarm: MeetingAlarm = .badCommit,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(room[person].epoch == epoch, sourceLocation: sourceLocation)
    #expect(room.people[person].alarms.contains(alarm), sourceLocation: sourceLocation)
    #expect(throws: FrameError.noKey, sourceLocation: sourceLocation) {
      try room.people[person].meeting.planSeal(.mic, .opus, clear: [])
    }
  }

  @Test("a member of the server's own that a good client adds cannot open its Welcome, and is seen to be a ghost")
  func memberOfItsOwn() throws {
    let room = try MeetingRoom(seed: 101, of: 3)
    room.keepGhosts()
    let own = try room.keyPackage()
    room.send(0, .commitRequest([own.box]))
    room.run()
    let join = try #require(JoinID(own.bundle.keyPackage.leafNode.credential))
    #expect(room.people[1].told.contains(.added(join, by: room[0].join)))
    let upload = try #require(room.commits.last { !$0.welcome.isEmpty })
    guard case .welcome(let welcome) = try MLSMessage(wire: upload.welcome) else { return }
    let tree = room[0].group?.tree.sent
    #expect(throws: MLSError.self) { try Group(joining: welcome, as: own.bundle, tree: tree) }
    let guess = PreSharedKeys(external: RoomPSK.id, secret: [UInt8](repeating: 0, count: 32))
    #expect(throws: MLSError.joining(.undecryptable)) {
      try Group(joining: welcome, as: own.bundle, tree: tree, psks: guess)
    }
    room.advance(by: .seconds(16))
    for person in 0..<3 {
      #expect(room.people[person].alarms.contains(.ghost))
      #expect(room.people[person].members.first { $0.join == join }?.state == .ghost)
    }
  }

  @Test("a member of the server's own that it lists as present is shown as never heard")
  func listedMemberOfItsOwn() throws {
    let room = try MeetingRoom(seed: 102, of: 3)
    room.keepGhosts()
    let own = try room.keyPackage()
    let join = try #require(JoinID(own.bundle.keyPackage.leafNode.credential))
    room.send(0, .commitRequest([own.box]))
    room.invented = [join]
    room.tellRoster()
    room.advance(by: .seconds(26))
    for person in 0..<3 {
      #expect(room.people[person].members.first { $0.join == join }?.state == .unheard)
      #expect(!room.people[person].told.contains { if case .profile(join, _, _) = $0 { true } else { false } })
    }
  }

  @Test("a commit that the server makes up, or changes on the way")
  func madeUpCommit() throws {
    let room = try MeetingRoom(seed: 103, of: 3)
    let epoch = room[1].epoch ?? 0
    var bytes = try room.insider(0, [])
    bytes[bytes.count - 1] ^= 1
    room.send(1, .commit(epoch: epoch, bytes))
    room.send(2, .commit(epoch: epoch, [1, 2, 3]))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    expectRefusal(by: 2, in: room, at: epoch)
    #expect(room.seen.contains { $0.from == 1 && $0.message == .refuse(epoch: epoch) })
  }

  @Test("an Add without the room's PSK")
  func addWithoutPSK() throws {
    let room = try MeetingRoom(seed: 104, of: 3)
    let epoch = room[1].epoch
    let own = try room.keyPackage()
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(0, [.add(own.bundle.keyPackage)])))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    #expect(room.seen.contains { $0.from == 1 && $0.message == .refuse(epoch: epoch ?? 0) })
  }

  @Test("an Add with another PSK than the room's")
  func addWithAnotherPSK() throws {
    let room = try MeetingRoom(seed: 105, of: 3)
    let epoch = room[1].epoch
    let own = try room.keyPackage()
    let psk = PreSharedKeyID(
      kind: .resumption(usage: .application, groupID: room[0].groupID ?? [], epoch: epoch ?? 0),
      nonce: room.random.bytes(32))
    let proposals: [Proposal] = [.add(own.bundle.keyPackage), .preSharedKey(psk)]
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(0, proposals)))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
  }

  @Test("an Add whose PSK nonce was used before")
  func reusedNonce() throws {
    let room = try MeetingRoom(seed: 106, of: 3)
    let epoch = room[1].epoch
    let nonce = try #require(room[1].nonces.members.first)
    #expect(room[0].nonces.contains(nonce))
    let own = try room.keyPackage()
    let proposals: [Proposal] = [
      .add(own.bundle.keyPackage), .preSharedKey(PreSharedKeyID(kind: .external(id: RoomPSK.id), nonce: nonce)),
    ]
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(0, proposals)))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
  }

  @Test("a commit shown again, as the old one it is or as a new one")
  func replayedCommit() throws {
    let room = try MeetingRoom(seed: 107, of: 3)
    var old: [UInt8] = []
    room.downstream = { person, input in
      if person == 1, case .commit(_, let bytes) = input { old = bytes }
      return [input]
    }
    try room.join()
    room.downstream = { [$1] }
    let epoch = try #require(room[1].epoch)
    room.send(1, .commit(epoch: epoch - 1, old))
    room.run()
    #expect(room[1].epoch == epoch)
    #expect(room.notices(of: 1) == [.staleCommit])
    #expect(room.people[1].alarms.isEmpty)
    room.send(1, .commit(epoch: epoch, old))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
  }

  @Test("two commits for one epoch, to two halves: what one half says tells the other")
  func twoHalves() throws {
    let room = try MeetingRoom(seed: 108, of: 4)
    let epoch = try #require(room[0].epoch)
    let commits = (a: try room.insider(0, []), b: try room.insider(2, []))
    room.send(1, .commit(epoch: epoch, commits.a))
    room.send(3, .commit(epoch: epoch, commits.b))
    room.run()
    #expect(room[1].epoch == epoch + 1)
    #expect(room[3].epoch == epoch + 1)
    #expect(!room.agree([1, 3]))
    room.act(1, .say(Array("are you there?".utf8), kind: .chat, to: nil))
    #expect(room.said(to: 3).isEmpty)
    expectRefusal(by: 3, in: room, at: epoch + 1, .forked)
  }

  @Test("two halves that are kept apart find each other silent")
  func silentHalves() throws {
    let room = try MeetingRoom(seed: 109, of: 2)
    let epoch = try #require(room[0].epoch)
    let commits = (a: try room.insider(0, []), b: try room.insider(1, []))
    room.people[0].meeting.group = nil
    room.send(1, .commit(epoch: epoch, commits.a))
    room.run()
    _ = commits.b
    room.upstream = { person, message in
      if case .message = message { return [] }
      if case .commit = message { return [] }
      return [message]
    }
    room.advance(by: .seconds(400))
    #expect(room.people[1].members.first { $0.join == room[0].join }?.state == .unheard)
    #expect(room.people[1].alarms.contains(.withheld))
  }

  @Test("a commit that is kept from somebody")
  func withheldCommit() throws {
    let room = try MeetingRoom(seed: 110, of: 3)
    let epoch = room[2].epoch
    room.downstream = { person, input in
      guard person == 2 else { return [input] }
      switch input {
      case .commit, .groupInfo, .resync: return []
      default: return [input]
      }
    }
    try room.join()
    room.act(1, .say(Array("in the next epoch".utf8), kind: .chat, to: nil))
    room.advance(by: .seconds(7))
    #expect(room.said(to: 2).isEmpty)
    expectRefusal(by: 2, in: room, at: epoch, .withheld)
  }

  @Test("a commit of ours that is never answered")
  func withheldAcknowledgement() throws {
    let room = try MeetingRoom(seed: 111, of: 3)
    let own = try room.keyPackage()
    let epoch = room[0].epoch
    room.upstream = { person, message in
      if person == 0, case .commit = message { return [] }
      if person == 0, case .sync = message { return [] }
      return [message]
    }
    room.send(0, .commitRequest([own.box]))
    room.run()
    room.advance(by: .seconds(9))
    expectRefusal(by: 0, in: room, at: epoch, .withheld)
  }

  @Test("10,000 key packages: a hundred and some at most are added, each once, and the flood is told")
  func flood() throws {
    let room = try MeetingRoom(seed: 112, of: 2)
    let packages = try (0..<150).map { _ in try room.keyPackage().box }
    let flood = (0..<10_000).map { packages[$0 % packages.count] }
    room.upstream = { person, message in
      if case .commit = message { return [] }
      return [message]
    }
    room.act(0, .commitRequest(flood))
    #expect(room.notices(of: 0).contains(.flood))
    #expect(room[0].pending?.joiners.count == 128)
    #expect((room[0].pending?.upload.count ?? .max) < 320 * 1024)
    room.act(1, .commitRequest([[UInt8](repeating: 7, count: 100), packages[0], packages[0]]))
    #expect(room[1].pending?.joiners.count == 1)
    #expect(room.notices(of: 1) == [.badKeyPackage, .badKeyPackage])
  }
}
