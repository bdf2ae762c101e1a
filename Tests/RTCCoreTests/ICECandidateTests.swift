import RTCCore
import Testing

@Suite struct ICECandidateTests {
  private func failure(_ text: String) -> ICECandidateError? {
    do throws(ICECandidateError) {
      _ = try ICECandidate(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "candidates of browsers are read",
    arguments: [
      "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 10.0.17.1 rport 46154 generation 0 ufrag EEtu",
      "0 1 UDP 2122252543 192.0.2.7 46154 typ srflx raddr 0.0.0.0 rport 0",
      "candidate:a+/9 1 udp 1 2001:db8::7 46154 typ relay",
    ])
  func browsers(text: String) throws {
    let candidate = try ICECandidate(parsing: text)
    #expect(candidate.address.port == 46154)
    #expect(candidate.component == 1)
    #expect(candidate.transport == .udp)
  }

  @Test("TCP candidates keep their type")
  func tcp() throws {
    let candidate = try ICECandidate(parsing: "1 1 tcp 1 192.0.2.7 9 typ host tcptype active generation 0")
    #expect(candidate.tcpType == "active")
    #expect(candidate.text() == "1 1 tcp 1 192.0.2.7 9 typ host tcptype active")
  }

  @Test("a written candidate is read back")
  func roundTrip() throws {
    let address = try #require(TransportAddress.parse("2001:db8::9", port: 7000))
    let candidate = ICECandidate.host(address)
    #expect(try ICECandidate(parsing: candidate.text()) == candidate)
    #expect(candidate.priority == 2_130_706_431)
  }

  @Test("names are never looked up: mDNS ones are an ordinary thing, others are refused")
  func names() {
    #expect(
      failure("1 1 udp 1 d4a5f3c1-9c1b-4b65-a9c6-d9a4b93e1b33.local 50000 typ host") == .mdnsName)
    #expect(failure("1 1 udp 1 example.org 50000 typ host") == .name)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "candidate:", "1 1 udp 1 192.0.2.7 70000 typ host", "1 0 udp 1 192.0.2.7 1 typ host",
      "1 1 sctp 1 192.0.2.7 1 typ host", "1 1 udp -1 192.0.2.7 1 typ host", "1 1 udp 1 192.0.2.7 1 type host",
      "é 1 udp 1 192.0.2.7 1 typ host", "1 1 udp 1 192.0.2.7 1 typ host tcptype",
      String(repeating: "1", count: 33) + " 1 udp 1 192.0.2.7 1 typ host", String(repeating: "1 ", count: 2000),
    ])
  func refused(text: String) {
    #expect(failure(text) == .malformed)
  }

  @Test("credentials have the characters and lengths of RFC 8839, and are not printed")
  func credentials() throws {
    var random = ICETestRandom(seed: 1)
    let made = ICECredentials(using: &random)
    #expect(ICECredentials(ufrag: made.ufrag, password: made.password) == made)
    #expect(made != ICECredentials(using: &random))
    #expect("\(made)" == "‹hidden›")
    let password = String(repeating: "p", count: 22)
    #expect(ICECredentials(ufrag: "abc", password: password) == nil)
    #expect(ICECredentials(ufrag: "ab:d", password: password) == nil)
    #expect(ICECredentials(ufrag: "abcd", password: "short") == nil)
    #expect(ICECredentials(ufrag: String(repeating: "a", count: 257), password: password) == nil)
  }

  @Test(
    "the routing key of a username is that of the fragment in front of its colon",
    arguments: [
      ("LOCALufr:rem8", "LOCALufr"), ("abcd:x", "abcd"), (":x", nil), ("abcd", nil), ("", nil), ("ninechars:x", nil),
    ] as [(String, String?)])
  func routingKey(username: String, ufrag: String?) {
    let key = Array(username.utf8).withUnsafeBytes { ICERoutingKey(localUfragOf: $0) }
    #expect(key == ufrag.flatMap { ICERoutingKey(ufrag: $0) })
  }
}
