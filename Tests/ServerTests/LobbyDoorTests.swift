import Bytes
import Crypto
import MLS
import MLSWire
import RoomRules
import Rooms
import Testing

@testable import Server
@testable import Signaling

/// A host who is in, with rules in force as `rules` says.
func hosted(
  _ node: TestNode, _ room: HostedRoom, join: UInt8 = 1, rules: @escaping (inout RoomRules) -> Void = { _ in }
) async throws -> Guest {
  var card = HostedRoom.Card(join)
  card.isHost = true
  let host = try Guest(node, room, card)
  host.rules = rules
  try await host.hello()
  try await settle(node, [host])
  return host
}

/// Somebody whom the host has let in, and who is in the group.
func admitted(
  _ join: UInt8, by host: Guest, _ node: TestNode, _ room: HostedRoom, others: [Guest] = []
) async throws -> Guest {
  let guest = try Guest(node, room, HostedRoom.Card(join))
  try await guest.hello()
  _ = try await host.settle()
  if let knock = host.last("knock")?.number("id") { await host.decide("admit", [knock]) }
  try await settle(node, [host, guest] + others)
  try #require(guest.group != nil, "has been let into the group")
  for one in [host, guest] + others { _ = one.take() }
  return guest
}

@Suite("At the door of a room with a host")
struct LobbyDoorTests {
  let node = TestNode()
  let room = HostedRoom()

