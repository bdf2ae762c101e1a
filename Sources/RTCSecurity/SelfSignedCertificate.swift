internal import COpenSSL
package import RTCCore

/// A certificate for HTTPS on a server that was given none: ECDSA P-256, valid 825 days (the longest that Apple's
/// clients accept), good for server authentication only, in PEM.
package struct SelfSignedCertificate: Sendable {
  package let certificatePEM: String
  /// PKCS #8, not encrypted: to be stored readable by its owner alone.
  package let privateKeyPEM: String
  package let fingerprint: CertificateFingerprint

  package static let validDays = 825

  /// `names` are DNS names and IP addresses (v4 or v6, without brackets) for the subject alternative names; at least
  /// one.
  package init(names: [String]) throws(SecurityError) {
    guard let first = names.first else { throw .invalidName("") }
    var alternatives: [String] = []
    for name in names { alternatives.append(try Self.alternativeName(name)) }
    let certificate = try KeyedCertificate(
      commonName: String(first.prefix(64)), days: Self.validDays,
      extensions: [
        (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"),
        (NID_subject_alt_name, alternatives.joined(separator: ",")),
      ])
    fingerprint = certificate.fingerprint
    certificatePEM = try Self.text { PEM_write_bio_X509($0, certificate.certificate) }
    privateKeyPEM = try Self.text { PEM_write_bio_PKCS8PrivateKey($0, certificate.key, nil, nil, 0, nil, nil) }
  }

  /// `name` in the syntax of x509v3_config(5). Characters that mean something there cannot be part of a name.
  private static func alternativeName(_ name: String) throws(SecurityError) -> String {
    if let address = a2i_IPADDRESS(name) {
      ASN1_OCTET_STRING_free(address)
      return "IP:" + name
    }
    let isName =
      (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"): true
        default: false
        }
      }
    guard isName else { throw .invalidName(name) }
    return "DNS:" + name
  }

  private static func text(_ write: (OpaquePointer) -> CInt) throws(SecurityError) -> String {
    let memory = try check(BIO_new(BIO_s_mem()))
    defer { BIO_free(memory) }
    try check(write(memory))
    var bytes: UnsafeMutablePointer<CChar>?
    let length = copenssl_bio_get_memory(memory, &bytes)
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
  }
}
