import Bytes
import SFU
import Testing

@testable import Server
@testable import Signaling

@Suite("Media in signalling")
struct MediaSignallingTests {
  let node = TestNode()
  private let ana = PeerID(1 << 10)
  private let ben = PeerID(1 << 10 | 1)

  private func joined(_ join: UInt8) async throws -> TestClient {
    let client = TestClient(node)
    await client.say(Said.hello(join: join))
    _ = try await client.types()
    return client
  }

  @Test("an offer starts a session under the participant's number, with its sources, and is answered")
  func offer() async throws {
    let client = try await joined(1)
    await client.say(Said.media(mic: true))
    #expect(node.media.take().isEmpty, "there is no session yet whose sources could change")
    await client.say(Said.offer.encoded())
    let commands = node.media.take().map(described)
    #expect(
      commands == [
        "add 1024", "source 1024 0 true", "source 1024 1 false", "source 1024 2 false", "source 1024 3 false",
      ])
    let answer = try #require(try await client.messages().first)
    #expect(answer.text("type") == "answer")
    #expect(node.media.heldRooms == 0)
    #expect(answer.text("sdp").contains("a=ice-lite"))
    #expect(answer.text("sdp").contains("127.0.0.1 8443 typ host"))
  }

  @Test("an offer that makes no sense is refused with the reason, and the participant stays")
  func badOffer() async throws {
    let client = try await joined(1)
    #expect(await client.say(#"{"v":1,"type":"offer","sdp":"v=1","mids":{"slots":[]}}"#))
    let error = try #require(try await client.messages().first)
    #expect(error.text("code") == "bad_offer")
    #expect(error.text("detail") == "malformed_sdp")
    #expect(error["fatal"] == .bool(false))
    #expect(node.media.take().isEmpty)
    #expect(node.media.heldRooms == 0)
  }

  @Test("a second offer replaces the session and keeps what was asked to be seen")
  func renewed() async throws {
    let client = try await joined(1)
    await client.say(Said.offer.encoded())
    await client.say(Said.view)
    _ = node.media.take()
    await client.say(Said.offer.encoded())
    let commands = node.media.take().map(described)
    #expect(commands.first == "add 1024")
    #expect(commands.last == "view 1024 [0: 1025 360 1]")
  }

  @Test("who leaves, or is lost for too long, ends their media session", arguments: [true, false])
  func ended(_ says: Bool) async throws {
    let client = try await joined(1)
    await client.say(Said.offer.encoded())
    _ = node.media.take()
    if says {
      await client.say(Said.leave)
    } else {
      await client.lose()
      await node.pass(seconds: 10)
      #expect(node.media.take().isEmpty, "media goes on while signalling is away")
      await node.pass(seconds: 6)
    }
    #expect(node.media.take().map(described) == ["remove 1024"])
  }

  @Test("events of the media plane reach the one they are about, all slots each time")
  func events() async throws {
    let client = try await joined(1)
    let other = try await joined(2)
    await client.say(Said.offer.encoded())
    _ = try await client.types()
    await node.directory.deliver([
      .connected(ana), .slotChanged(receiver: ana, slot: 0, kind: .person, source: ben),
      .slotChanged(receiver: ana, slot: 0, kind: .screen, source: ben),
      .slotChanged(receiver: ana, slot: 99, kind: .person, source: ben),
    ])
    let messages = try await client.messages()
    #expect(messages.map { $0.text("type") } == ["connection", "slots"])
    #expect(messages[1].number("screen") == 1)
    #expect(
      messages[1]["slots"] == .array([.object([JSONMember("slot", .integer(0)), JSONMember("index", .integer(1))])]))
    #expect(try await other.types().isEmpty)
  }

  @Test("two who change places are never in two slots, and a batch is told once")
  func swap() {
    var slots = ReceiveSlots(count: 2)
    var changes = [slots.assign(4, to: 0, kind: .person), slots.assign(5, to: 1, kind: .person)]
    changes.append(slots.assign(5, to: 0, kind: .person))
    #expect(slots.people == [5, nil])
    changes.append(slots.assign(4, to: 1, kind: .person))
    #expect(slots.people == [5, 4])
    changes.append(slots.assign(4, to: 1, kind: .person))
    #expect(changes == [true, true, true, true, false])
  }

  @Test("whoever resumes is told the state of their own media")
  func caughtUp() async throws {
    let client = TestClient(node)
    await client.say(Said.hello(join: 1))
    let token = try #require(try await client.messages().first).text("resume")
    await client.say(Said.offer.encoded())
    await node.directory.deliver([.connected(ana)])
    await client.lose()
    await node.directory.deliver([.disconnected(ana, reason: .consentExpired)])
    let again = TestClient(node)
    await again.say(Said.hello(join: 1, resume: token))
    let messages = try await again.messages()
    #expect(messages.map { $0.text("type") } == ["welcome", "connection", "slots", "create_group"])
    #expect(messages[1].text("state") == "lost")
  }

  @Test("a sender is told which of its layers somebody takes, in the order of its offer, and of other kinds nothing")
  func layers() async throws {
    let client = try await joined(1)
    await client.say(Said.cameraOffer.encoded())
    _ = try await client.types()
    await node.directory.deliver([
      .connected(ana), .sendLayers(ana, .camera, layers: 0b011), .sendLayers(ana, .camera, layers: 0b011),
      .sendLayers(ana, .camera, layers: 0), .sendLayers(ana, .camera, layers: 0, isScalable: true),
      .sendLayers(ana, .screen, layers: 1),
      .sendLayers(ana, .microphone, layers: 0), .sendLayers(ben, .camera, layers: 1),
    ])
    let messages = try await client.messages()
    #expect(messages.map { $0.text("type") } == ["connection", "layers", "layers", "layers"])
    #expect(messages.dropFirst().map { $0.text("kind") } == ["camera", "camera", "camera"])
    #expect(messages[1]["layers"] == .array([.bool(true), .bool(true), .bool(false)]))
    #expect(messages[2]["layers"] == .array([.bool(false), .bool(false), .bool(false)]))
    #expect(messages.dropFirst().map { $0["scalable"] } == [.bool(false), .bool(false), .bool(true)])
  }

  @Test("what the node measures on its way to a client is told in kbit/s, with what it proposes")
  func path() async throws {
    let client = try await joined(1)
    await client.say(Said.cameraOffer.encoded())
    _ = try await client.types()
    await node.directory.deliver([.path(ana, Self.report(.limited, .lowData)), .path(ben, Self.report(.poor, .none))])
    let messages = try await client.messages()
    #expect(messages.map { $0.text("type") } == ["path"])
    #expect(messages[0].text("state") == "limited" && messages[0].text("proposal") == "low_data")
    #expect(messages[0].number("down") == 420)
  }

  @Test("whoever resumes is told layers and path again; a new session takes back what was said of the one before")
  func caughtUpOnPath() async throws {
    let client = TestClient(node)
    await client.say(Said.hello(join: 1))
    let token = try #require(try await client.messages().first).text("resume")
    await client.say(Said.cameraOffer.encoded())
    await node.directory.deliver([
      .connected(ana), .sendLayers(ana, .camera, layers: 1, isScalable: true),
      .path(ana, Self.report(.poor, .audioOnly)),
    ])
    await client.lose()
    let again = TestClient(node)
    await again.say(Said.hello(join: 1, resume: token))
    let caught = try await again.messages()
    #expect(
      caught.map { $0.text("type") } == ["welcome", "connection", "slots", "layers", "path", "create_group"])
    #expect(caught[3]["layers"] == .array([.bool(true), .bool(false), .bool(false)]))
    #expect(caught[3]["scalable"] == .bool(true))
    #expect(caught[4].text("proposal") == "audio_only")

    await again.say(Said.cameraOffer.encoded())
    // These were on their way when the session was replaced.
    await node.directory.deliver([.sendLayers(ana, .camera, layers: 2), .path(ana, Self.report(.poor, .none))])
    _ = try await again.messages()
    await node.directory.deliver([.connected(ana)])
    let renewed = try await again.messages()
    #expect(renewed.map { $0.text("type") } == ["connection", "layers", "path"])
    #expect(renewed[1]["layers"] == .array([.bool(true), .bool(true), .bool(true)]))
    #expect(renewed[1]["scalable"] == .bool(false))
    #expect(renewed[2].text("state") == "good" && renewed[2].text("proposal") == "none")
  }

  private static func report(_ state: PathState, _ proposal: PathProposal) -> PathReport {
    var report = PathReport(estimate: .kilobits(420), demand: .kilobits(900), isUnmet: true)
    report.state = state
    report.proposal = proposal
    return report
  }

  @Test("events about rooms and people that are gone are dropped")
  func late() async {
    await node.directory.deliver([.connected(PeerID(77 << 10)), .disconnected(ben, reason: .closed)])
  }

  private func described(_ command: MediaCommand) -> String {
    switch command {
    case .addPeer(_, let peer, _): "add \(peer.rawValue)"
    case .removePeer(let peer): "remove \(peer.rawValue)"
    case .setSource(let peer, let kind, let enabled): "source \(peer.rawValue) \(kind.rawValue) \(enabled)"
    case .setView(let peer, let requests):
      "view \(peer.rawValue) ["
        + requests.map { "\($0.slot): \($0.participant?.rawValue ?? 0) \($0.pixelHeight) \($0.priority)" }
        .joined(separator: ", ") + "]"
    }
  }
}
