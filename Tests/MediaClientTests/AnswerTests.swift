import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import Testing

@Suite("A client's offer and the node's answer")
struct AnswerTests {
  private static func exchange() throws -> (client: OpenSSLSecurity, offer: String, mids: OfferedMids, answer: String) {
    let security = try OpenSSLSecurity()
    let client = ClientPeer(
      ClientConfiguration(), security: security, address: TransportAddress(ipv4: 0x7F00_0001, port: 9), seed: 1)
    var random = SeededGenerator(seed: 1)
    let local = LocalDescription(
      fingerprint: security.fingerprint, candidates: ["1 1 udp 2130706431 127.0.0.1 3478 typ host"])
    let answer = try MediaNegotiator.negotiate(offer: client.offer, mids: client.mids, local: local, using: &random)
    return (security, client.offer, client.mids, answer.answer)
  }

  private static func accept(_ answer: String) throws {
    var client = ClientPeer(
      ClientConfiguration(), security: try OpenSSLSecurity(), address: TransportAddress(ipv4: 0x7F00_0001, port: 9),
      seed: 1)
    try client.accept(answer: answer, now: .zero)
    #expect(client.state == .connecting)
  }

  @Test("the offer has the sections of a person, and every slot twice")
  func sections() throws {
    let (_, text, mids, _) = try Self.exchange()
    let offer = try SessionDescription(parsing: text)
    #expect(offer.media.count == 2 + 2 * 10)
    #expect(offer.bundledMids.count == offer.media.count)
    #expect(mids.slots.count == 9)
    let camera = try #require(offer.section(mid: mids.camera ?? ""))
    #expect(camera.rids.map(\.id) == ["q", "h", "f"])
    #expect(camera.sources.isEmpty)
  }

  @Test("the node's answer is accepted")
  func accepted() throws { try Self.accept(Self.exchange().answer) }

  @Test("an answer that lacks something is refused")
  func refused() throws {
    let answer = try Self.exchange().answer
    func without(_ prefix: String) -> String {
      answer.split(separator: "\r\n").filter { !$0.hasPrefix(prefix) }.joined(separator: "\r\n") + "\r\n"
    }
    #expect(throws: ClientError.malformedAnswer) { try Self.accept("nonsense") }
    #expect(throws: ClientError.missingTransport) { try Self.accept(without("a=group:BUNDLE")) }
    #expect(throws: ClientError.missingTransport) { try Self.accept(without("a=ice-ufrag")) }
    #expect(throws: ClientError.missingTransport) { try Self.accept(without("a=fingerprint")) }
    #expect(throws: ClientError.missingStream) { try Self.accept(without("a=ssrc")) }
    #expect(throws: ClientError.wrongSetup) {
      try Self.accept(
        answer.split(separator: "\r\n").map { $0 == "a=setup:passive" ? "a=setup:holdconn" : $0 }
          .joined(separator: "\r\n") + "\r\n")
    }
  }
}
