/// Why the other end's description cannot be used.
package enum ClientError: Error, Hashable, Sendable {
  /// Not SDP.
  case malformedAnswer
  /// No bundle, or its first section names no user fragment, password or SHA-256 fingerprint.
  case missingTransport
  /// It leaves nobody to begin the DTLS handshake.
  case wrongSetup
  /// No Opus or no VP8 in a section that was accepted, or a receive section without an SSRC.
  case missingStream
  /// Memory has run out.
  case outOfMemory
}
