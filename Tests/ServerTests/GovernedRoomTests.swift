import Bytes
import Crypto
import MLS
import MLSWire
import RoomRules
import Rooms
import SFU
import Testing

@testable import Server
@testable import Signaling

@Suite("What the rules let a participant do, at the node")
struct GovernedRoomTests {
  let node = TestNode()
  let room = HostedRoom()

  /// What the node says the sources of a participant are, from what it told the media plane last.
  private func sources(_ guest: Guest) -> [SourceKind: Bool] {
    var sources: [SourceKind: Bool] = [:]
    for case .setSource(let peer, let kind, let enabled) in node.media.take()
    where RoomNumbers.index(of: peer) == guest.index { sources[kind] = enabled }
    return sources
  }

  private func offer(_ guest: Guest) async { await guest.client.say(Said.offer.encoded()) }

  static let roles: [Role] = [.listener, .speaker, .newcomer]
  static let kinds: [(Permissions, SourceKind, String)] = [
    (.microphone, .microphone, Said.media(mic: true)), (.camera, .camera, Said.media(camera: true)),
    (.screen, .screen, Said.media(screen: true)),
  ]

  @Test("every role by every kind of media: what the rules do not give never reaches the media plane", arguments: roles)
  func media(_ role: Role) async throws {
    let host = try await hosted(node, room) { $0.veilsNewcomers = role == .newcomer }
    let guest = try await admitted(2, by: host, node, room)
    await offer(guest)
    for (permission, kind, text) in Self.kinds {
      for isAllowed in [true, false] {
        let given: Permissions = isAllowed ? permission : Permissions.all.subtracting([permission, .trusted])
        try await host.change { rules in
          rules.listener = role == .listener ? given : .none
          rules.speaker = role == .speaker ? given : .none
          rules.newcomer = role == .newcomer ? given : .none
          var entry = guest.entry
          entry.role = role
          rules.entries = rules.entries.filter { $0.join != guest.join } + (role == .newcomer ? [] : [entry])
        }
        try await settle(node, [host, guest])
        await guest.client.say(Said.media())
        _ = (node.media.take(), guest.take())
        await guest.client.say(text)
        _ = try await guest.settle()
        #expect((sources(guest)[kind] == true) == isAllowed, "\(role) \(kind) \(isAllowed)")
        #expect((guest.refusal() == "not_allowed") == !isAllowed)
      }
    }
  }

