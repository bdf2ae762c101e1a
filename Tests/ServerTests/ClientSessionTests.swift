import Testing

@testable import Server
@testable import Signaling

@Suite("Signalling")
struct ClientSessionTests {
  let node = TestNode()

  private func joined(_ join: UInt8, _ node: TestNode) async throws -> TestClient {
    let client = TestClient(node)
    await client.say(Said.hello(join: join))
    let types = try await client.types()
    #expect(types == ["welcome"] || types == ["welcome", "create_group"])
    return client
  }

  @Test("two people meet, show what they send, and talk")
  func meeting() async throws {
    let ana = try await joined(1, node)
    let ben = TestClient(node)
    await ben.say(Said.hello(join: 2))
    let welcome = try #require(try await ben.messages().first)
    #expect(welcome.number("index") == 1)
    #expect(welcome.text("instance") == "instance")
    await ben.say(Said.media(mic: true, camera: true))
    await ben.say(Said.box("message", [8]))
    #expect(try await ana.types() == ["joined", "updated", "message"])
    #expect(try await ben.types() == ["message"], "the echo says that it was taken")
    await ben.say(Said.leave)
    #expect(try await ana.messages().map { $0.text("reason") } == ["left"])
  }

  @Test(
    "before hello nothing else is answered, and the connection ends",
    arguments: [Said.media(), Said.box("message", [1]), Said.box("key_package", [1]), Said.view, Said.leave])
  func outOfOrder(_ text: String) async throws {
    let client = TestClient(node)
    #expect(await client.say(text) == false)
    #expect(try await client.lastRefusal() == Refusal("not_joined", fatal: true))
    #expect(node.metrics.snapshot.refusals == [.notJoined: 1])
  }

  @Test("a second hello is refused, and the first holds")
  func secondHello() async throws {
    let client = try await joined(1, node)
    #expect(await client.say(Said.hello(join: 1)))
    #expect(try await client.lastRefusal() == Refusal("already_joined", "", fatal: false))
    #expect(await client.say(Said.ping))
    #expect(try await client.types() == ["pong"])
  }

