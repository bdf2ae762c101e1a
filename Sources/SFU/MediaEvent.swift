/// What the media node tells the server.
package enum MediaEvent: Hashable, Sendable {
  /// ICE, DTLS and SRTP stand: media can flow.
  case connected(PeerID)
  /// The media session ended by itself and is gone from the node. The peer may be added again.
  case disconnected(PeerID, reason: DisconnectReason)
  /// A slot of `receiver` now carries another source, or none. Person slots are 0..<n; the screen slot is 0.
  case slotChanged(receiver: PeerID, slot: Int, kind: SlotKind, source: PeerID?)
  /// Which layers of a source somebody takes, as bits, the smallest picture lowest: the others need not be sent.
  /// `isScalable`: everybody in the room can take them as the spatial layers of one VP9 stream.
  case sendLayers(PeerID, SourceKind, layers: UInt8, isScalable: Bool = false)
  /// The way to a receiver has changed enough to be told; see `PathAdvice`.
  case path(PeerID, PathReport)
}

/// Why a media session ended.
package enum DisconnectReason: UInt8, Hashable, Sendable {
  /// No valid connectivity check for 30 s (RFC 7675), or none since the session began.
  case consentExpired
  /// The handshake failed: wrong fingerprint, no common SRTP profile, or an alert.
  case dtlsFailed
  /// The other side closed DTLS.
  case closed
  /// The node serves as many peers as it was configured for.
  case nodeFull
}
