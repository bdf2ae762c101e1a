import Bytes
import RTCCore
import RTCSecurity
import Testing

@Suite("DTLS handshake")
struct DTLSHandshakeTests {
  @Test("two ends connect, and what one seals with the keys the other opens")
  func connects() throws {
    var pair = try DTLSPair()
    _ = pair.run()
    #expect(pair.client.state == .connected)
    #expect(pair.server.state == .connected)
    #expect(pair.client.nextDeadline == .distantFuture)
    #expect(pair.server.nextDeadline == .distantFuture)
    let a = try #require(pair.clientSecurity.makeSRTP(from: pair.client))
    let b = try #require(pair.serverSecurity.makeSRTP(from: pair.server))
    defer {
      a.destroy()
      b.destroy()
    }
    let packet = rtpPacket(sequence: 1)
    #expect(try b.openRTP(a.sealRTP(packet).get()).get() == packet)
    #expect(try a.openRTP(b.sealRTP(packet).get()).get() == packet)
    #expect(try a.openRTCP(b.sealRTCP(rtcpPacket()).get()).get() == rtcpPacket())
  }

  @Test("GCM is chosen when both have it, counter mode when one has not")
  func profiles() throws {
    var both = try DTLSPair()
    _ = both.run()
    #expect(both.server.selectedProfile == .aeadAES128GCM)
    var old = try DTLSPair(clientProfiles: [.aes128CMHMACSHA1_80])
    _ = old.run()
    #expect(old.server.selectedProfile == .aes128CMHMACSHA1_80)
    #expect(old.client.selectedProfile == .aes128CMHMACSHA1_80)
  }

  @Test("no datagram is longer than 1,200 bytes, and each is whole records")
  func datagramSizes() throws {
    var pair = try DTLSPair()
    let sent = pair.run()
    #expect(sent.count >= 4)
    for datagram in sent {
      #expect(datagram.count <= OpenSSLDTLS.largestDatagram)
      var offset = 0
      while offset + 13 <= datagram.count {
        offset += 13 + Int(datagram[offset + 11]) << 8 + Int(datagram[offset + 12])
      }
      #expect(offset == datagram.count)
    }
  }

  @Test("a lossy, reordering, duplicating link only delays it", arguments: 1...40 as ClosedRange<UInt64>)
  func badLink(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var pair = try DTLSPair()
    _ = pair.run { flight in
      let copies = flight.flatMap { datagram -> [[UInt8]] in
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: []
        case 3: [datagram, datagram]
        default: [datagram]
        }
      }
      return copies.shuffled(using: &random)
    }
    #expect(pair.client.state == .connected)
    #expect(pair.server.state == .connected)
  }

  @Test("the last flight is repeated for a client that did not get it")
  func lastFlightLost() throws {
    var pair = try DTLSPair()
    var toServer = pair.start()
    var lost = false
    while pair.server.state == .handshaking || !lost {
      var toClient: [[UInt8]] = []
      for datagram in toServer { toClient += pair.deliver(datagram, to: pair.server).answer }
      if pair.server.state == .connected {
        lost = true
      } else {
        toServer = toClient.flatMap { pair.deliver($0, to: pair.client).answer }
      }
    }
    #expect(pair.client.state == .handshaking)
    pair.now = pair.client.nextDeadline
    let again = pair.advance(pair.client)
    let answer = again.flatMap { pair.deliver($0, to: pair.server).answer }
    for datagram in answer { _ = pair.deliver(datagram, to: pair.client) }
    #expect(pair.client.state == .connected)
  }

  @Test("silence makes retransmissions rarer, and ends the handshake after 30 s")
  func silence() throws {
    var pair = try DTLSPair()
    let begin = pair.now
    _ = pair.start()
    var times: [Int64] = []
    while pair.client.state == .handshaking {
      pair.now = pair.client.nextDeadline
      if !pair.advance(pair.client).isEmpty { times.append((pair.now - begin).milliseconds) }
    }
    #expect(times == [200, 600, 1400, 3000, 6200, 9400, 12600, 15800, 19000, 22200, 25400, 28600])
    #expect(pair.client.state == .failed(.timeout))
    #expect(pair.now - begin == .seconds(30))
    #expect(pair.client.nextDeadline == .distantFuture)
  }

  @Test("nothing is due before its time, whatever the wall clock says")
  func notEarly() throws {
    var pair = try DTLSPair()
    _ = pair.start()
    pair.now = pair.client.nextDeadline - .microseconds(1)
    #expect(pair.advance(pair.client).isEmpty)
  }

  @Test("close_notify ends both")
  func close() throws {
    var pair = try DTLSPair()
    _ = pair.run()
    let goodbye = pair.close(pair.client)
    #expect(pair.client.state == .closed)
    #expect(!goodbye.isEmpty)
    for datagram in goodbye { #expect(pair.deliver(datagram, to: pair.server).verdict == .ended) }
    #expect(pair.server.state == .closed)
    #expect(pair.serverSecurity.makeSRTP(from: pair.server) == nil)
  }

  @Test("keys are not to be had before the handshake is done")
  func noKeysEarly() throws {
    var pair = try DTLSPair()
    for datagram in pair.start() { _ = pair.deliver(datagram, to: pair.server) }
    #expect(pair.clientSecurity.makeSRTP(from: pair.client) == nil)
    #expect(pair.serverSecurity.makeSRTP(from: pair.server) == nil)
  }
}
