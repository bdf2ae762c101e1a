import RTCCore
import RTCSecurity
import Testing

@Suite("Certificates")
struct CertificateTests {
  @Test("each start has a certificate of its own")
  func fresh() throws {
    #expect(try OpenSSLSecurity().fingerprint != OpenSSLSecurity().fingerprint)
  }

  @Test("a fingerprint survives SDP, in either case of letters")
  func fingerprint() throws {
    let fingerprint = try OpenSSLSecurity().fingerprint
    #expect(fingerprint.sdp.utf8.count == 95)
    #expect(CertificateFingerprint(sdp: fingerprint.sdp) == fingerprint)
    #expect(CertificateFingerprint(sdp: fingerprint.sdp.lowercased()) == fingerprint)
  }

  @Test(
    "what is not 32 pairs of digits is no fingerprint",
    arguments: [
      "", "AB", "AB:", Array(repeating: "AB", count: 31).joined(separator: ":"),
      Array(repeating: "AB", count: 33).joined(separator: ":"),
      Array(repeating: "AG", count: 32).joined(separator: ":"),
      Array(repeating: "AB", count: 32).joined(separator: "-"), String(repeating: "A", count: 95),
    ])
  func notFingerprint(_ text: String) {
    #expect(CertificateFingerprint(sdp: text) == nil)
  }

  @Test("a certificate for HTTPS comes as PEM with its key")
  func selfSigned() throws {
    let made = try SelfSignedCertificate(names: ["meet.example.org", "127.0.0.1", "::1", "localhost"])
    #expect(made.certificatePEM.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    #expect(made.certificatePEM.hasSuffix("-----END CERTIFICATE-----\n"))
    #expect(made.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try made.certificatePEM != SelfSignedCertificate(names: ["localhost"]).certificatePEM)
  }

  @Test(
    "a name that would say more than a name is refused",
    arguments: ["", "a,DNS:b", "a b", "a\nb", "[::1]", "a:b", "email:x@y", String(repeating: "a", count: 254)])
  func badName(_ name: String) {
    #expect(throws: SecurityError.invalidName(name)) { try SelfSignedCertificate(names: [name]) }
  }
}
