import Bytes
import MLS
import MLSWire
import Testing

@testable import Server
@testable import Signaling

@Suite("A group over WebSocket", .serialized)
struct GroupTests {
  private static let handshake = [
    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Protocol", "tertulia.1"),
  ]

  /// A client here answers pings only while it waits for something, and the machine may be busy.
  private static let patient: ConnectionLimits = {
    var limits = ConnectionLimits()
    limits.silence = .seconds(300)
    return limits
  }()

  private func open(
    _ port: Int, _ member: GroupClient.Member, _ body: (GroupClient, LiveConnection) async throws -> Void
  ) async throws {
    try await LiveClient.connected(port: port) { connection in
      let response = try await connection.request("GET /ws", Self.handshake, hasBody: false)
      try #require(response.status == 101)
      let client = GroupClient(connection, member)
      try await client.enter()
      try await body(client, connection)
    }
  }

  @Test("two meet in a group that the node arranged; one is lost, catches up with who came meanwhile, and leaves")
  func meeting() async throws {
    try await LiveNode.running(connections: Self.patient) { port, _ in
      let ana = try GroupClient.Member(1)
      let ben = try GroupClient.Member(2)
      let eva = try GroupClient.Member(3)
      try await open(port, ana) { ana1, _ in
        _ = try await ana1.until("create_group")
        try await open(port, ben) { ben1, _ in
          _ = try await ana1.until("commit")
          _ = try await ben1.until("group_welcome")
          #expect(ana.group?.epochAuthenticator == ben.group?.epochAuthenticator)
          #expect(try await ana1.until("ready").number("epoch") == 1)
          #expect(try await ben1.until("ready").number("epoch") == 1)
        }
        // Ben's connection is gone without a word, and a commit passes him by.
        try await open(port, eva) { eva1, _ in
          _ = try await ana1.until("commit")
          _ = try await eva1.until("group_welcome")
          try await open(port, ben) { ben2, _ in
            _ = try await ben2.until("commit")
            #expect(ben.group?.epoch == 2)
            #expect(ana.group?.epochAuthenticator == ben.group?.epochAuthenticator)
            try await ben2.say("leave")
            _ = try await ana1.until("proposal")
            _ = try await ana1.until("commit")
          }
        }
        #expect(ana.leaves == 2)
        #expect(ana.group?.epoch == 3)
      }
    }
  }

  @Test("one whose group is not the room's any more is told to come in from outside, and does")
  func resync() async throws {
    try await LiveNode.running(connections: Self.patient) { port, _ in
      let ana = try GroupClient.Member(1)
      let ben = try GroupClient.Member(2)
      try await open(port, ana) { ana1, _ in
        _ = try await ana1.until("create_group")
        try await open(port, ben) { ben1, _ in
          _ = try await ana1.until("commit")
          _ = try await ben1.until("group_welcome")
          try await ben1.say("sync", [JSONMember("epoch", .integer(40))])
          _ = try await ben1.until("resync")
          _ = try await ben1.until("commit")
          _ = try await ana1.until("commit")
          #expect(ana.leaves == 2)
          #expect(ana.group?.epochAuthenticator == ben.group?.epochAuthenticator)
        }
      }
    }
  }

  @Test(
    "a commit as large as they come gets through in one frame and in many, and garbage in it is refused",
    arguments: [1, 60])
  func large(_ parts: Int) async throws {
    try await LiveNode.running(connections: Self.patient) { port, _ in
      let ana = try GroupClient.Member(1)
      try await open(port, ana) { client, connection in
        _ = try await client.until("create_group")
        let bytes = Array(Said.box("commit", Array(repeating: 7, count: Limits.upload)).utf8)
        let size = (bytes.count + parts - 1) / parts
        for start in stride(from: 0, to: bytes.count, by: size) {
          let end = min(start + size, bytes.count)
          try await connection.sendFrame(
            Array(bytes[start..<end]), opcode: start == 0 ? 1 : 0, fin: end == bytes.count)
        }
        #expect(try await client.until("commit_refused").number("epoch") == 0)
      }
    }
  }

  @Test("who goes on sending garbage is put out of the room, and told so")
  func expelled() async throws {
    try await LiveNode.running(connections: Self.patient) { port, _ in
      let ana = try GroupClient.Member(1)
      let ben = try GroupClient.Member(2)
      try await open(port, ana) { ana1, _ in
        _ = try await ana1.until("create_group")
        try await open(port, ben) { ben1, connection in
          _ = try await ana1.until("commit")
          _ = try await ben1.until("group_welcome")
          for _ in 0..<3 { try await ben1.box("commit", [1, 2, 3]) }
          #expect(try await ben1.until("error").text("code") == "removed")
          #expect(try await connection.next() == .close(1008))
          #expect(try await ana1.until("left").text("reason") == "removed")
        }
        _ = try await ana1.until("commit")
        #expect(ana.leaves == 1)
      }
    }
  }

  @Test("messages that are large and never complete may take so much memory and no more")
  func budget() async throws {
    var limits = Self.patient
    limits.inboundBytes = 100 * 1024
    try await LiveNode.running(connections: limits) { port, _ in
      let ana = try GroupClient.Member(1)
      try await open(port, ana) { client, connection in
        _ = try await client.until("create_group")
        let length = 300 * 1024
        let head: [UInt8] =
          [0x81, 0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) } + [0, 0, 0, 0]
        try await connection.send(head + Array(repeating: 0x20, count: length - 1))
        while let event = try await connection.next() { #expect(event != .text([])) }
      }
    }
  }
}
