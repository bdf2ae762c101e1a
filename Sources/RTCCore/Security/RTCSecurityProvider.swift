/// Everything cryptographic that an SFU or a WebRTC client needs, behind one type parameter: no existential, and a pure
/// module never names a library. One provider has one certificate, made when it is made.
package protocol RTCSecurityProvider: Sendable {
  associatedtype Primitives: RTCPrimitives
  associatedtype DTLS: DTLSTransport
  associatedtype SRTP: SRTPSession

  /// Of this end's certificate, for the SDP.
  var fingerprint: CertificateFingerprint { get }

  /// A new association that accepts only the certificate `peer`; nil when memory has run out. The caller destroys it.
  func makeDTLS(role: DTLSRole, peer: CertificateFingerprint) -> DTLS?

  /// SRTP under the keys that a connected `dtls` exports (RFC 5764 §4.2); nil unless it is connected. The keys never
  /// leave the provider, and the session does not need `dtls` afterwards. The caller destroys it.
  func makeSRTP(from dtls: DTLS) -> SRTP?
}
