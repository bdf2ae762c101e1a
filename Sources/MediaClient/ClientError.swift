/// Why an answer cannot be used.
package enum ClientError: Error, Hashable, Sendable {
  /// Not SDP.
  case malformedAnswer
  /// No bundle, or its first section names no user fragment, password or SHA-256 fingerprint.
  case missingTransport
  /// The node wants to be the DTLS client, as we are.
  case wrongSetup
  /// No Opus or no VP8 in a section that was accepted, or a receive section without an SSRC.
  case missingStream
  /// Memory has run out.
  case outOfMemory
}