  @Test("an open door takes all who come within a minute, however many; whoever tries other gates is bounded")
  func crowd() async throws {
    let node = TestNode(participants: 200)
    _ = try await hosted(node, room) { $0.door = .open }
    for number in UInt8(2)..<120 { #expect(try await Guest(node, room, HostedRoom.Card(number)).hello()) }
    var refused = 0
    for gate in UInt8(100)..<170 {
      let guess = try Guest(node, room, HostedRoom.Card(gate))
      if try await guess.hello(gate: gate) == false { refused += 1 }
    }
    #expect(refused == 10)
  }

  @Test("a host comes in and is asked for a group; who comes next waits, is seen, let in, and takes part")
  func walk() async throws {
    let host = try await hosted(node, room)
    #expect(host.types().starts(with: ["welcome", "create_group"]))
    let guest = try Guest(node, room, HostedRoom.Card(2))
    #expect(try await guest.hello())
    try await settle(node, [host, guest])
    let waits = guest.take()
    #expect(waits.map { $0.text("type") } == ["lobby"])
    #expect(waits[0].text("state") == "waiting")
    let knock = try #require(host.last("knock"))
    #expect(knock.text("join") == Base64URL.encode(guest.card.identity))
    #expect(knock.text("device") == Base64URL.encode(guest.card.deviceDigest))
    #expect(knock.text("box") == Base64URL.encode(guest.card.knock))
    #expect(knock["again"] == .bool(false))
    _ = host.take()
    await host.decide("admit", [try #require(knock.number("id"))])
    try await settle(node, [host, guest])
    #expect(host.types().prefix(2) == ["knock_gone", "joined"])
    #expect(guest.types().first == "welcome")
    #expect(guest.group?.epoch == host.group?.epoch && guest.group != nil)
    #expect(node.metrics.snapshot.knocks == 1 && node.metrics.snapshot.admissions == 1)
  }

  @Test("who waits is told nothing of the room, and nothing of what they say reaches it")
  func nothingGivenAway() async throws {
    let host = try await hosted(node, room)
    let guest = try Guest(node, room, HostedRoom.Card(2))
    try await guest.hello()
    _ = try await host.settle()
    _ = node.media.take()
    _ = try await guest.settle()
    _ = (host.take(), guest.take())
    for text in [
      String(decoding: Said.offer.encoded(), as: UTF8.self), Said.media(mic: true), Said.view,
      Said.box("message", [1]), Said.box("key_package", [1]), Said.box("commit", [1]), Said.box("freeze", [1]),
      #"{"v":1,"type":"sync"}"#, #"{"v":1,"type":"admit","ids":[0]}"#, #"{"v":1,"type":"invitations"}"#,
      #"{"v":1,"type":"keep","kept":true}"#,
    ] {
      #expect(await guest.client.say(text))
      #expect(try await guest.client.lastRefusal() == Refusal("not_joined", fatal: false))
    }
    await host.box("message", [5])
    #expect(try await guest.client.messages().isEmpty)
    #expect(try await host.client.types() == ["message"])
    #expect(node.media.take().isEmpty && node.media.heldRooms == 0)
    #expect(await guest.client.say(Said.ping))
    #expect(try await guest.client.types() == ["pong"])
  }

  @Test("an unknown room, a wrong gate, a wrong password and a room whose host is away look the same")
  func sameAnswers() async throws {
    var answers: [[OutgoingFrame]] = []
    // Nobody has ever been there.
    let unknown = try Guest(node, HostedRoom(room: "ZZZZZZZZZZZZZZZZ"), HostedRoom.Card(2))
    try await unknown.hello()
    answers.append(await unknown.client.frames())
    // The host was there, and is gone; the room is still remembered.
    let host = try await hosted(node, room)
    await host.client.say(Said.leave)
    await host.client.lose()
    let late = try Guest(node, room, HostedRoom.Card(3))
    try await late.hello()
    answers.append(await late.client.frames())
    // The host is there, and the gate is not that of the link.
    let other = HostedRoom(room: "ABCDEFGHJKMNPQRS")
    _ = try await hosted(node, other, join: 4)
    let stranger = try Guest(node, other, HostedRoom.Card(5))
    try await stranger.hello(gate: 99)
    answers.append(await stranger.client.frames())
    // Another host than the link's.
    let foreign = try Guest(node, HostedRoom(room: other.room, gate: other.gate), HostedRoom.Card(6))
    try await foreign.hello()
    answers.append(await foreign.client.frames())
    #expect(Set(answers.map { "\($0)" }).count == 1)
    #expect(answers[0] == [.text(ServerMessage.lobby(.noHost).encoded())])
    for _ in 0..<120 {
      for guest in [unknown, late, stranger, foreign] {
        node.connections.heard(try #require(guest.client.id), now: node.time.now)
      }
      await node.pass(seconds: 1)
    }
    #expect(node.connections.waitingCount == 4, "they may wait as long as they like")
  }

  @Test("the host's arrival lets nobody in who came before; the host does", arguments: [Door.lobby, .open])
  func earlyArrival(_ door: Door) async throws {
    let guest = try Guest(node, room, HostedRoom.Card(2))
    try await guest.hello()
    _ = try await guest.settle()
    let host = try await hosted(node, room) { $0.door = door }
    try await settle(node, [host, guest])
    #expect(guest.take().map { $0.text("state") } == ["no_host", "waiting"])
    #expect(guest.group == nil)
    await host.decide("admit", [try #require(host.last("knock")?.number("id"))])
    try await settle(node, [host, guest])
    #expect(guest.group != nil)
  }

  @Test("through an open door everybody comes in; a host who opens it lets those in who wait")
  func open() async throws {
    let host = try await hosted(node, room)
    let guest = try Guest(node, room, HostedRoom.Card(2))
    try await guest.hello()
    try await settle(node, [host, guest])
    try await host.change { $0.door = .open }
    try await settle(node, [host, guest])
    #expect(guest.group != nil)
    let next = try Guest(node, room, HostedRoom.Card(3))
    try await next.hello()
    try await settle(node, [host, guest, next])
    #expect(next.types().first == "welcome" && next.group != nil)
  }

  @Test("a locked room says so; whoever is in and loses the connection comes back")
  func locked() async throws {
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    try await host.change { $0.door = .locked }
    try await settle(node, [host, guest])
    let next = try Guest(node, room, HostedRoom.Card(3))
    #expect(try await next.hello() == false)
    #expect(try await next.client.lastRefusal() == Refusal("room_locked", fatal: true))
    await guest.client.lose()
    var card = guest.card
    card.resume = guest.resume
    let again = try Guest(node, room, card)
    #expect(try await again.hello())
    #expect(try await again.client.messages().first?["resumed"] == .bool(true))
  }

  @Test(
    "signatures that do not hold are refused before anything else is looked at", arguments: HostedRoom.Forgery.allCases)
  func forged(_ forgery: HostedRoom.Forgery) async throws {
    _ = try await hosted(node, room)
    var card = HostedRoom.Card(2)
    card.invitation = Curve25519.Signing.PrivateKey()
    let guest = try Guest(node, room, card)
    #expect(try await guest.hello(forged: forgery) == false)
    #expect(try await guest.client.lastRefusal() == Refusal("bad_message", "proof", fatal: true))
  }

  @Test("refused is refused, and refused with a ban is banned under that key, in the lobby and at the door")
  func turnedAway() async throws {
    let host = try await hosted(node, room)
    var guests: [Guest] = []
    for join in 2...3 as ClosedRange<UInt8> {
      let guest = try Guest(node, room, HostedRoom.Card(join))
      try await guest.hello()
      guests.append(guest)
    }
    _ = try await host.settle()
    let knocks = host.take().filter { $0.text("type") == "knock" }.compactMap { $0.number("id") }
    await host.decide("turn_away", [knocks[0]])
    await host.decide("turn_away", [knocks[1]], ban: true)
    #expect(try await guests[0].client.lastRefusal() == Refusal("refused", fatal: true))
    #expect(try await guests[1].client.lastRefusal() == Refusal("banned", fatal: true))
    // With the same key and another name; and the other once more.
    for (number, code) in [(0, nil), (1, "banned")] as [(Int, String?)] {
      var card = HostedRoom.Card(UInt8(10 + number))
      card.device = guests[number].card.device
      let again = try Guest(node, room, card)
      try await again.hello()
      #expect(try await again.client.lastRefusal()?.code == code)
    }
    _ = try await host.settle()
    #expect(host.last("knock")?["again"] == .bool(true))
  }

  @Test("two hosts decide on one knock at once: the first has decided")
  func twoHosts() async throws {
    let host = try await hosted(node, room)
    var card = HostedRoom.Card(9)
    card.isHost = true
    let second = try Guest(node, room, card)
    try await second.hello()
    try await settle(node, [host, second])
    let guest = try Guest(node, room, HostedRoom.Card(2))
    try await guest.hello()
    try await settle(node, [host, second, guest])
    let knock = try #require(host.last("knock")?.number("id"))
    #expect(second.last("knock")?.number("id") == knock)
    for one in [host, second, guest] { _ = one.take() }
    await second.decide("turn_away", [knock], ban: true)
    await host.decide("admit", [knock])
    try await settle(node, [host, second])
    #expect(host.types() == ["knock_gone"] && second.types() == ["knock_gone"])
    #expect(try await guest.client.lastRefusal()?.code == "banned")
  }

  @Test("the host is lost while people wait: they are told, and go on waiting; whom the host trusts stands in")
  func hostLost() async throws {
    let host = try await hosted(node, room)
    let trusted = try await admitted(2, by: host, node, room)
    try await host.change { rules in
      var entry = trusted.entry
      entry.granted = .trusted
      rules.entries.append(entry)
    }
    try await settle(node, [host, trusted])
    let guest = try Guest(node, room, HostedRoom.Card(3))
    try await guest.hello()
    try await settle(node, [host, trusted, guest])
    #expect(trusted.last("knock") == nil, "while a host is there nobody stands in")
    _ = guest.take()
    await host.client.lose()
    try await settle(node, [trusted, guest])
    #expect(guest.take().map { $0.text("state") } == ["no_host"])
    // The grace is over, the host's leaf is removed, and nobody moderates.
    for _ in 0..<20 {
      await node.pass(seconds: 1)
      for one in [trusted, guest] { if let id = one.client.id { node.connections.heard(id, now: node.time.now) } }
      try await settle(node, [trusted, guest])
    }
    let knock = try #require(trusted.last("knock")?.number("id"))
    #expect(guest.take().map { $0.text("state") } == ["waiting"])
    await trusted.decide("turn_away", [knock], ban: true)
    _ = try await trusted.settle()
    #expect(trusted.refusal() == "not_allowed", "who stands in bans nobody")
    await trusted.decide("admit", [knock])
    try await settle(node, [trusted, guest])
    #expect(guest.group != nil, "and lets people in")
  }
}
