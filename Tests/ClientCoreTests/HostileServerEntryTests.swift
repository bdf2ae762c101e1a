import Bytes
import Delivery
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

/// What a node can serve to those who come in, and what it can say about who is here.
@Suite("A hostile server: entry and roster")
struct HostileServerEntryTests {
  @Test("a Welcome that is kept back")
  func withheldWelcome() throws {
    let room = try MeetingRoom(seed: 141, of: 2)
    room.downstream = { person, input in
      switch input {
      case .groupWelcome where person == 2, .groupInfo where person == 2: return []
      default: return [input]
      }
    }
    let late = try room.join()
    room.advance(by: .seconds(21))
    #expect(room[late].epoch == nil)
    #expect(room.people[late].alarms.contains(.notLetIn))
    #expect(!room.people[late].told.contains(.joined))
  }

  @Test("a Welcome that is kept back while the way round is open: the joiner comes in from outside")
  func lostWelcome() throws {
    let room = try MeetingRoom(seed: 142, of: 2)
    room.downstream = { person, input in
      if case .groupWelcome = input { return [] }
      return [input]
    }
    try room.join()
    room.advance(by: .seconds(15))
    #expect(room.agree())
    #expect(room.people.allSatisfy { $0.alarms.isEmpty })
    #expect(try room.hears(2, 0))
    #expect(room.people[2].told.contains { if case .profile = $0 { true } else { false } })
  }

  @Test("a tree beside a good Welcome in which a leaf was exchanged, or that is cut", arguments: [0, 1, 2])
  func alteredTree(kind: Int) throws {
    let room = try MeetingRoom(seed: 143, of: 3)
    let own = try room.keyPackage().bundle.keyPackage.leafNode
    room.downstream = { person, input in
      guard person == 3, case .groupWelcome(let welcome, let tree) = input,
        var altered = try? RatchetTreeExtension(wire: tree)
      else {
        if person == 3, case .groupInfo = input { return [] }
        return [input]
      }
      switch kind {
      case 0: altered.nodes[2] = .leaf(own)
      case 1: altered.nodes.removeLast(2)
      default: return [.groupWelcome(welcome: welcome, tree: Array(tree.dropLast(3)))]
      }
      return [.groupWelcome(welcome: welcome, tree: altered.wire)]
    }
    let late = try room.join()
    #expect(room[late].epoch == nil)
    #expect(room.people[late].alarms.contains(.badWelcome))
  }

  @Test("a Welcome that names no room PSK: a group of the server's own")
  func welcomeWithoutPSK() throws {
    let room = try MeetingRoom(seed: 144, of: 1)
    var box: [UInt8] = []
    room.upstream = { person, message in
      guard person == 1, case .keyPackage(let package) = message else { return [message] }
      box = package
      return []
    }
    let late = try room.join()
    guard case .keyPackage(let package) = try MLSMessage(wire: box) else { return }
    let policy = RolesPolicy<NativeX25519Suite>(
      link: room.link, nodeKey: room.signer.publicKey, now: room.wallClock)
    var group = try Group(
      id: room.random.bytes(16), creator: room.keyPackage().bundle, extensions: policy.groupExtensions,
      using: &room.random)
    var options = CommitOptions([.add(package)])
    options.welcomeHasTree = false
    let made = try group.commit(options, now: nil, using: &room.random)
    let welcome = try #require(made.welcome)
    let tree = try #require(made.staged.next?.tree.sent)
    room.send(late, .groupWelcome(welcome: MLSMessage.welcome(welcome).wire, tree: tree.wire))
    room.run()
    #expect(room[late].epoch == nil)
    #expect(room.people[late].alarms.contains(.badWelcome))
  }

