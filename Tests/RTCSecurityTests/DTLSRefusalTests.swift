import Bytes
import RTCCore
import RTCSecurity
import Testing

@Suite("DTLS refusals")
struct DTLSRefusalTests {
  private static let stranger = CertificateFingerprint(sdp: Array(repeating: "5A", count: 32).joined(separator: ":"))!

  @Test("a server does not connect to a client with another certificate")
  func wrongClient() throws {
    var pair = try DTLSPair(serverExpects: Self.stranger)
    _ = pair.run()
    #expect(pair.server.state == .failed(.fingerprintMismatch))
    #expect(pair.client.state == .failed(.alert))
  }

  @Test("a client does not connect to a server with another certificate")
  func wrongServer() throws {
    var pair = try DTLSPair(clientExpects: Self.stranger)
    _ = pair.run()
    #expect(pair.client.state == .failed(.fingerprintMismatch))
    #expect(pair.server.state == .failed(.alert))
  }

  @Test("a peer without use_srtp is refused")
  func noProfile() throws {
    var client = try DTLSPair(clientProfiles: [])
    _ = client.run()
    #expect(client.server.state == .failed(.noSRTPProfile))
    #expect(client.client.state != .connected)
    var server = try DTLSPair(serverProfiles: [])
    _ = server.run()
    #expect(server.client.state == .failed(.noSRTPProfile))
  }

  @Test("profiles without one in common are refused")
  func disjointProfiles() throws {
    var pair = try DTLSPair(clientProfiles: [.aeadAES128GCM], serverProfiles: [.aes128CMHMACSHA1_80])
    _ = pair.run()
    #expect(pair.server.state != .connected)
    #expect(pair.client.state != .connected)
  }

  @Test(
    "what is not DTLS is ignored",
    arguments: [[], [22], [UInt8](repeating: 0, count: 40), [UInt8](repeating: 0x80, count: 40)])
  func notDTLS(_ datagram: [UInt8]) throws {
    var pair = try DTLSPair()
    #expect(pair.deliver(datagram, to: pair.server).verdict == .ignored)
    #expect(pair.server.state == .handshaking)
  }

  @Test("damaged records between the good ones do not disturb the handshake", arguments: 1...10 as ClosedRange<UInt64>)
  func garbage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var pair = try DTLSPair()
    _ = pair.run { flight in
      flight.flatMap { datagram -> [[UInt8]] in
        // Of the right form, for an epoch that has no keys yet, or of a length that is not there.
        var noise = (0..<Int.random(in: 13...1400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
        }
        noise[0] = UInt8.random(in: 20...63, using: &random)
        var cut = datagram
        cut.removeLast(Int.random(in: 1...datagram.count - 1, using: &random))
        return [noise, cut, datagram]
      }
    }
    #expect(pair.client.state == .connected)
    #expect(pair.server.state == .connected)
  }

  @Test("a server survives every truncation of a hello, and answers the whole one")
  func truncatedHello() throws {
    var pair = try DTLSPair()
    let hello = try #require(pair.start().first)
    for length in 0..<hello.count {
      #expect(pair.deliver(Array(hello[..<length]), to: pair.server).answer.isEmpty)
    }
    #expect(!pair.deliver(hello, to: pair.server).answer.isEmpty)
  }

  @Test("a hello full of nonsense ends the association and no more")
  func nonsenseHello() throws {
    var pair = try DTLSPair()
    var hello = try #require(pair.start().first)
    for index in 25..<hello.count { hello[index] = 0xFF }
    #expect(pair.deliver(hello, to: pair.server).verdict == .ended)
    #expect(pair.server.state == .failed(.protocolError))
    #expect(pair.deliver(hello, to: pair.server).verdict == .ended)
  }

  @Test("application data is swallowed")
  func applicationData() throws {
    var pair = try DTLSPair()
    _ = pair.run()
    var record = [UInt8](repeating: 0, count: 60)
    record.replaceSubrange(0..<13, with: [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 47])
    #expect(pair.deliver(record, to: pair.server).verdict == .handled)
    #expect(pair.server.state == .connected)
  }
}
