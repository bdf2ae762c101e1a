import Bytes
import Crypto
import MLS
import MLSWire
import RoomRules
import Testing

@testable import Server
@testable import Signaling

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
    #expect(try await again.client.lastRefusal() == Refusal("invitation_over", fatal: true))
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

  @Test("what the operator deletes of a room with people inside is not kept anew by what they do; the meeting goes on")
  func erased() async throws {
    let idHash = Array(NodeSigner.sha256(Array(room.room.utf8)))
    let host = try await hosted(node, room)
    await host.say("keep", [JSONMember("kept", .bool(true))])
    #expect(keeper.room(idHash)?.isKept == true)
    // `tertulia room delete`, which the keeper notices.
    keeper.forget(idHash)
    let key = Curve25519.Signing.PrivateKey()
    let chain = try room.invite(key)
    await hand(chain, by: host)
    #expect(keeper.room(idHash) == nil)
    _ = try await host.client.messages()
    await host.say("keep", [JSONMember("kept", .bool(true))])
    #expect(try await host.client.lastRefusal() == Refusal("not_allowed", fatal: false))
    #expect(keeper.room(idHash) == nil)
    // For as long as somebody is there, the new invitation is good.
    #expect(try await Guest(node, room, card(2, key), chain: chain).hello())
    #expect(keeper.room(idHash) == nil)
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
