import Bytes
import Delivery
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import SFrame
import Testing

@testable import ClientCore

/// What a node can do about who governs, who is here and who was removed.
@Suite("A hostile server: roles and removals")
struct HostileServerRoleTests {
  private func expectRefusal(
    by person: Int, in room: MeetingRoom, at epoch: UInt64?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(room[person].epoch == epoch, sourceLocation: sourceLocation)
    #expect(room.people[person].alarms.contains(.badCommit), sourceLocation: sourceLocation)
    #expect(
      room.seen.contains { $0.from == person && $0.message == .refuse(epoch: epoch ?? 0) },
      sourceLocation: sourceLocation)
  }

  private func roles(_ room: MeetingRoom, of person: Int) -> [Role] {
    room.people.indices.compactMap { other in
      room.people[person].members.first { $0.join == room[other].join }?.role
    }
  }

  @Test("the host proves itself and is seen as host by all")
  func host() throws {
    let room = try MeetingRoom(seed: 121, of: 3, hasHost: true)
    for person in 0..<3 { #expect(roles(room, of: person) == [.host, .speaker, .speaker]) }
  }

  @Test("a removal of the host that a listener commits")
  func removalOfTheHost() throws {
    let room = try MeetingRoom(seed: 122, of: 3, hasHost: true)
    room.act(0, .setRules(.role(room[2].join, .listener)))
    #expect(roles(room, of: 1) == [.host, .speaker, .listener])
    let epoch = room[1].epoch
    let host = try #require(room[1].directory[room[0].join])
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(2, [.remove(host)])))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    #expect(room.people[1].members.count == 3)
  }

  @Test("a removal of the host that a listener proposes, for others to commit")
  func proposedRemovalOfTheHost() throws {
    let room = try MeetingRoom(seed: 123, of: 3, hasHost: true)
    let host = try #require(room[1].directory[room[0].join])
    var group = try #require(room[2].group)
    let proposal = try group.propose(.remove(host), using: &room.random).wire
    room.send(1, .proposal(proposal))
    room.run()
    #expect(room.notices(of: 1) == [.badProposal])
    #expect(room[1].group?.hasPendingProposals == false)
  }

  @Test("a removal that the server signs with another key than it showed")
  func removalByAnotherKey() throws {
    let room = try MeetingRoom(seed: 124, of: 3)
    let group = try #require(room[1].group)
    let message = try ExternalProposal.sign(
      .remove(LeafIndex(0)), groupID: group.groupID, epoch: group.epoch, sender: .external(0),
      signatureKey: room.random.bytes(32), as: NativeX25519Suite.self)
    room.send(1, .proposal(message.wire))
    room.run()
    #expect(room.notices(of: 1) == [.badProposal])
    #expect(room[1].group?.hasPendingProposals == false)
  }

  @Test("roles that somebody without the host's key signs")
  func forgedRole() throws {
    let room = try MeetingRoom(seed: 125, of: 3, hasHost: true)
    let epoch = room[1].epoch
    let group = try #require(room[2].group)
    let own = try HostKey<NativeX25519Suite>(seed: room.random.bytes(32))
    var forged = RoomRules(groupID: group.groupID, counter: 99, hostKey: own.publicKey)
    forged.entries = [.init(join: room[2].join, signatureKey: room[2].identity.signaturePublicKey, role: .host)]
    forged.signature = try NativeX25519Suite.sign(privateKey: own.seed, message: forged.contentToSign)
    let extensions = group.context.extensions.replacing(forged)
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(2, [.groupContextExtensions(extensions)])))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    #expect(roles(room, of: 1) == [.host, .speaker, .speaker])
  }

  @Test("roles taken away by somebody who is no host, and a person who tries")
  func roleChangeByNonHost() throws {
    let room = try MeetingRoom(seed: 126, of: 3, hasHost: true)
    let epoch = room[1].epoch
    let group = try #require(room[2].group)
    let without = group.context.extensions.filter { $0.type != RoomRules.type }
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(2, [.groupContextExtensions(without)])))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    let sent = room.seen.count
    room.act(2, .setRules(.role(room[2].join, .host)))
    room.act(2, .remove([room[0].join]))
    #expect(room.notices(of: 2) == [.notAllowed, .notAllowed])
    #expect(room.seen.count == sent)
  }

  @Test("older roles of the same host, shown again")
  func rolesRolledBack() throws {
    let room = try MeetingRoom(seed: 127, of: 3, hasHost: true)
    let old = try #require(room[0].group?.context.extensions)
    room.act(0, .setRules(.role(room[2].join, .listener)))
    let epoch = room[1].epoch
    room.send(1, .commit(epoch: epoch ?? 0, try room.insider(2, [.groupContextExtensions(old)])))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
    #expect(roles(room, of: 1) == [.host, .speaker, .listener])
  }

  @Test("whoever a listener would remove stays, whoever the host removes is gone at once")
  func removalByTheHost() throws {
    let room = try MeetingRoom(seed: 128, of: 4, hasHost: true)
    room.act(0, .remove([room[3].join]))
    for person in 0..<3 {
      #expect(room.people[person].told.contains(.removed(room[3].join, by: .member(room[0].join))))
      #expect(room[person].sendingEpoch == room[person].epoch)
    }
    #expect(room.people[3].told.contains(.removedFromGroup(by: .member(room[0].join))))
    #expect(room[3].epoch == nil)
    #expect(throws: FrameError.noKey) { try room.people[3].meeting.planSeal(.mic, .opus, clear: []) }
  }

  @Test("a commit that the members refuse is taken back by an honest node: its author is out and the meeting goes on")
  func takenBack() throws {
    let room = try MeetingRoom(seed: 132, of: 4, hasHost: true)
    let host = try #require(room[2].directory[room[0].join])
    let upload = try room.insiderUpload(2, [.remove(host)])
    room.apply(.commit(upload.wire), from: 2)
    room.run()
    for person in [0, 1, 3] where room.people[person].isConnected {
      #expect(room.people[person].told.contains(.alarm(.badCommit)))
    }
    room.advance(by: .seconds(10))
    #expect(room.expelled == [2])
    #expect(room.agree([1, 3]))
    for person in [1, 3] {
      #expect(room.people[person].alarms.isEmpty)
      #expect(room.people[person].members.contains { $0.join == room[0].join })
      #expect(!room.people[person].members.contains { $0.join == room[2].join })
    }
  }

  @Test("a removed client that is fed everything the server sees from then on opens nothing")
  func afterRemoval() throws {
    let room = try MeetingRoom(seed: 129, of: 4, hasHost: true)
    // A client that keeps its state instead of obeying.
    var removed = room[3]
    var stale = try #require(room[3].group)
    var seen: [MeetingInput] = []
    room.downstream = { person, input in
      if person != 3 { seen.append(input) }
      return [input]
    }
    room.act(0, .remove([room[3].join]))
    try room.join()
    room.act(1, .say(Array("only for those who stay".utf8), kind: .chat, to: nil))
    room.leave(2)
    room.act(1, .say(Array("and again".utf8), kind: .chat, to: nil))
    #expect(room.said(to: 0).count == 2)
    let frame = try room.people[1].meeting.planSeal(.mic, .opus, clear: [])
    var told: [MeetingEffect] = []
    for input in seen {
      told += removed.handle(input, now: room.now, wallClock: room.wallClock, using: &room.random)
    }
    #expect(!told.contains { if case .said = $0 { true } else { false } })
    #expect(!told.contains { if case .profile = $0 { true } else { false } })
    let bytes = frame.header.encoded() + [UInt8](repeating: 0, count: 32)
    #expect(throws: FrameError.self) { try removed.planOpen(.opus, prefix: bytes, length: bytes.count) }
    // Nor does one that ignores the commit and keeps the keys of its last epoch.
    for case .message(let box, _) in seen {
      let message = try MLSMessage(wire: box)
      #expect(throws: MLSError.self) { try stale.receive(message) }
    }
  }

  @Test("a removed client does not come back by an external commit with its old key")
  func comingBack() throws {
    let room = try MeetingRoom(seed: 130, of: 3, hasHost: true)
    let removed = room[2]
    room.act(0, .remove([room[2].join]))
    let epoch = room[1].epoch
    let group = try #require(room[1].group)
    let info = try group.groupInfo(withTree: false, withExternalPub: true)
    var entry = ExternalJoin(identity: removed.identity)
    entry.pskIDs = [RoomPSK.fresh(using: &room.random)]
    let made = try Group.joinExternally(
      info, tree: group.tree.sent, join: entry, psks: removed.keys.psks, now: nil, using: &room.random)
    room.send(1, .commit(epoch: epoch ?? 0, made.message.wire))
    room.run()
    expectRefusal(by: 1, in: room, at: epoch)
  }

  @Test("while the room is locked nobody is let in, nor gets in from outside")
  func locked() throws {
    let room = try MeetingRoom(seed: 131, of: 2, hasHost: true)
    room.act(0, .setRules(.door(.locked)))
    let late = try room.join()
    room.advance(by: .seconds(45))
    #expect(room[late].epoch == nil)
    #expect(room.people[1].members.count == 2)
    #expect(room.people[1].alarms.isEmpty)
    room.act(0, .setRules(.door(.open)))
    room.advance(by: .seconds(25))
    #expect(room.agree())
    #expect(room.people[late].alarms.isEmpty)
  }
}
