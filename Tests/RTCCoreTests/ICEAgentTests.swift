import Bytes
import RTCCore
import RTCSecurity
import Testing

/// Two agents, or one and a lite one, over a seeded network with 10 ms of delay.
struct ICETestNetwork: ~Copyable {
  typealias Full = ICEAgent<OpenSSLPrimitives>

  struct Flight {
    var arrives: Instant
    var from: TransportAddress
    var to: TransportAddress
    var bytes: [UInt8]
  }

  static let client = TransportAddress(ipv4: 0xC000_0201, port: 4000)
  static let server = TransportAddress(ipv4: 0xC000_0264, port: 8443)

  var random: ICETestRandom
  var now = Instant.zero
  var flights: [Flight] = []
  var lossPercent: UInt64 = 0
  var unreachable: Set<TransportAddress> = []
  /// Bit n is set when the nth request of the client nominated.
  var clientRequests = 0
  var nominations = 0

  init(seed: UInt64) { random = ICETestRandom(seed: seed) }

  mutating func post(_ sink: inout ICETestSink, from: TransportAddress) {
    for datagram in sink.sent {
      try? datagram.bytes.withSTUN { message in
        guard message.type == .bindingRequest, from == Self.client else { return }
        clientRequests += 1
        nominations += message.useCandidate ? 1 : 0
      }
      guard !unreachable.contains(datagram.address), random.next() % 100 >= lossPercent else { continue }
      flights.append(
        Flight(arrives: now + .milliseconds(10), from: from, to: datagram.address, bytes: datagram.bytes))
    }
    sink.sent.removeAll()
  }

  /// Moves the clock to the earlier of `deadline` and the next arrival; gives what arrives.
  mutating func next(before deadline: Instant, limit: Instant) -> Flight? {
    let first = flights.indices.min { flights[$0].arrives < flights[$1].arrives }
    guard let first, flights[first].arrives <= min(deadline, limit) else {
      now = max(now, min(deadline, limit))
      return nil
    }
    now = max(now, flights[first].arrives)
    return flights.remove(at: first)
  }
}

@Suite struct ICEAgentTests {
  typealias Full = ICEAgent<OpenSSLPrimitives>
  typealias Lite = ICELiteAgent<OpenSSLPrimitives>
  static let client = ICETestNetwork.client
  static let server = ICETestNetwork.server

  private func credentials(_ seed: UInt64) -> ICECredentials {
    var random = ICETestRandom(seed: seed)
    return ICECredentials(using: &random)
  }

  private func clientAgent(role: ICERole = .controlling, tieBreaker: UInt64 = 9, at address: TransportAddress = client)
    -> Full
  {
    Full(
      local: credentials(address == Self.client ? 100 : 200), role: role, tieBreaker: tieBreaker,
      localCandidates: [.host(address)])
  }

  /// Runs a client against a lite server until `limit`.
  private func run(
    _ network: inout ICETestNetwork, _ client: inout Full, _ lite: inout Lite, until seconds: Double
  ) throws {
    let limit = Instant(nanoseconds: Int64(seconds * 1e9))
    var sink = ICETestSink()
    while network.now < limit {
      client.advance(to: network.now, using: &network.random, into: &sink)
      network.post(&sink, from: Self.client)
      _ = lite.advance(to: network.now)
      guard let flight = network.next(before: client.nextDeadline, limit: limit) else { continue }
      try flight.bytes.withSTUN { message in
        if flight.to == Self.client {
          _ = client.handle(message, from: flight.from, now: network.now, into: &sink)
        } else {
          _ = lite.handle(message, from: flight.from, now: network.now, into: &sink)
        }
      }
      network.post(&sink, from: flight.to)
    }
  }

