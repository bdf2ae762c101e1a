/// Why an offer was refused. The raw value is the machine word that signalling may pass on.
package enum NegotiationError: String, Error, Hashable, Sendable {
  /// Not SDP, or beyond the limits of the parser.
  case malformedSDP = "malformed_sdp"
  /// No BUNDLE group, or an m-line in use outside of it: this node has one transport a peer.
  case notBundled = "not_bundled"
  case missingICECredentials = "missing_ice_credentials"
  /// No SHA-256 fingerprint, or two that differ.
  case missingFingerprint = "missing_fingerprint"
  /// The offer wants to be the DTLS server, and so does this node.
  case wrongSetup = "wrong_setup"
  case missingRTCPMux = "missing_rtcp_mux"
  /// A mid was named that no m-line has, or that was named twice.
  case unknownMid = "unknown_mid"
  /// A mid of another kind or direction than its use needs.
  case wrongMediaKind = "wrong_media_kind"
  /// No Opus in an audio m-line, or no VP8 in a video m-line.
  case missingCodec = "missing_codec"
  /// One header extension has two ids within the bundle, or an id is out of range.
  case conflictingExtensions = "conflicting_extensions"
  /// More than 32 slots, three simulcast layers or four declared SSRC pairs.
  case tooMuch = "too_much"
}
