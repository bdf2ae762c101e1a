package import RTCCore

/// Which m-lines of an offer serve what, as the client says in signalling.
package struct OfferedMids: Hashable, Sendable {
  package var microphone: String?
  package var camera: String?
  package var screen: String?
  package var screenAudio: String?
  /// Person slots in order, 0...32.
  package var slots: [SlotMids]
  package var screenSlot: SlotMids?

  package init(
    microphone: String? = nil, camera: String? = nil, screen: String? = nil, screenAudio: String? = nil,
    slots: [SlotMids] = [], screenSlot: SlotMids? = nil
  ) {
    self.microphone = microphone
    self.camera = camera
    self.screen = screen
    self.screenAudio = screenAudio
    self.slots = slots
    self.screenSlot = screenSlot
  }
}

/// The two receive m-lines of a slot; either may be missing.
package struct SlotMids: Hashable, Sendable {
  package var audio: String?
  package var video: String?

  package init(audio: String?, video: String?) {
    self.audio = audio
    self.video = video
  }
}

/// What this node puts into its answers.
package struct LocalDescription: Sendable {
  /// SHA-256 of the node's DTLS certificate.
  package var fingerprint: CertificateFingerprint
  /// Values of `a=candidate` lines, without the attribute's name (RFC 8839 §5.1).
  package var candidates: [String]

  package init(fingerprint: CertificateFingerprint, candidates: [String]) {
    self.fingerprint = fingerprint
    self.candidates = candidates
  }
}

/// Turns a client's one offer into the answer and the peer's configuration (RFC 8829, RFC 9429). Pure: credentials and
/// SSRCs come from the generator that is handed in, which must be cryptographically strong in service.
package enum MediaNegotiator {
  /// Answers `sdp`: ICE-lite, passive DTLS, one bundle, Opus and VP8 with RTX alone. M-lines that `mids` does not name are
  /// refused (port 0). Every slot gets SSRCs, an msid of `slotK` and a CNAME of its own that last as long as the session.
  package static func negotiate(
    offer sdp: String, mids: OfferedMids, local: LocalDescription, using random: inout some RandomNumberGenerator
  ) throws(NegotiationError) -> (answer: String, peer: PeerConfiguration) {
    throw .malformedSDP
  }
}
