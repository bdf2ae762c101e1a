import NIOCore
import NIOPosix
import SFU
import SFURuntime
import Testing

@testable import Server
@testable import Signaling

@Suite("Metrics", .serialized)
struct MetricsTests {
  /// A plain HTTP request to this machine, and all of the answer.
  private func ask(_ port: Int, _ head: String) async throws -> LiveResponse {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      let connection = LiveConnection(input: inbound.makeAsyncIterator(), output: outbound)
      try await connection.send(Array((head + "\r\n\r\n").utf8))
      return try await connection.response()
    }
  }

  private func scrape(_ port: Int) async throws -> Exposition {
    let response = try await ask(port, "GET /metrics HTTP/1.1\r\nHost: localhost:9464")
    try #require(response.status == 200)
    #expect(response["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(response["access-control-allow-origin"] == nil)
    return try Exposition(String(decoding: response.body, as: UTF8.self))
  }

  private static let room = "0123456789ABCDEF"
  private static let handshake = [
    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Protocol", "tertulia.1"),
    ("Origin", "https://localhost"),
  ]

  @Test("a busy node tells numbers in Prometheus's format, that grow, and nothing about anybody")
  func busy() async throws {
    let plane = try MediaPlane(
      configuration: MediaPlaneConfiguration(bindAddress: "127.0.0.1", port: 0, maximumPeers: 16, shards: 2)
    ) { _ in }
    defer { plane.stop() }
    try await LiveNode.running(media: plane) { port, metrics in
      let before = try await scrape(metrics)
      try await LiveClient.connected(port: port) { connection in
        _ = try await connection.request("GET /ws", Self.handshake, hasBody: false)
        try await connection.sendFrame(Array(Said.hello().utf8))
        _ = try await connection.next()
        try await connection.sendFrame(Said.offer.encoded())
        try await connection.sendFrame(Array(Said.hello().utf8))
        while case .text(let bytes)? = try await connection.next() {
          if try JSONReader.read(bytes).text("type") == "error" { break }
        }
        let after = try await scrape(metrics)
        after.expectGrown(since: before)
        #expect(after.value("tertulia_joins_total") == 1)
        #expect(after.value(#"tertulia_refusals_total{code="already_joined"}"#) == 1)
        #expect(after.value("tertulia_rooms") == 5, "numbers of people are rounded up")
        #expect(after.value("tertulia_participants") == 5)
        #expect(after.value(#"tertulia_shard_cpu_seconds_total{shard="1"}"#) != nil)
        #expect(after.value("process_resident_memory_bytes") ?? 0 > 1_000_000)
        #expect(after.value("process_open_fds") ?? 0 > 5)
        #expect(after.value("process_start_time_seconds") ?? 0 > 1_700_000_000)
        for secret in [Said.room, "127.0.0.1", "localhost", "::", "0123456789", "AQEB"] {
          #expect(!after.text.contains(secret), "\(secret)")
        }
      }
    }
  }

  @Test("only GET /metrics is answered, and only under an address or localhost")
  func refused() async throws {
    try await LiveNode.running(media: RecordingMedia()) { _, metrics in
      for (head, status) in [
        ("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0", 405),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:9464", 404), ("GET /metrics/x HTTP/1.1\r\nHost: 127.0.0.1", 404),
        ("GET /metrics HTTP/1.1\r\nHost: evil.example", 421),
        ("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1.evil.example:80", 421),
        ("GET /metrics HTTP/1.1\r\nHost: [::1]:9464", 200), ("GET /metrics?x=1 HTTP/1.1\r\nHost: 10.1.2.3", 200),
      ] {
        let response = try await ask(metrics, head)
        #expect(response.status == status, "\(head)")
        #expect(response["access-control-allow-origin"] == nil)
        #expect(response["x-content-type-options"] == "nosniff")
      }
    }
  }

  @Test(
    "a host is an address or localhost, with or without port, or it is refused",
    arguments: [
      ("localhost", true), ("LOCALHOST:1", true), ("127.0.0.1:9464", true), ("[::1]", true), ("[2001:db8::1]:9", true),
      ("", false), ("a", false), ("localhost.evil.example", false), ("[evil]", false), ("1.2.3", false), ("::1", false),
      ("127.0.0.1@evil.example", false), ("[127.0.0.1]", false), (":80", false),
    ])
  func hosts(_ host: String, _ isAddress: Bool) {
    #expect(MetricsResponder.isAddress(host) == isAddress)
  }

  @Test("a port that is taken stops the metrics, not the node")
  func taken() async throws {
    try await LiveNode.running(media: RecordingMedia()) { _, metrics in
      try await LiveNode.running(media: RecordingMedia(), metricsPort: metrics, awaitsMetrics: false) { port, _ in
        try await LiveClient.connected(port: port) { connection in
          let response = try await connection.request("GET /healthz")
          #expect(response.status == 200)
        }
      }
    }
  }

  @Test("what shards count apart is told apart, sums are sums, and words are words")
  func page() throws {
    var shards = [MediaPlaneCounters(), MediaPlaneCounters()]
    shards[0].media.forwarded = 3
    shards[1].media.forwarded = 4
    shards[1].network.handedOver = 9
    shards[1].network.oversized = 2
    var signalling = MetricsSnapshot()
    signalling.refusals[.roomFull] = 6
    let page = MetricsPage(
      signalling: signalling, rooms: 0, connections: 11, participants: 10, waiting: 7, shards: shards, steering: nil,
      process: .now(), started: 1.5)
    let exposition = try Exposition(page.text)
    #expect(exposition.value("tertulia_forwarded_packets_total") == 7)
    #expect(exposition.value(#"tertulia_handovers_total{shard="0"}"#) == 0)
    #expect(exposition.value(#"tertulia_handovers_total{shard="1"}"#) == 9)
    #expect(exposition.value(#"tertulia_drops_total{reason="oversized"}"#) == 2)
    #expect(exposition.value(#"tertulia_drops_total{reason="bad_stun_integrity"}"#) == 0)
    #expect(exposition.value(#"tertulia_refusals_total{code="room_full"}"#) == 6)
    #expect(exposition.value("tertulia_rooms") == 0)
    #expect(exposition.value("tertulia_participants") == 10)
    #expect(exposition.value("tertulia_connections") == 15)
    #expect(MetricsPage.word("unknownSSRC") == "unknown_ssrc")
    #expect(MetricsPage.word("malformedRTP") == "malformed_rtp")
    #expect(MetricsPage.word("badSTUNIntegrity") == "bad_stun_integrity")
    #expect(MetricsPage.word("padding") == "padding")
  }
}

