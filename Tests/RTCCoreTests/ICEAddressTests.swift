import RTCCore
import Testing

@Suite struct ICEAddressTests {
  @Test(
    "addresses are read, and written in canonical form (RFC 5952)",
    arguments: [
      ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
      ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("fe80:0:0:0:0:0:0:1", "fe80::1"), ("0:0:0:0:0:0:0:0", "::"), ("::ffff:192.0.2.1", "192.0.2.1"),
      ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
    ])
  func text(given: String, canonical: String) throws {
    let address = try #require(TransportAddress.parse(given, port: 9))
    #expect(address.textForCandidate() == canonical)
    #expect(TransportAddress.parse(canonical, port: 9) == address)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9", "12345::", "::g", "[::1]", "fe80::1%eth0", "1:2:3:4:5:6:7::8", "1.2.3.4::", "::1.2.3",
      "host.local", "1:2:3:4:5:6:7:1.2.3.4", "-1.0.0.0", String(repeating: "1", count: 10_000),
    ])
  func refused(text: String) {
    #expect(TransportAddress.parse(text, port: 9) == nil)
  }

  @Test("an address is not printed by accident")
  func hidden() throws {
    let address = try #require(TransportAddress.parse("192.0.2.55", port: 4000))
    #expect("\(address)" == "‹hidden›")
    #expect("\(ICECandidate.host(address))" == "‹hidden›")
  }

  @Test(
    "private space is known as such",
    arguments: [
      ("10.1.2.3", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.9.9", true), ("169.254.0.1", true),
      ("100.64.0.1", true), ("100.128.0.1", false), ("8.8.8.8", false), ("fe80::1", true), ("fd00::1", true),
      ("2001:db8::1", false), ("fec0::1", false),
    ])
  func privateSpace(text: String, isPrivate: Bool) {
    #expect(TransportAddress.parse(text, port: 1)?.isPrivate == isPrivate)
  }
}