  @Test("a GroupInfo that was changed, or that an outsider signed", arguments: [0, 1, 2])
  func wrongGroupInfo(kind: Int) throws {
    let room = try MeetingRoom(seed: 145, of: 3)
    let epoch = room[2].epoch
    let stranger = room.random.bytes(32)
    room.downstream = { person, input in
      guard person == 2, case .groupInfo(var bytes, let tree) = input else { return [input] }
      guard case .groupInfo(var info)? = try? MLSMessage(wire: bytes) else { return [] }
      switch kind {
      case 0: bytes[bytes.count - 1] ^= 1
      case 1:
        info.groupContext.epoch += 5
        bytes = MLSMessage.groupInfo(info).wire
      default:
        let signature = try? NativeX25519Suite.sign(
          privateKey: stranger, label: "GroupInfoTBS", content: info.toBeSigned)
        info.signature = signature ?? []
        bytes = MLSMessage.groupInfo(info).wire
      }
      return [.groupInfo(info: bytes, tree: tree)]
    }
    room.send(2, .resync)
    room.run()
    #expect(room[2].epoch == epoch)
    #expect(room[2].pending == nil)
    #expect(room.people[2].alarms.contains(.badWelcome))
    #expect(throws: FrameError.noKey) { try room.people[2].meeting.planSeal(.mic, .opus, clear: []) }
  }

  @Test("a GroupInfo that nobody asked for")
  func unaskedGroupInfo() throws {
    let room = try MeetingRoom(seed: 146, of: 2)
    let info = try #require(try room[0].group?.groupInfo(withTree: false, withExternalPub: true))
    let tree = try #require(room[0].group?.tree.sent)
    room.send(1, .groupInfo(info: MLSMessage.groupInfo(info).wire, tree: tree.wire))
    room.run()
    #expect(room[1].pending == nil)
    #expect(room.notices(of: 1) == [.notAllowed])
  }

  @Test("an external commit by an outsider without the link, with no PSK or a guess", arguments: [false, true])
  func outsider(guesses: Bool) throws {
    let room = try MeetingRoom(seed: 147, of: 3)
    let epoch = room[1].epoch
    let group = try #require(room[0].group)
    let info = try group.groupInfo(withTree: false, withExternalPub: true)
    let join = JoinID(using: &room.random)
    var entry = ExternalJoin(identity: TestMeeting.identity(join, using: &room.random))
    if guesses { entry.pskIDs = [RoomPSK.fresh(using: &room.random)] }
    let guess = PreSharedKeys(external: RoomPSK.id, secret: [UInt8](repeating: 1, count: 32))
    let made = try Group.joinExternally(
      info, tree: group.tree.sent, join: entry, psks: guess, now: nil, using: &room.random)
    room.send(1, .commit(epoch: epoch ?? 0, made.message.wire))
    room.run()
    #expect(room[1].epoch == epoch)
    #expect(room.people[1].alarms.contains(.badCommit))
    #expect(room.seen.contains { $0.from == 1 && $0.message == .refuse(epoch: epoch ?? 0) })
    #expect(!room.people[1].members.contains { $0.join == join })
  }

  @Test("somebody with another link is put out as soon as the others cannot follow, and hears nothing")
  func anotherLink() throws {
    let room = try MeetingRoom(seed: 148, of: 2)
    let other = try room.join(link: MeetingLink(host: nil, using: &room.random))
    #expect(room.people[other].alarms.contains(.badWelcome))
    room.act(0, .say(Array("for those with the link".utf8), kind: .chat, to: nil))
    room.advance(by: .seconds(30))
    #expect(room.expelled == [other])
    #expect(room.agree([0, 1]))
    #expect(room.said(to: 1).count == 1)
    #expect(room.said(to: other).isEmpty)
    #expect(room.people[0].alarms.isEmpty)
    #expect(room.people[0].members.count == 2)
  }