  /// Runs two full agents until `seconds`.
  private func run(_ network: inout ICETestNetwork, _ a: inout Full, _ b: inout Full, until seconds: Double) throws {
    let limit = Instant(nanoseconds: Int64(seconds * 1e9))
    var sink = ICETestSink()
    while network.now < limit {
      a.advance(to: network.now, using: &network.random, into: &sink)
      network.post(&sink, from: Self.client)
      b.advance(to: network.now, using: &network.random, into: &sink)
      network.post(&sink, from: Self.server)
      guard let flight = network.next(before: min(a.nextDeadline, b.nextDeadline), limit: limit) else { continue }
      try flight.bytes.withSTUN { message in
        if flight.to == Self.client {
          _ = a.handle(message, from: flight.from, now: network.now, into: &sink)
        } else {
          _ = b.handle(message, from: flight.from, now: network.now, into: &sink)
        }
      }
      network.post(&sink, from: flight.to)
    }
  }

  private func pair() -> (client: Full, lite: Lite) {
    var client = clientAgent()
    let server = credentials(200)
    client.setRemote(server, candidates: [.host(Self.server)])
    return (client, Lite(local: server, remoteUfrag: client.local.ufrag))
  }

  @Test("a client connects to a lite server in one round trip and nominates once")
  func connects() throws {
    var network = ICETestNetwork(seed: 1)
    var (client, lite) = pair()
    #expect(client.nextDeadline == .zero)
    try run(&network, &client, &lite, until: 0.025)
    #expect(client.selected == Self.server)
    #expect(client.isValidated(Self.server))
    #expect(client.mappedAddress == Self.client)
    #expect(lite.selected == Self.client)
    try run(&network, &client, &lite, until: 1)
    #expect(network.nominations == 1)
    #expect(network.clientRequests == 2)
  }

  @Test("consent is kept for an hour, with one check in about five seconds")
  func consent() throws {
    var network = ICETestNetwork(seed: 2)
    var (client, lite) = pair()
    try run(&network, &client, &lite, until: 3600)
    #expect(client.state == .connected)
    #expect(lite.state == .connected)
    #expect((3600 / 6...3600 / 4 + 2).contains(network.clientRequests))
  }

  @Test("a third of the packets lost does not keep two agents apart", arguments: UInt64(1)...10)
  func loss(seed: UInt64) throws {
    var network = ICETestNetwork(seed: seed)
    network.lossPercent = 33
    var (client, lite) = pair()
    try run(&network, &client, &lite, until: 16)
    #expect(client.state == .connected, "seed \(seed)")
    #expect(lite.isValidated(Self.client), "seed \(seed)")
  }

  @Test("both ends notice a dead path after 30 s, and not before")
  func expiry() throws {
    var network = ICETestNetwork(seed: 3)
    var (client, lite) = pair()
    try run(&network, &client, &lite, until: 0.2)
    network.lossPercent = 100
    try run(&network, &client, &lite, until: 29)
    #expect(client.state == .connected)
    #expect(lite.state == .connected)
    try run(&network, &client, &lite, until: 31)
    #expect(client.state == .expired)
    #expect(client.selected == nil)
    #expect(client.nextDeadline == .distantFuture)
    #expect(lite.state == .expired)
  }

  @Test("a server that never answers fails the client within 17 s")
  func unreachable() throws {
    var network = ICETestNetwork(seed: 4)
    network.unreachable = [Self.server]
    var (client, lite) = pair()
    try run(&network, &client, &lite, until: 17)
    #expect(client.state == .failed)
    #expect(client.selected == nil)
    client.addRemote(.host(Self.server.withPort(9)))
    #expect(client.state == .checking)
  }

  @Test("a dead candidate of higher priority delays nomination a little, and media not at all")
  func deadCandidate() throws {
    let dead = TransportAddress(ipv4: 0xC000_02FF, port: 1)
    var network = ICETestNetwork(seed: 5)
    network.unreachable = [dead]
    var (client, lite) = pair()
    var better = ICECandidate.host(dead)
    better.priority += 1
    client.addRemote(better)
    try run(&network, &client, &lite, until: 0.1)
    #expect(client.selected == Self.server)
    #expect(network.nominations == 0)
    try run(&network, &client, &lite, until: 1)
    #expect(network.nominations == 1)
  }

