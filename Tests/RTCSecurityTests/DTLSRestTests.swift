import Bytes
import RTCCore
import RTCSecurity
import Testing

@Suite("a DTLS association at rest")
struct DTLSRestTests {
  static let suites = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
  ]

  @Test("is ended by the peer's close_notify, whichever end it is", arguments: suites)
  func peerCloses(suite: String) throws {
    var pair = try DTLSPair(suites: suite)
    _ = pair.run()
    pair.server.rest()
    for datagram in pair.close(pair.client) { #expect(pair.deliver(datagram, to: pair.server).verdict == .ended) }
    #expect(pair.server.state == .closed)

    pair = try DTLSPair(suites: suite)
    _ = pair.run()
    pair.client.rest()
    for datagram in pair.close(pair.server) { #expect(pair.deliver(datagram, to: pair.client).verdict == .ended) }
    #expect(pair.client.state == .closed)
  }

  @Test("says goodbye as any other", arguments: suites)
  func closes(suite: String) throws {
    var pair = try DTLSPair(suites: suite)
    _ = pair.run()
    pair.server.rest()
    pair.server.rest()
    let goodbye = pair.close(pair.server)
    #expect(pair.server.state == .closed)
    #expect(goodbye.count == 1)
    for datagram in goodbye { #expect(pair.deliver(datagram, to: pair.client).verdict == .ended) }
    #expect(pair.client.state == .closed)
    #expect(pair.close(pair.server).isEmpty)
  }

  @Test("two of them close with each other", arguments: suites)
  func both(suite: String) throws {
    var pair = try DTLSPair(suites: suite)
    _ = pair.run()
    pair.server.rest()
    pair.client.rest()
    for datagram in pair.close(pair.client) { #expect(pair.deliver(datagram, to: pair.server).verdict == .ended) }
    #expect(pair.server.state == .closed)
  }

  @Test("is not ended by what is not authentic, and takes the end of the handshake once more", arguments: suites)
  func forgeries(suite: String) throws {
    var pair = try DTLSPair(suites: suite)
    let handshake = pair.run()
    pair.server.rest()
    let goodbye = try #require(pair.close(pair.client).first)
    // The version of DTLS is authenticated, but for the length of the sealed text, which has to be right.
    for position in goodbye.indices {
      var forged = goodbye
      forged[position] ^= 1
      _ = pair.deliver(forged, to: pair.server)
      #expect(pair.server.state == .connected, "byte \(position)")
    }
    for length in goodbye.indices {
      _ = pair.deliver(Array(goodbye.prefix(length)), to: pair.server)
      #expect(pair.server.state == .connected, "\(length) bytes")
    }
    for datagram in handshake { #expect(pair.deliver(datagram, to: pair.server).verdict == .handled) }
    // Behind other records of the same datagram it counts.
    let last = try #require(handshake.last)
    #expect(pair.deliver(last + goodbye, to: pair.server).verdict == .ended)
  }

  @Test("has no keys to export any more")
  func noKeys() throws {
    var pair = try DTLSPair()
    _ = pair.run()
    let session = try #require(pair.serverSecurity.makeSRTP(from: pair.server))
    session.destroy()
    pair.server.rest()
    #expect(pair.server.state == .connected)
    #expect(pair.server.selectedProfile == nil)
    #expect(pair.serverSecurity.makeSRTP(from: pair.server) == nil)
  }

  @Test("does not come about before the handshake is done")
  func notEarly() throws {
    var pair = try DTLSPair()
    pair.server.rest()
    pair.client.rest()
    _ = pair.run()
    #expect(pair.client.state == .connected)
    #expect(pair.server.state == .connected)
    #expect(pair.server.selectedProfile != nil)
  }

  @Test("a session tells when something authentic came")
  func hasOpened() throws {
    var pair = try DTLSPair()
    _ = pair.run()
    var client = try #require(pair.clientSecurity.makeSRTP(from: pair.client))
    var server = try #require(pair.serverSecurity.makeSRTP(from: pair.server))
    defer {
      client.destroy()
      server.destroy()
    }
    var report = [UInt8](repeating: 0, count: 64)
    report.replaceSubrange(0..<8, with: [0x80, 201, 0, 1, 1, 2, 3, 4])
    let verdict = report.withUnsafeMutableBytes { client.protectRTCP($0, length: 8) }
    guard case .passed(let length) = verdict else {
      Issue.record("not protected")
      return
    }
    var damaged = Array(report[..<length])
    damaged[length - 6] ^= 1
    _ = damaged.withUnsafeMutableBytes { server.unprotectRTCP($0) }
    #expect(!server.hasOpened)
    var whole = Array(report[..<length])
    _ = whole.withUnsafeMutableBytes { server.unprotectRTCP($0) }
    #expect(server.hasOpened)
  }
}
