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