  @Test("a wrong gate is refused, and so is a room that is full, or one too many")
  func refusedAtTheDoor() async throws {
    let node = TestNode(participants: 1, rooms: 1)
    _ = try await joined(1, node)
    for (hello, code) in [
      (Said.hello(gate: 2), "wrong_gate"), (Said.hello(join: 2), "room_full"),
      (Said.hello(room: "ZZZZZZZZZZZZ"), "server_full"), (Said.hello(version: "2"), "unknown_version"),
      (Said.hello(room: "short"), "bad_room"),
    ] {
      let client = TestClient(node)
      #expect(await client.say(hello) == false)
      let refusal = try await client.lastRefusal()
      #expect(refusal?.code == code && refusal?.fatal == true)
    }
    #expect(
      node.metrics.snapshot.refusals == [
        .wrongGate: 1, .roomFull: 1, .serverFull: 1, .unknownVersion: 1, .badRoom: 1,
      ])
  }

  @Test(
    "bytes that are no JSON end the sender's connection and nobody else notices",
    arguments: [
      "", "{", #"{"v":1,"type":"ping""#, #"{"v":1,"v":1,"type":"ping"}"#, #"{"v":1,"type":"ping","type":"leave"}"#,
      "\u{0}", "[[[[[[[[[[[[", #"{"v":1e0,"type":"ping"}"#,
    ])
  func notJSON(_ text: String) async throws {
    let ana = try await joined(1, node)
    let ben = try await joined(2, node)
    _ = try await ana.types()
    #expect(await ben.say(text) == false)
    let refusal = try await ben.lastRefusal()
    #expect(refusal?.code == "bad_message" && refusal?.fatal == true)
    #expect(await ana.say(Said.ping))
    #expect(try await ana.types() == ["pong"])
  }

  @Test("JSON that this version does not understand is refused and forgiven")
  func notUnderstood() async throws {
    let client = try await joined(1, node)
    for (text, code, detail) in [
      (#"{"v":1,"type":"later"}"#, "bad_message", "type"),
      (#"{"v":1,"type":"view","slots":1}"#, "bad_message", "slots"),
      (Said.box("key_package", Array(repeating: 65, count: 10_000)), "too_large", "box"),
      (Said.box("profile", [1]), "bad_message", "type"),
      (Said.box("message", Array(repeating: 65, count: Limits.box + 1)), "too_large", "box"),
    ] {
      #expect(await client.say(text))
      #expect(try await client.lastRefusal() == Refusal(code, detail, fatal: false))
    }
  }

  @Test("random bytes are refused whatever they are", arguments: 1...8 as ClosedRange<UInt64>)
  func random(_ seed: UInt64) async throws {
    var generator = SplitMix(seed: seed)
    for _ in 0..<20 {
      let client = TestClient(node)
      let count = Int.random(in: 0...2_000, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(await client.say(bytes) == false, "seed \(seed)")
      await client.lose()
    }
    #expect(node.connections.count == 0)
  }

  @Test("a first message may be small only, a later one up to the limit")
  func sizes() async throws {
    let client = TestClient(node)
    let padded = Said.hello() + String(repeating: " ", count: Limits.hello)
    #expect(await client.say(padded) == false)
    #expect(try await client.lastRefusal()?.code == "too_large")
    let member = try await joined(1, node)
    #expect(await member.say(Said.ping + String(repeating: " ", count: Limits.uploadMessage)) == false)
    #expect(try await member.lastRefusal()?.code == "too_large")
  }

  @Test("a flood of chat is cut to its rate; the room hears no more than that")
  func chatFlood() async throws {
    let ana = try await joined(1, node)
    let ben = try await joined(2, node)
    _ = try await ana.types()
    for _ in 0..<100 { #expect(await ben.say(Said.box("message", [1]))) }
    #expect(try await ana.types().count == 60)
    #expect(try await ben.lastRefusal() == Refusal("rate_limited", "message", fatal: false))
    #expect(node.metrics.snapshot.refusals == [.rateLimited: 40])
  }

  @Test("a flood of anything ends the connection")
  func flood() async throws {
    let client = try await joined(1, node)
    var taken = 0
    while taken < 1_000, await client.say(Said.ping) { taken += 1 }
    #expect(taken < 300)
    #expect(try await client.lastRefusal() == Refusal("rate_limited", "", fatal: true))
  }

  @Test("only one shares a screen; the other is told")
  func screenBusy() async throws {
    let ana = try await joined(1, node)
    let ben = try await joined(2, node)
    await ana.say(Said.media(screen: true))
    await ben.say(Said.media(screen: true))
    #expect(try await ben.lastRefusal() == Refusal("screen_busy", "", fatal: false))
  }
}

@Suite("Coming back")
struct ResumeSessionTests {
  let node = TestNode()

  @Test("a lost socket is resumed with the token, and the room did not notice")
  func resume() async throws {
    let ana = TestClient(node)
    await ana.say(Said.hello(join: 1))
    let ben = TestClient(node)
    await ben.say(Said.hello(join: 2))
    _ = try await ben.types()
    let token = try #require(try await ana.messages().first).text("resume")
    await ana.lose()
    await node.pass(seconds: 5)
    await ben.say(Said.box("message", [3]))
    let again = TestClient(node)
    await again.say(Said.hello(join: 1, resume: token))
    let messages = try await again.messages()
    #expect(messages.map { $0.text("type") } == ["welcome", "message"])
    #expect(messages[0]["resumed"] == .bool(true))
    #expect(messages[0].number("index") == 0)
    #expect(try await ben.types().filter { $0 != "create_group" } == ["message"])
    #expect(node.metrics.snapshot.resumptions == 1)
  }

  @Test("a closed laptop is gone within 30 s, without a word")
  func ghost() async throws {
    let ana = TestClient(node)
    await ana.say(Said.hello(join: 1))
    let ben = TestClient(node)
    await ben.say(Said.hello(join: 2))
    _ = try await ana.types()
    // The socket of a closed laptop says nothing: what ends it is the lost socket, then the grace.
    await ben.lose()
    for _ in 0..<16 {
      await node.pass(seconds: 1)
      node.connections.heard(try #require(ana.id), now: node.time.now)
    }
    #expect(try await ana.messages().filter { $0.text("type") == "left" }.map { $0.text("reason") } == ["lost"])
  }

  @Test("an empty room is forgotten, and its id free for another link")
  func forgotten() async throws {
    let ana = TestClient(node)
    await ana.say(Said.hello(gate: 1))
    await ana.say(Said.leave)
    await ana.lose()
    #expect(await node.directory.count == 1)
    await node.pass(seconds: 61)
    #expect(await node.directory.count == 0)
    let eva = TestClient(node)
    #expect(await eva.say(Said.hello(gate: 2)))
  }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
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