/// Prometheus's text format, read strictly (version 0.0.4).
struct Exposition {
  struct Malformed: Error { let line: String }

  let text: String
  private var types: [String: String] = [:]
  private var values: [String: Double] = [:]
  private var order: [String] = []

  init(_ text: String) throws {
    self.text = text
    var current = ""
    guard text.hasSuffix("\n") else { throw Malformed(line: "the end") }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# HELP ") {
        guard words.count == 4, types[String(words[2])] == nil else { throw Malformed(line: String(line)) }
        current = String(words[2])
      } else if line.hasPrefix("# TYPE ") {
        guard words.count == 4, words[2] == current, ["counter", "gauge", "histogram"].contains(words[3]) else {
          throw Malformed(line: String(line))
        }
        types[current] = String(words[3])
      } else {
        try read(line, of: current)
      }
    }
    try checkHistograms()
  }

  private mutating func read(_ line: Substring, of current: String) throws {
    let sample = /([a-z_]+)(\{[a-z]+="[A-Za-z0-9_.+-]+"\})? (-?[0-9.e+-]+)/
    guard let match = line.wholeMatch(of: sample), let value = Double(match.3), let type = types[current] else {
      throw Malformed(line: String(line))
    }
    let name = String(match.1)
    let isOfFamily =
      type == "histogram" ? ["_bucket", "_sum", "_count"].contains { name == current + $0 } : name == current
    let key = name + (match.2 ?? "")
    guard isOfFamily, values[key] == nil, type != "counter" || name.hasSuffix("_total") else {
      throw Malformed(line: String(line))
    }
    values[key] = value
    order.append(key)
  }

  /// Buckets grow, the last is all of them, and the sum can be one of so many samples.
  private func checkHistograms() throws {
    for (name, type) in types where type == "histogram" {
      let buckets = order.filter { $0.hasPrefix(name + "_bucket") }.compactMap { values[$0] }
      guard buckets == buckets.sorted(), buckets.count > 1, buckets.last == values[name + "_count"],
        let sum = values[name + "_sum"], buckets.last != 0 || sum == 0
      else { throw Malformed(line: name) }
    }
  }

  func value(_ key: String) -> Double? { values[key] }

  /// Counters and histograms never fall, and none disappears.
  func expectGrown(since before: Exposition) {
    for (key, value) in before.values {
      let name = String(key.prefix { $0 != "{" })
      let isGauge = types[name] == "gauge"
      #expect(values[key] != nil, "\(key)")
      #expect(isGauge || values[key] ?? -1 >= value, "\(key)")
    }
  }
}