  @Test("who speaks while muted is cut off, and told; the room sees the microphone off")
  func mutedWhileSpeaking() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    await offer(guest)
    await guest.client.say(Said.media(mic: true))
    try await settle(node, [host, guest])
    _ = (host.take(), node.media.take())
    try await host.change { $0.speaker.subtract(.microphone) }
    try await settle(node, [host, guest])
    #expect(sources(guest)[.microphone] == false)
    #expect(host.take().contains { $0.text("type") == "updated" && $0.number("index") == guest.index })
    // Turned on again by a client that does not care; and by a new session.
    await guest.client.say(Said.media(mic: true))
    await offer(guest)
    #expect(sources(guest)[.microphone] == false)
  }

  @Test("messages of who may say nothing are dropped, and what is called upkeep passes at its rate")
  func messages() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    try await host.change { $0.speaker.subtract(.speech) }
    try await settle(node, [host, guest])
    _ = (host.take(), guest.take())
    await guest.box("message", [1])
    #expect(try await host.client.types().isEmpty)
    #expect(try await guest.client.lastRefusal() == Refusal("not_allowed", fatal: false))
    for _ in 0..<30 { await guest.client.say(#"{"v":1,"type":"message","box":"AQ","control":true}"#) }
    #expect(try await host.client.types() == Array(repeating: "message", count: 10))
    #expect(try await guest.client.lastRefusal()?.code == "rate_limited")
  }

  @Test("a call to freeze stops everybody at once but those who go on, and newer rules end it")
  func freeze() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    await offer(guest)
    await offer(host)
    await guest.client.say(Said.media(mic: true))
    await host.client.say(Said.media(mic: true))
    try await settle(node, [host, guest])
    _ = (host.take(), guest.take(), node.media.take())
    await host.box("freeze", try host.freezeCall())
    #expect(sources(guest)[.microphone] == false)
    _ = try await (host.settle(), guest.settle())
    #expect(guest.types().first == "frozen" && host.types().contains("frozen"))
    await guest.box("message", [1])
    #expect(try await guest.client.lastRefusal()?.code == "not_allowed")
    await host.box("message", [1])
    #expect(try await guest.client.types() == ["message"])
    // Who comes later hears of it, and a rule that goes on freezing, and then ends it.
    try await host.change { $0.isFrozen = true }
    try await settle(node, [host, guest])
    await guest.client.say(Said.media(mic: true))
    #expect(sources(guest)[.microphone] == nil)
    try await host.change { $0.isFrozen = false }
    try await settle(node, [host, guest])
    await guest.client.say(Said.media(mic: true))
    #expect(sources(guest)[.microphone] == true)
    #expect(node.metrics.snapshot.freezes == 1)
  }

  @Test("a call by one who is not trusted, of another, of old rules or with a broken signature freezes nobody")
  func badFreeze() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    var broken = try host.freezeCall()
    broken[broken.count - 1] ^= 1
    for (sender, call) in [
      (guest, try guest.freezeCall()), (guest, try host.freezeCall()), (host, try host.freezeCall(counter: 0)),
      (host, try host.freezeCall(counter: 99)), (host, broken), (host, [1, 2, 3]),
    ] {
      await sender.box("freeze", call)
      #expect(try await sender.client.lastRefusal() == Refusal("not_allowed", fatal: false))
    }
    await guest.box("message", [1])
    #expect(try await guest.client.types() == ["message"])
    // The same by somebody whom the host trusts.
    try await host.change { rules in
      var entry = guest.entry
      entry.granted = .trusted
      rules.entries.append(entry)
    }
    try await settle(node, [host, guest])
    await guest.box("freeze", try guest.freezeCall())
    #expect(try await host.client.types().contains("frozen"))
  }

  @Test("orders of who is no host do nothing")
  func notAHost() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    let waiting = try Guest(node, room, HostedRoom.Card(3))
    try await waiting.hello()
    _ = try await (host.settle(), waiting.settle())
    let chain = try room.invite(Curve25519.Signing.PrivateKey())
    let box = Base64URL.encode(chain.wire)
    for text in [
      #"{"v":1,"type":"admit","ids":[0,1,2]}"#, #"{"v":1,"type":"turn_away","ids":[0,1,2]}"#,
      #"{"v":1,"type":"turn_away","ids":[1],"ban":true}"#, #"{"v":1,"type":"ban","index":0,"branch":true}"#,
      #"{"v":1,"type":"keep","kept":true}"#, #"{"v":1,"type":"invitations"}"#,
      #"{"v":1,"type":"revoke","ids":["AAAAAAAAAAAAAAAAAAAAAA"]}"#,
      #"{"v":1,"type":"invite","box":"\#(box)","label":"AQ"}"#,
    ] {
      #expect(await guest.client.say(text))
      #expect(try await guest.client.lastRefusal() == Refusal("not_allowed", fatal: false), "\(text)")
    }
    #expect(try await waiting.settle() == false)
  }

  @Test("rules that nobody may sign, or that go back, are an offence, and what was in force stays")
  func forgedRules() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    try await guest.change(signing: Curve25519.Signing.PrivateKey()) { $0.door = .open }
    _ = try await (guest.settle(), host.settle())
    #expect(guest.take().contains { $0.text("type") == "commit_refused" })
    #expect(!host.types().contains("commit"))
    let next = try Guest(node, room, HostedRoom.Card(3))
    try await next.hello()
    #expect(try await next.client.types() == ["lobby"])
  }

  @Test("a member who is no moderator adds nobody through the lobby: a commit that does is an offence")
  func skipsTheLobby() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    let friend = try Guest(node, room, HostedRoom.Card(3))
    await guest.box("commit", try guest.commit([.add(friend.bundle.keyPackage)]))
    _ = try await guest.settle()
    #expect(guest.take().contains { $0.text("type") == "commit_refused" })
    _ = try await host.settle()
    #expect(!host.types().contains("commit"))
  }

  @Test("who is banned is cut at once, goes by a commit or after a while, and does not come back under that key")
  func ban() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    await offer(guest)
    await guest.client.say(Said.media(mic: true))
    try await settle(node, [host, guest])
    _ = node.media.take()
    await host.say("ban", [JSONMember("index", .integer(Int64(try #require(guest.index))))])
    #expect(sources(guest)[.microphone] == false)
    await guest.box("message", [1])
    #expect(try await guest.client.lastRefusal()?.code == "not_allowed")
    node.time.pass(.seconds(4))
    await node.directory.advance()
    #expect(try await guest.client.lastRefusal() == Refusal("removed", fatal: true))
    try await settle(node, [host])
    #expect(host.group?.tree.members.count == 1, "the group has turned its keys")
    for resume in [nil, guest.resume] {
      var card = HostedRoom.Card(3)
      card.device = guest.card.device
      card.resume = resume
      let again = try Guest(node, room, card)
      try await again.hello()
      #expect(try await again.client.lastRefusal() == Refusal("banned", fatal: true))
    }
  }

  @Test("nobody is banned by an equal: a co-host does not ban the host")
  func ranks() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    try await host.change { rules in
      var entry = guest.entry
      entry.role = .coHost
      rules.entries.append(entry)
    }
    try await settle(node, [host, guest])
    await guest.say("ban", [JSONMember("index", .integer(0))])
    #expect(try await guest.client.lastRefusal()?.code == "not_allowed")
    await host.say("ban", [JSONMember("index", .integer(Int64(try #require(guest.index))))])
    #expect(try await host.client.lastRefusal() == nil)
  }
}

@Suite("Invitations at the node")
struct InvitationDoorTests {
  let keeper = MemoryRoomKeeper()
  let node: TestNode
  let room = HostedRoom()

  init() { node = TestNode(keeper: keeper) }

  private func hand(_ chain: InvitationChain, by host: Guest) async {
    await host.say(
      "invite",
      [
        JSONMember("box", .string(Base64URL.encode(chain.wire))), JSONMember("label", .string(Base64URL.encode([7]))),
      ])
  }

  private func card(_ join: UInt8, _ key: Curve25519.Signing.PrivateKey) -> HostedRoom.Card {
    var card = HostedRoom.Card(join)
    card.invitation = key
    return card
  }

  @Test("who is invited comes in without waiting; the invitation is theirs, and anybody else's is used")
  func walk() async throws {
    let host = try await hosted(node, room)
    let key = Curve25519.Signing.PrivateKey()
    let chain = try room.invite(key)
    await hand(chain, by: host)
    _ = try await host.settle()
    #expect(host.last("invitations") != nil)
    let guest = try Guest(node, room, card(2, key), chain: chain)
    #expect(try await guest.hello())
    try await settle(node, [host, guest])
    let welcome = try #require(guest.take().first)
    #expect(welcome.text("type") == "welcome" && welcome.text("invitation") == Base64URL.encode(chain.wire))
    #expect(guest.group != nil)
    // The same link on another device.
    let other = try Guest(node, room, card(3, key), chain: chain)
    #expect(try await other.hello() == false)
    #expect(try await other.client.lastRefusal() == Refusal("invitation_used", fatal: true))
    // The same device, later, and after everybody has left.
    var later = card(4, key)
    later.device = guest.card.device
    #expect(try await Guest(node, room, later, chain: chain).hello())
    #expect(keeper.room(Array(NodeSigner.sha256(Array(room.room.utf8))))?.invitations.first?.devices.count == 1)
    #expect(node.metrics.snapshot.invitationsUsed == 1)
  }

  @Test("any member lets an invited one in while no moderator is there; nobody else comes in that way")
  func withoutHost() async throws {
    let host = try await hosted(node, room)
    let keys = [Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey()]
    let chains = try keys.map { try room.invite($0) }
    for chain in chains { await hand(chain, by: host) }
    let first = try Guest(node, room, card(2, keys[0]), chain: chains[0])
    try await first.hello()
    try await settle(node, [host, first])
    await host.client.lose()
    let second = try Guest(node, room, card(3, keys[1]), chain: chains[1])
    try await second.hello()
    try await settle(node, [first, second])
    #expect(second.group != nil)
    // Bound by the node, and proved by nothing: members would not add it, and are not asked to.
    let stranger = try Guest(node, room, HostedRoom.Card(4))
    try await stranger.hello()
    #expect(try await stranger.client.types() == ["lobby"])
  }

  @Test("an invitation waits for the room to begin, and then comes in by itself")
  func early() async throws {
    let host = try await hosted(node, room)
    let key = Curve25519.Signing.PrivateKey()
    let chain = try room.invite(key)
    await hand(chain, by: host)
    await host.client.say(Said.leave)
    await host.client.lose()
    await node.pass(seconds: 70)
    #expect(await node.directory.count == 0)
    let guest = try Guest(node, room, card(2, key), chain: chain)
    try await guest.hello()
    _ = try await guest.settle()
    #expect(guest.types() == ["lobby"], "kept with the room, and still no way in without its host")
    let again = try await hosted(node, room, join: 9)
    try await settle(node, [again, guest])
    #expect(guest.group != nil)
  }

  @Test("a branch is taken back with all below it: who came by it goes, and the rest stays")
  func branch() async throws {
    let host = try await hosted(node, room)
    let parent = Curve25519.Signing.PrivateKey()
    let child = Curve25519.Signing.PrivateKey()
    let other = Curve25519.Signing.PrivateKey()
    let root = try room.invite(parent, delegates: true)
    let below = try room.invite(child, below: root, by: parent)
    let beside = try room.invite(other)
    for chain in [root, below, beside] { await hand(chain, by: host) }
    var guests: [Guest] = []
    for (join, key, chain) in [(2, parent, root), (3, child, below), (4, other, beside)] {
      let guest = try Guest(node, room, card(UInt8(join), key), chain: chain)
      try await guest.hello()
      guests.append(guest)
      try await settle(node, [host] + guests)
    }
    #expect(host.group?.tree.members.count == 4)
    await host.say(
      "revoke", [JSONMember("ids", .array([.string(Base64URL.encode(root.last.id(as: NodeSigner.self).bytes))]))])
    node.time.pass(.seconds(4))
    await node.directory.advance()
    try await settle(node, [host, guests[2]])
    #expect(host.group?.tree.members.count == 2)
    #expect(try await guests[0].client.lastRefusal()?.code == "removed")
    #expect(try await guests[1].client.lastRefusal()?.code == "removed")
    let again = try Guest(node, room, card(9, child), chain: below)
    #expect(try await again.hello() == false)
    #expect(try await again.client.lastRefusal() == Refusal("no_invitation", fatal: true))
  }

  @Test("an invitation that is over, unknown, or replayed by another device does not open")
  func bad() async throws {
    let host = try await hosted(node, room)
    let over = Curve25519.Signing.PrivateKey()
    await hand(try room.invite(over, expires: 1_800_000_000 - 60), by: host)
    let late = try Guest(node, room, card(2, over))
    try await late.hello()
    #expect(try await late.client.lastRefusal() == Refusal("invitation_over", fatal: true))
    let unknown = try Guest(node, room, card(3, Curve25519.Signing.PrivateKey()))
    try await unknown.hello()
    #expect(try await unknown.client.lastRefusal() == Refusal("no_invitation", fatal: true))
  }

  @Test("a chain that the host did not begin, or that gives more than it was given, is not taken")
  func forgedChains() async throws {
    let host = try await hosted(node, room)
    let key = Curve25519.Signing.PrivateKey()
    let stranger = Curve25519.Signing.PrivateKey()
    let root = try room.invite(key)
    for chain in [
      try room.invite(stranger, by: stranger), try room.invite(stranger, below: root, by: key),
      try room.invite(stranger, below: root, by: stranger),
    ] {
      _ = try await host.client.messages()
      await hand(chain, by: host)
      #expect(try await host.client.lastRefusal() == Refusal("not_allowed", fatal: false))
    }
  }

  @Test("a room that is kept keeps its bans; one with another host under the same id does not see them")
  func kept() async throws {
    let host = try await hosted(node, room)
    await host.client.say(#"{"v":1,"type":"keep","kept":true}"#)
    let guest = try await admitted(2, by: host, node, room)
    await host.say("ban", [JSONMember("index", .integer(Int64(try #require(guest.index))))])
    await host.client.say(Said.leave)
    await host.client.lose()
    await guest.client.lose()
    await node.pass(seconds: 90)
    var card = HostedRoom.Card(3)
    card.device = guest.card.device
    let again = try Guest(node, room, card)
    #expect(try await again.hello() == false)
    #expect(try await again.client.lastRefusal()?.code == "banned")
    let other = HostedRoom(room: room.room, gate: room.gate)
    #expect(try await Guest(node, other, card).hello())
  }
}
