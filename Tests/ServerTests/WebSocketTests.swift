import ServiceLifecycle
import Testing

@testable import Server
@testable import Signaling

@Suite("WebSocket", .serialized)
struct WebSocketTests {
  private static let handshake = [
    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Protocol", "tertulia.1"),
    ("Origin", "https://localhost"),
  ]

  private func open(_ port: Int, _ body: (LiveConnection) async throws -> Void) async throws {
    try await LiveClient.connected(port: port) { connection in
      let response = try await connection.request("GET /ws", Self.handshake, hasBody: false)
      try #require(response.status == 101)
      #expect(response["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      #expect(response["sec-websocket-protocol"] == "tertulia.1")
      #expect(response["sec-websocket-extensions"] == nil)
      try await body(connection)
    }
  }

  private func message(_ event: LiveEvent?) throws -> JSONValue {
    guard case .text(let bytes)? = event else { throw ConnectionEnded() }
    return try JSONReader.read(bytes)
  }

  @Test("a page of this host opens a WebSocket, says hello in one or many frames, and is welcomed", arguments: [1, 7])
  func hello(_ parts: Int) async throws {
    try await LiveNode.running { port, _ in
      try await open(port) { connection in
        let bytes = Array(Said.hello().utf8)
        let size = (bytes.count + parts - 1) / parts
        for start in stride(from: 0, to: bytes.count, by: size) {
          let end = min(start + size, bytes.count)
          try await connection.sendFrame(
            Array(bytes[start..<end]), opcode: start == 0 ? 1 : 0, fin: end == bytes.count)
        }
        #expect(try message(await connection.next()).text("type") == "welcome")
        #expect(try message(await connection.next()).text("type") == "create_group")
        try await connection.sendFrame([7, 7], opcode: 9)
        #expect(try await connection.frame()?.payload == [7, 7])
        try await connection.sendFrame([3, 232], opcode: 8)
        #expect(try await connection.next() == .close(1000))
      }
    }
  }

  @Test(
    "a page of another host, another protocol or another path is not upgraded",
    arguments: [
      ("Origin", "https://evil.example", 403), ("Origin", "http://localhost", 403), ("Origin", "null", 403),
      ("Sec-WebSocket-Protocol", "chat", 426),
    ])
  func refused(_ name: String, _ value: String, _ status: Int) async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let headers = Self.handshake.filter { $0.0 != name } + [(name, value)]
        let response = try await connection.request("GET /ws", headers)
        #expect(response.status == status)
      }
      try await LiveClient.connected(port: port) { connection in
        let response = try await connection.request("GET /wss", Self.handshake)
        #expect(response.status == 404)
      }
    }
  }

  @Test("frames that no client sends are refused with their reason", arguments: WebSocketTests.badFrames)
  func badFrame(_ frame: BadFrame) async throws {
    try await LiveNode.running { port, _ in
      try await open(port) { connection in
        try await connection.send(frame.bytes)
        let error = try message(await connection.next())
        #expect(error.text("code") == frame.code)
        #expect(error["fatal"] == .bool(true))
        #expect(try await connection.next() == .close(1008))
      }
    }
  }

  struct BadFrame: CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let code: String
  }

  static let badFrames = [
    BadFrame(testDescription: "binary", bytes: [0x82, 0x81, 0, 0, 0, 0, 1], code: "bad_message"),
    BadFrame(testDescription: "not masked", bytes: [0x81, 0x01, 0x31], code: "bad_message"),
    BadFrame(testDescription: "compressed", bytes: [0xC1, 0x81, 0, 0, 0, 0, 0x31], code: "bad_message"),
    BadFrame(testDescription: "continuation of nothing", bytes: [0x80, 0x81, 0, 0, 0, 0, 1], code: "bad_message"),
    BadFrame(
      testDescription: "a terabyte", bytes: [0x81, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], code: "too_large"),
    BadFrame(
      testDescription: "4 kB before hello",
      bytes: [0x81, 0xFE, 16, 0, 0, 0, 0, 0] + Array(repeating: 0x20, count: 4096), code: "too_large"),
    BadFrame(testDescription: "not UTF-8", bytes: [0x81, 0x82, 0, 0, 0, 0, 0x22, 0xFF], code: "bad_message"),
  ]

  @Test("sockets that do not say hello push out each other, and not who is in a room")
  func halfOpen() async throws {
    var limits = ConnectionLimits()
    limits.halfOpen = 3
    try await LiveNode.running(connections: limits) { port, _ in
      try await open(port) { member in
        try await member.sendFrame(Array(Said.hello().utf8))
        #expect(try message(await member.next()).text("type") == "welcome")
        #expect(try message(await member.next()).text("type") == "create_group")
        try await flood(port, depth: 4)
        try await member.sendFrame(Array(Said.ping.utf8))
        #expect(try message(await member.next()).text("type") == "pong")
      }
    }
  }

  /// Opens `depth` sockets inside one another; the first must be told that it was pushed out.
  private func flood(_ port: Int, depth: Int) async throws {
    try await open(port) { connection in
      if depth > 1 { try await flood(port, depth: depth - 1) }
      guard depth == 4 else { return }
      let error = try message(await connection.next())
      #expect(error.text("code") == "server_full")
      #expect(error.text("detail") == "half_open")
    }
  }

  @Test("a node that is told to stop says so, closes, and ends")
  func gracefulStop() async throws {
    try await LiveNode.running { port, group in
      try await open(port) { connection in
        try await connection.sendFrame(Array(Said.hello().utf8))
        #expect(try message(await connection.next()).text("type") == "welcome")
        #expect(try message(await connection.next()).text("type") == "create_group")
        await group.triggerGracefulShutdown()
        #expect(try message(await connection.next()).text("type") == "closing")
        #expect(try await connection.next() == .close(1012))
      }
    }
  }
}
