import RTCCore
import RTCSecurity
import SFU
import SFURuntime
import Testing

@Suite struct MediaPlaneTests {
  private static let room = RoomID(1)
  private static let peer = PeerID(1)

  private func start(bind: String? = "127.0.0.1", port: UInt16 = 0) throws -> MediaPlane {
    try MediaPlane(configuration: MediaPlaneConfiguration(bindAddress: bind, port: port, maximumPeers: 16)) { _ in }
  }

  /// Counters once the plane has seen `count` datagrams. A report is answered between batches, so asking again lets it
  /// work; the number of times bounds a broken run.
  private func counters(of plane: MediaPlane, after count: UInt64) async -> MediaPlaneCounters {
    var counters = await plane.counters()
    var patience = 1_000_000
    while counters.network.datagramsIn < count, patience > 0 {
      counters = await plane.counters()
      patience -= 1
    }
    return counters
  }

  /// What a browser would offer to send one microphone.
  private static let offer = """
    v=0\r
    o=- 1 1 IN IP4 127.0.0.1\r
    s=-\r
    t=0 0\r
    a=group:BUNDLE 0\r
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r
    c=IN IP4 0.0.0.0\r
    a=mid:0\r
    a=sendonly\r
    a=rtcp-mux\r
    a=ice-ufrag:clnt\r
    a=ice-pwd:aPasswordOfTwentyFourChr\r
    a=fingerprint:sha-256 \(Array(repeating: "AB", count: 32).joined(separator: ":"))\r
    a=setup:actpass\r
    a=rtpmap:111 opus/48000/2\r

    """

  private func addPeer(to plane: MediaPlane) throws -> ICECredentials {
    var random = SecureRandom()
    let (_, configuration) = try MediaNegotiator.negotiate(
      offer: Self.offer, mids: OfferedMids(microphone: "0"), local: plane.description, using: &random)
    plane.post(.addPeer(room: Self.room, peer: Self.peer, configuration: configuration), in: Self.room)
    return configuration.localCredentials
  }

