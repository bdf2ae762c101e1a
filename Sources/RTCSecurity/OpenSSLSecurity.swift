internal import COpenSSL
package import RTCCore

/// `RTCSecurityProvider` over Debian's OpenSSL: one certificate and one DTLS 1.2 configuration, made at start.
///
/// Unchecked Sendable: nothing in it changes after `init`, and libssl counts references to a context atomically.
package final class OpenSSLSecurity: RTCSecurityProvider, @unchecked Sendable {
  package typealias Primitives = OpenSSLPrimitives

  package let fingerprint: CertificateFingerprint
  private let context: OpaquePointer

  /// Makes a fresh certificate: a node has no identity that outlives it. `profiles` are in order of preference.
  package convenience init(profiles: [SRTPProfile] = SRTPProfile.allCases) throws(SecurityError) {
    try self.init(profiles: profiles, suites: Self.cipherSuites)
  }

  /// With cipher suites of DTLS as OpenSSL names them, separated by colons.
  package init(profiles: [SRTPProfile], suites: String) throws(SecurityError) {
    let certificate = try KeyedCertificate(commonName: "WebRTC", days: 30)
    fingerprint = certificate.fingerprint
    context = try check(SSL_CTX_new(DTLS_method()))
    try configure(certificate, profiles, suites)
  }

  deinit { SSL_CTX_free(context) }

  package func makeDTLS(role: DTLSRole, peer: CertificateFingerprint) -> OpenSSLDTLS? {
    OpenSSLDTLS(context: context, role: role, peer: peer)
  }

  package func makeSRTP(from dtls: OpenSSLDTLS) -> OpenSSLSRTP? {
    guard let ssl = dtls.ssl, let (profile, client, server) = dtls.exportKeys() else { return nil }
    return SSL_is_server(ssl) == 1
      ? OpenSSLSRTP(profile: profile, inbound: client, outbound: server)
      : OpenSSLSRTP(profile: profile, inbound: server, outbound: client)
  }

  private func configure(_ certificate: KeyedCertificate, _ profiles: [SRTPProfile], _ suites: String)
    throws(SecurityError)
  {
    try check(copenssl_ctx_require_dtls12(context))
    try check(SSL_CTX_set_cipher_list(context, suites))
    try check(copenssl_ctx_set_groups(context, "X25519:P-256:P-384"))
    try check(SSL_CTX_use_certificate(context, certificate.certificate))
    try check(SSL_CTX_use_PrivateKey(context, certificate.key))
    // The use_srtp functions are the ones that return 0 for success.
    guard profiles.isEmpty || SSL_CTX_set_tlsext_use_srtp(context, profiles.map(Self.name).joined(separator: ":")) == 0
    else { throw .fromLibrary() }
    copenssl_ctx_set_options(context)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    SSL_CTX_set_cert_verify_callback(context, { store, _ in OpenSSLSecurity.verify(store) ? 1 : 0 }, nil)
  }

  /// No authority vouches for WebRTC's certificates: the fingerprint is the whole check, done by the association.
  private static func verify(_ store: OpaquePointer?) -> Bool {
    guard let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
      let owner = SSL_get_ex_data(OpaquePointer(ssl), 0)
    else { return false }
    let association = Unmanaged<OpenSSLDTLS>.fromOpaque(owner).takeUnretainedValue()
    let accepted = association.verify(X509_STORE_CTX_get0_cert(store))
    X509_STORE_CTX_set_error(store, accepted ? X509_V_OK : X509_V_ERR_CERT_REJECTED)
    return accepted
  }

  private static func name(_ profile: SRTPProfile) -> String {
    switch profile {
    case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
    case .aes128CMHMACSHA1_80: "SRTP_AES128_CM_SHA1_80"
    }
  }

  /// Forward secret and authenticated, what every WebRTC peer has; RSA is for servers we meet as a client.
  package static let cipherSuites = """
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:\
    ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305
    """
}