  @Test("candidates over TCP, of a family the socket lacks, or without a port make no pair")
  func uselessCandidates() throws {
    var client = clientAgent()
    let v6 = try #require(TransportAddress.parse("2001:db8::1", port: 8443))
    var tcp = ICECandidate.host(Self.server)
    tcp.transport = .tcp
    client.setRemote(
      credentials(200), candidates: [tcp, .host(v6), .host(Self.server.withPort(0)), .host(.init(ipv4: 0, port: 1))])
    #expect(client.nextDeadline == .distantFuture)
  }

  @Test("candidates beyond the bound are passed over")
  func manyCandidates() throws {
    var client = clientAgent()
    client.setRemote(credentials(200), candidates: (1...5000).map { .host(Self.server.withPort($0)) })
    var random = ICETestRandom(seed: 1)
    var sink = ICETestSink()
    var addresses: Set<TransportAddress> = []
    for step in 0..<400 {
      client.advance(to: .zero + .milliseconds(Int64(step) * 50), using: &random, into: &sink)
      addresses.formUnion(sink.sent.map(\.address))
      #expect(sink.sent.count <= 40)
      sink.sent.removeAll()
    }
    #expect(addresses.count == 32)
  }

  @Test(
    "two full agents connect, whoever controls, even if both say they do or neither",
    arguments: [
      (ICERole.controlling, ICERole.controlled), (.controlled, .controlling), (.controlling, .controlling),
      (.controlled, .controlled),
    ], [(UInt64(1), UInt64(2)), (2, 1)])
  func roles(roles: (ICERole, ICERole), tieBreakers: (UInt64, UInt64)) throws {
    var network = ICETestNetwork(seed: 6)
    var a = clientAgent(role: roles.0, tieBreaker: tieBreakers.0)
    var b = clientAgent(role: roles.1, tieBreaker: tieBreakers.1, at: Self.server)
    a.setRemote(b.local, candidates: [.host(Self.server)])
    b.setRemote(a.local, candidates: [])
    try run(&network, &a, &b, until: 3)
    #expect(a.selected == Self.server)
    #expect(b.selected == Self.client)
    #expect(a.role != b.role)
  }

  @Test("media from an address that was never checked moves a controlled agent nowhere")
  func strangersMedia() throws {
    var network = ICETestNetwork(seed: 7)
    var a = clientAgent()
    var b = clientAgent(role: .controlled, at: Self.server)
    a.setRemote(b.local, candidates: [.host(Self.server)])
    b.setRemote(a.local, candidates: [.host(Self.client)])
    try run(&network, &a, &b, until: 1)
    let stranger = Self.client.withPort(9)
    b.noteMedia(from: stranger)
    #expect(b.selected == Self.client)
  }

  @Test("responses that were not asked for, from elsewhere, or with another key change nothing")
  func forgedResponses() throws {
    var client = clientAgent()
    let server = credentials(200)
    client.setRemote(server, candidates: [.host(Self.server)])
    var random = ICETestRandom(seed: 8)
    var sink = ICETestSink()
    client.advance(to: .zero, using: &random, into: &sink)
    let id = try sink.sent[0].bytes.withSTUN { $0.transactionID }

    func verdict(_ check: ICETestCheck, from address: TransportAddress = Self.server) throws -> ICEVerdict {
      try check.bytes().withSTUN { client.handle($0, from: address, now: .zero, into: &sink) }
    }
    let honest = ICETestCheck(type: .bindingSuccess, id: id, username: nil, password: server.password, priority: nil)
    var wrongKey = honest
    wrongKey.password = "not the server's password"
    var wrongID = honest
    wrongID.id = STUNTransactionID(high: 5, low: 5)
    var noFingerprint = honest
    noFingerprint.isFingerprinted = false
    #expect(try verdict(wrongKey) == .dropped(.badIntegrity))
    #expect(try verdict(wrongID) == .dropped(.unexpectedResponse))
    #expect(try verdict(noFingerprint) == .dropped(.badFingerprint))
    #expect(try verdict(honest, from: Self.server.withPort(1)) == .dropped(.unexpectedResponse))
    #expect(client.state == .checking)
    #expect(try verdict(honest) == .response)
    #expect(client.state == .connected)
    #expect(try verdict(honest) == .dropped(.unexpectedResponse))
  }
}
