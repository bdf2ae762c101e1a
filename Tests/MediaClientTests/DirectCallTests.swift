import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import Testing

@Suite("One client offers, another answers, without a node between them")
struct DirectCallTests {
  private static let addresses = [
    TransportAddress(ipv4: 0x0A00_0001, port: 1_001), TransportAddress(ipv4: 0x0A00_0002, port: 1_002),
  ]

  private static var sender: ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.personSlots = 0
    configuration.hasScreenSlot = false
    configuration.camera = VideoProfile(
      frameRate: 30, layers: [.init(rid: nil, width: 640, height: 360, bitrate: 500_000)])
    return configuration
  }

  /// Passes what each sends to the other after 5 ms, until `end`.
  private static func run(
    _ a: inout ClientPeer<OpenSSLSecurity>, _ b: inout ClientPeer<OpenSSLSecurity>, until end: Instant
  ) {
    var sink = CollectingSink()
    var flights: [(due: Instant, to: TransportAddress, bytes: [UInt8])] = []
    var now = Instant(nanoseconds: 1_000_000_000)
    while now < end {
      for flight in flights where flight.due <= now {
        var bytes = flight.bytes
        bytes.withUnsafeMutableBytes {
          if flight.to == addresses[0] {
            a.handle($0, from: addresses[1], now: now, into: &sink)
          } else {
            b.handle($0, from: addresses[0], now: now, into: &sink)
          }
        }
      }
      flights.removeAll { $0.due <= now }
      if a.nextDeadline <= now { a.advance(to: now, into: &sink) }
      if b.nextDeadline <= now { b.advance(to: now, into: &sink) }
      for datagram in sink.take() { flights.append((now + .milliseconds(5), datagram.to, datagram.bytes)) }
      now = now + .milliseconds(1)
    }
  }

  @Test("who answers is the DTLS client and controlled, and receives all that is offered")
  func call() throws {
    let (first, second) = (try OpenSSLSecurity(), try OpenSSLSecurity())
    let start = Instant(nanoseconds: 1_000_000_000)
    var sender = ClientPeer(Self.sender, security: first, address: Self.addresses[0], seed: 1)
    var receiver = try ClientPeer.answering(
      sender.offer, security: second, address: Self.addresses[1], seed: 2, now: start)
    let said = receiver.answer
    let answer = try #require(said)
    #expect(answer.contains("a=setup:active"))
    try sender.accept(answer: answer, now: start)
    Self.run(&sender, &receiver, until: start + .seconds(4))
    #expect(sender.state == .connected)
    #expect(receiver.state == .connected)
    let tracks = receiver.trackStatistics
    try #require(tracks.count == 2)
    #expect(tracks.allSatisfy { $0.source == sender.source && $0.violations == 0 && $0.lost == 0 })
    #expect(tracks[0].frames > 150 && tracks[1].frames > 90)
    #expect(tracks[1].height == 360)
    #expect(tracks[1].expected == tracks[1].arrived)
    let median = receiver.delays.percentile(0.5)
    let delay = try #require(median)
    #expect(delay >= .milliseconds(5) && delay <= .milliseconds(7))
  }

  @Test("an offer that cannot be answered is refused")
  func refused() throws {
    let security = try OpenSSLSecurity()
    let offer = ClientPeer(Self.sender, security: security, address: Self.addresses[0], seed: 1).offer
    func answer(_ offer: String) throws {
      _ = try ClientPeer.answering(
        offer, security: security, address: Self.addresses[1], seed: 2, now: .zero
      ).answer
    }
    try answer(offer)
    #expect(throws: ClientError.malformedAnswer) { try answer("v=1") }
    #expect(throws: ClientError.wrongSetup) { try answer(offer.replacing("a=setup:actpass", with: "a=setup:holdconn")) }
    #expect(throws: ClientError.missingStream) { try answer(offer.replacing("VP8", with: "VPX")) }
  }

  @Test("sections of no use to us are refused, the others answered")
  func partial() throws {
    let security = try OpenSSLSecurity()
    let offer = ClientPeer(ClientConfiguration(), security: security, address: Self.addresses[0], seed: 1).offer
    var single = Self.sender
    single.personSlots = 1
    let some = ClientPeer(single, security: security, address: Self.addresses[0], seed: 1).offer
    // Simulcast names no SSRC to expect.
    #expect(throws: ClientError.missingStream) {
      _ = try ClientPeer.answering(offer, security: security, address: Self.addresses[1], seed: 2, now: .zero).answer
    }
    let client = try ClientPeer.answering(some, security: security, address: Self.addresses[1], seed: 2, now: .zero)
    let said = client.answer
    let answer = try SessionDescription(parsing: try #require(said))
    #expect(answer.media.map(\.isRejected) == [false, false, true, true])
    #expect(answer.bundledMids.count == 2)
  }
}