  private func bindingRequest(_ credentials: ICECredentials, password: String? = nil) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 1500) { buffer, count in
      var writer = STUNWriter(
        UnsafeMutableRawBufferPointer(buffer), type: .bindingRequest,
        transactionID: STUNTransactionID(high: 3, low: 4))
      writer.writeUsername(Array("\(credentials.ufrag):clnt".utf8))
      writer.writePriority(1)
      writer.writeICEControlling(5)
      writer.writeUseCandidate()
      let key = Array((password ?? credentials.password).utf8)
      count = key.withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) } ?? 0
    }
  }

  /// Where the server saw us, by its success response to `bindingRequest`.
  private func mappedAddress(in response: [UInt8]) throws -> TransportAddress? {
    try response.withUnsafeBytes { bytes throws in
      let message = try STUNMessage(bytes)
      #expect(message.type == .bindingSuccess)
      #expect(message.transactionID == STUNTransactionID(high: 3, low: 4))
      return message.xorMappedAddress
    }
  }

  /// A container may have no IPv6 at all.
  private static let hasIPv6: Bool = {
    let plane = try? MediaPlane(configuration: MediaPlaneConfiguration(bindAddress: "::1", port: 0)) { _ in }
    plane?.stop()
    return plane != nil
  }()

  @Test(
    "a connectivity check over the loopback interface is answered, on IPv4 and on IPv6 where there is some",
    arguments: hasIPv6 ? [false, true] : [false])
  func bindingRequest(isIPv6: Bool) async throws {
    let plane = try start(bind: isIPv6 ? "::1" : "127.0.0.1")
    defer { plane.stop() }
    let credentials = try addPeer(to: plane)
    let client = try UDPTestClient(server: plane.port, isIPv6: isIPv6)
    client.send(bindingRequest(credentials))
    let address = try mappedAddress(in: client.receive())
    #expect(address?.isLoopback == true)
    #expect(address?.isIPv6 == isIPv6)
    #expect(await counters(of: plane, after: 1).network.datagramsOut == 1)
  }

  @Test("a socket for both families sees an IPv4 client as IPv4")
  func dualStack() async throws {
    let plane = try start(bind: nil)
    defer { plane.stop() }
    let credentials = try addPeer(to: plane)
    let client = try UDPTestClient(server: plane.port)
    client.send(bindingRequest(credentials))
    #expect(try mappedAddress(in: client.receive())?.isIPv6 == false)
  }

  @Test(
    "garbage, strangers' checks, oversized datagrams and packets before ICE are counted, and an honest check still answered"
  )
  func garbage() async throws {
    let plane = try start()
    defer { plane.stop() }
    let credentials = try addPeer(to: plane)
    let client = try UDPTestClient(server: plane.port)
    client.send([])
    client.send([0xFF, 1, 2, 3])
    client.send([0x00, 0x01] + Array(repeating: 0, count: 30))
    client.send([0x80, 0x60] + Array(repeating: 0, count: 100))
    client.send([22, 0xFE, 0xFD] + Array(repeating: 0, count: 100))
    client.send(Array(repeating: 0x80, count: 4000))
    client.send(bindingRequest(credentials, password: "not the password of anybody"))
    client.send(bindingRequest(credentials))
    #expect(try mappedAddress(in: client.receive()) != nil)
    let counters = await counters(of: plane, after: 8)
    #expect(counters.network.datagramsIn == 8)
    #expect(counters.network.oversized == 1)
    #expect(counters.network.datagramsOut == 1)
    #expect(counters.media[.unknownDatagram] == 2)
    #expect(counters.media[.malformedSTUN] == 1)
    #expect(counters.media[.badSTUNIntegrity] == 1)
    #expect(counters.media[.unvalidatedAddress] == 2)
  }

  @Test("three batches of checks are all answered")
  func manyChecks() async throws {
    let plane = try start()
    defer { plane.stop() }
    let credentials = try addPeer(to: plane)
    let client = try UDPTestClient(server: plane.port)
    let check = bindingRequest(credentials)
    for _ in 0..<200 { client.send(check) }
    for _ in 0..<200 { _ = try client.receive() }
    let counters = await counters(of: plane, after: 200)
    #expect(counters.network.datagramsIn == 200)
    #expect(counters.network.datagramsOut == 200)
    #expect(counters.network.sendBufferFull == 0)
  }

  @Test("the same port can be taken again as soon as stop has returned, ten times over")
  func restart() async throws {
    let first = try start()
    let port = first.port
    first.stop()
    for _ in 0..<10 {
      let plane = try start(port: port)
      #expect(plane.port == port)
      plane.stop()
    }
  }

  @Test("after stop the last counters can still be read, and commands go nowhere")
  func afterStop() async throws {
    let plane = try start()
    let client = try UDPTestClient(server: plane.port)
    client.send([0xFF, 0xFF])
    let last = await counters(of: plane, after: 1)
    plane.stop()
    plane.stop()
    plane.post(.removePeer(Self.peer), in: Self.room)
    let after = await plane.counters()
    #expect(after.network == last.network)
    #expect(after.media == last.media)
  }

  @Test("a port in use and an address that is none are refused with words that help")
  func startErrors() throws {
    let plane = try start()
    defer { plane.stop() }
    #expect(throws: MediaPlaneError.bind(errno: 98)) { try start(port: plane.port) }
    #expect("\(MediaPlaneError.bind(errno: 98))".contains("choose another port"))
    #expect(throws: MediaPlaneError.badAddress("localhost")) { try start(bind: "localhost") }
    #expect(throws: MediaPlaneError.self) { try start(bind: "192.0.2.1") }
  }

  @Test("answers name the advertised addresses and nothing else")
  func advertised() throws {
    let plane = try MediaPlane(
      configuration: MediaPlaneConfiguration(
        bindAddress: "127.0.0.1", port: 0, advertisedAddresses: ["203.0.113.7", "2001:db8::7"])
    ) { _ in }
    defer { plane.stop() }
    #expect(
      plane.description.candidates == [
        "1 1 udp 2130706431 203.0.113.7 \(plane.port) typ host",
        "2 1 udp 2130706175 2001:db8::7 \(plane.port) typ host",
      ])
    #expect(plane.candidates.map { $0.text() } == plane.description.candidates)
  }

  @Test("a plane bound to every address has candidates to give")
  func interfaceCandidates() throws {
    let plane = try start(bind: nil)
    defer { plane.stop() }
    #expect(!plane.candidates.isEmpty)
    #expect(plane.candidates.allSatisfy { $0.address.port == plane.port && !$0.address.isUnspecified })
  }
}
