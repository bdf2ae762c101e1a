import Bytes
import RTCCore
import RTCSecurity

/// Keeps what is sent.
struct CollectingSink: DatagramSink, ~Copyable {
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)
  var sent: [[UInt8]] = []

  mutating func reserve() -> UnsafeMutableRawBufferPointer { scratch }
  mutating func commit(length: Int, to: TransportAddress) { sent.append(Array(scratch[..<length])) }
  mutating func take() -> [[UInt8]] {
    defer { sent = [] }
    return sent
  }

  deinit { scratch.deallocate() }
}

/// A client and a server under a clock of their own, and the datagrams between them in our hands.
struct DTLSPair: ~Copyable {
  let client: OpenSSLDTLS
  let server: OpenSSLDTLS
  let clientSecurity: OpenSSLSecurity
  let serverSecurity: OpenSSLSecurity
  var now = Instant(nanoseconds: 5_000_000_000)
  let address = TransportAddress(ipv4: 0x7F00_0001, port: 4000)
  private var sink: CollectingSink

  /// An expected fingerprint that is not given is the right one.
  init(
    clientProfiles: [SRTPProfile] = SRTPProfile.allCases, serverProfiles: [SRTPProfile] = SRTPProfile.allCases,
    clientExpects: CertificateFingerprint? = nil, serverExpects: CertificateFingerprint? = nil,
    suites: String = OpenSSLSecurity.cipherSuites
  ) throws {
    let (clientSide, serverSide) = (
      try OpenSSLSecurity(profiles: clientProfiles, suites: suites),
      try OpenSSLSecurity(profiles: serverProfiles, suites: suites)
    )
    clientSecurity = clientSide
    serverSecurity = serverSide
    sink = CollectingSink()
    client = clientSecurity.makeDTLS(role: .client, peer: clientExpects ?? serverSecurity.fingerprint)!
    server = serverSecurity.makeDTLS(role: .server, peer: serverExpects ?? clientSecurity.fingerprint)!
  }

  mutating func start() -> [[UInt8]] {
    client.start(now: now, to: address, into: &sink)
    return sink.take()
  }

  mutating func deliver(_ datagram: [UInt8], to end: OpenSSLDTLS) -> (verdict: DTLSVerdict, answer: [[UInt8]]) {
    let verdict = datagram.withUnsafeBytes { end.handle($0, now: now, to: address, into: &sink) }
    return (verdict, sink.take())
  }

  mutating func advance(_ end: OpenSSLDTLS) -> [[UInt8]] {
    end.advance(to: now, peer: address, into: &sink)
    return sink.take()
  }

  mutating func close(_ end: OpenSSLDTLS) -> [[UInt8]] {
    end.close(now: now, to: address, into: &sink)
    return sink.take()
  }

  /// Runs the handshake over a link that `transform` may cut, copy and shuffle, a flight at a time, until both ends
  /// have finished, one has failed, or a minute has gone by. Returns every datagram sent.
  mutating func run(_ transform: ([[UInt8]]) -> [[UInt8]] = { $0 }) -> [[UInt8]] {
    let end = now + .seconds(60)
    var toServer = start()
    var toClient: [[UInt8]] = []
    var all = toServer
    while now < end {
      while !toServer.isEmpty || !toClient.isEmpty {
        let flights = (transform(toServer), transform(toClient))
        (toServer, toClient) = ([], [])
        for datagram in flights.0 { toClient += deliver(datagram, to: server).answer }
        for datagram in flights.1 { toServer += deliver(datagram, to: client).answer }
        all += toServer + toClient
      }
      let deadline = min(client.nextDeadline, server.nextDeadline)
      guard deadline != .distantFuture else { break }
      now = deadline
      toServer = advance(client)
      toClient = advance(server)
      all += toServer + toClient
    }
    return all
  }
}
