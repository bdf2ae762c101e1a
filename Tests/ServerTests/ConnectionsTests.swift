import Bytes
import Testing

@testable import Server
@testable import Signaling

@Suite("Connections")
struct ConnectionsTests {
  @Test("10,000 half-open joins hold a bounded number of places, push out each other, and nobody else")
  func halfOpenFlood() async throws {
    let node = TestNode()
    let member = TestClient(node)
    await member.say(Said.hello(join: 1))
    _ = try await member.types()
    var flood: [TestClient] = []
    for _ in 0..<10_000 { flood.append(TestClient(node)) }
    #expect(node.connections.halfOpenCount == ConnectionLimits().halfOpen)
    #expect(node.connections.count == ConnectionLimits().halfOpen + 1)
    #expect(node.metrics.snapshot.closures[.evicted] == 10_000 - ConnectionLimits().halfOpen)
    #expect(node.metrics.snapshot.refusals[.serverFull] == 10_000 - ConnectionLimits().halfOpen)

    let first = try #require(flood.first)
    let frames = await first.frames()
    #expect(frames.last == .close(code: 1008))
    #expect(await first.say(Said.hello(join: 3)) == false, "what was pushed out cannot come in late")
    #expect(try await member.types().isEmpty)

    let late = TestClient(node)
    #expect(await late.say(Said.hello(join: 2)))
    #expect(try await late.types().first == "welcome")
    await node.pass(seconds: 11)
    #expect(node.connections.halfOpenCount == 0)
    #expect(node.metrics.snapshot.closures[.halfOpen] == ConnectionLimits().halfOpen - 1)
  }

  @Test("with no place left a connection is refused with its reason")
  func full() async throws {
    var limits = ConnectionLimits()
    limits.connections = 2
    let node = TestNode(limits: limits)
    let clients = (0..<3).map { _ in TestClient(node) }
    #expect(clients.map { $0.id != nil } == [true, true, false])
    #expect(try await clients[2].messages().first?.text("code") == "server_full")
    await clients[0].lose()
    #expect(TestClient(node).id != nil)
  }

  @Test("who does not say hello in time is told so and closed")
  func helloDeadline() async throws {
    let node = TestNode()
    let client = TestClient(node)
    await node.pass(seconds: 9)
    #expect(node.connections.count == 1)
    await node.pass(seconds: 1)
    #expect(node.connections.count == 0)
    let error = try #require(try await client.messages().first)
    #expect(error.text("code") == "not_joined")
    #expect(error.text("detail") == "hello_deadline")
  }

  @Test("everybody is pinged every 5 s; 10 s of silence end a connection, an answer keeps it")
  func silence() async throws {
    let node = TestNode()
    let silent = TestClient(node)
    let lively = TestClient(node)
    await silent.say(Said.hello(join: 1))
    await lively.say(Said.hello(join: 2))
    _ = await silent.frames()
    for _ in 0..<9 {
      await node.pass(seconds: 1)
      node.connections.heard(try #require(lively.id), now: node.time.now)
    }
    #expect(await silent.frames().filter { $0 == .ping }.count == 1)
    #expect(node.connections.count == 2)
    await node.pass(seconds: 1)
    #expect(node.connections.count == 1)
    #expect(node.metrics.snapshot.closures == [.silent: 1])
  }

  @Test("at the end everybody is told, closed, and nobody is let in")
  func closing() async throws {
    let node = TestNode()
    let client = TestClient(node)
    await client.say(Said.hello())
    _ = await client.frames()
    node.connections.closeAll()
    #expect(await client.frames() == [.text(ServerMessage.closing.encoded()), .close(code: 1012)])
    #expect(TestClient(node).id == nil)
  }

  @Test("who does not read is cut off once too much waits")
  func slow() {
    let cuts = Counter()
    let outbox = Outbox { _ in cuts.add() }
    for _ in 0..<Outbox.maximumFrames { outbox.send(.ping) }
    #expect(cuts.count == 0)
    outbox.send(.ping)
    #expect(cuts.count == 1)
    outbox.send(.ping)
    #expect(cuts.count == 1, "once is enough")
  }

  @Test("who does not read is cut off by bytes as well as by messages")
  func slowBytes() {
    let cuts = Counter()
    let outbox = Outbox { _ in cuts.add() }
    let megabyte = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<4 { outbox.send(.text(megabyte)) }
    #expect(cuts.count == 0)
    outbox.send(.text([0]))
    #expect(cuts.count == 1)
  }
}