  @Test("names in the server's roster that the tree does not have are never shown as members, and then told of")
  func strangers() throws {
    let room = try MeetingRoom(seed: 149, of: 2)
    let stranger = JoinID(using: &room.random)
    room.invented = [stranger]
    room.tellRoster()
    room.advance(by: .seconds(10))
    try room.join()
    room.advance(by: .seconds(16))
    for person in 0..<2 {
      #expect(!room.people[person].members.contains { $0.join == stranger })
      #expect(room.people[person].alarms == [.stranger])
      #expect(
        room.people[person].told.contains {
          guard case .security(let security) = $0 else { return false }
          return security.waiting == 1
        })
    }
    room.invented = []
    room.tellRoster()
    room.run()
    #expect(room.people[0].alarms.isEmpty)
  }

  @Test("a member whom the server does not name: sending stops until that is resolved")
  func ghost() throws {
    let room = try MeetingRoom(seed: 150, of: 3)
    room.send(0, .roster([room[1].join]))
    room.advance(by: .seconds(9))
    #expect(room.people[0].alarms.isEmpty)
    room.advance(by: .seconds(7))
    #expect(room.people[0].alarms == [.ghost])
    #expect(throws: FrameError.noKey) { try room.people[0].meeting.planSeal(.mic, .opus, clear: []) }
    room.act(0, .say(Array("held back".utf8), kind: .chat, to: nil))
    #expect(room.said(to: 1).isEmpty)
    room.tellRoster()
    room.run()
    #expect(room.people[0].alarms.isEmpty)
    #expect(room.said(to: 1) == ["held back"])
    _ = try room.people[0].meeting.planSeal(.mic, .opus, clear: [])
  }

  @Test("a message shown twice, one that was changed, one of another group")
  func messages() throws {
    let room = try MeetingRoom(seed: 151, of: 3)
    var box: [UInt8] = []
    room.upstream = { person, message in
      if case .message(let bytes, _, _) = message { box = bytes }
      return [message]
    }
    room.act(1, .say(Array("once".utf8), kind: .chat, to: nil))
    room.send(0, .message(box, from: room[2].join))
    room.run()
    #expect(room.said(to: 0) == ["once"])
    #expect(room.notices(of: 0) == [.replayedMessage])
    let other = try MeetingRoom(seed: 152, of: 2)
    other.upstream = room.upstream
    other.act(1, .say(Array("elsewhere".utf8), kind: .chat, to: nil))
    room.send(0, .message(box, from: nil))
    room.run()
    #expect(room.notices(of: 0) == [.replayedMessage, .badMessage])
    #expect(room.people[0].alarms.isEmpty)
    room.downstream = { person, input in
      guard person == 2, case .message(var bytes, let from) = input else { return [input] }
      bytes[bytes.count - 1] ^= 1
      return [.message(bytes, from: from)]
    }
    room.act(1, .say(Array("again".utf8), kind: .chat, to: nil))
    #expect(room.people[2].alarms == [.forked])
  }

  @Test(
    "the order to make a group, repeated before the node has read the answer, gives the same group",
    arguments: [false, true])
  func createOnce(hasHost: Bool) throws {
    let room = try MeetingRoom(seed: 154, of: 0, hasHost: hasHost)
    room.downstream = { person, input in
      if case .createGroup = input { [input, input] } else { [input] }
    }
    try room.join()
    room.advance(by: .milliseconds(700))
    try room.join()
    room.advance(by: .milliseconds(700))
    let uploads = room.seen.filter { if case .group = $0.message { true } else { false } }
    #expect(uploads.count == 2)
    #expect(room[0].groupID != nil && room[0].groupID == room.delivery.groupID)
    #expect(room.people[0].alarms.isEmpty && room.notices(of: 0).isEmpty)
    #expect((room[0].group?.rules != nil) == hasHost)
  }

  @Test("the order to make another group is not followed by whoever is in one")
  func createAgain() throws {
    let room = try MeetingRoom(seed: 153, of: 2)
    let group = room[0].groupID
    room.send(0, .createGroup)
    room.run()
    #expect(room[0].groupID == group)
    #expect(room.notices(of: 0) == [.notAllowed])
  }
}
