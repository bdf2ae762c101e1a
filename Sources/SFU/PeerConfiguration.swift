package import RTCCore

/// Everything that a media node needs to know about a peer's session; made by `MediaNegotiator` from offer and answer.
package struct PeerConfiguration: Sendable {
  /// Our half of ICE, as written in the answer (RFC 8839 §5.4).
  package var localCredentials: ICECredentials
  /// The user fragment of the offer, which every check must name.
  package var remoteUfrag: String
  /// SHA-256 of the certificate that the offer promises (RFC 8122).
  package var remoteFingerprint: CertificateFingerprint
  /// Header extension ids of the bundle, the offer's own (RFC 8285 §6).
  package var extensions: RTPExtensionMap
  /// True when the offer said `extmap-allow-mixed`.
  package var allowsMixedExtensions: Bool
  /// SSRC that the node's own feedback is sent from.
  package var localSSRC: UInt32
  /// What the peer may send, at most one per `SourceKind`.
  package var sources: [SourceConfiguration]
  /// Person slots in order, 0...32.
  package var slots: [SlotConfiguration]
  package var screenSlot: SlotConfiguration?
}

/// An m-line on which the peer sends.
package struct SourceConfiguration: Hashable, Sendable {
  package var kind: SourceKind
  package var mid: String
  package var payloadType: UInt8
  /// Payload type of the retransmission format, when the offer had one (RFC 4588).
  package var rtxPayloadType: UInt8?
  /// Of VP9, when the offer had it beside VP8.
  package var vp9: VP9PayloadTypes?
  /// Restriction ids of the simulcast layers, smallest picture first; empty without simulcast (RFC 8853).
  package var rids: [String]
  /// SSRCs that the offer declares, each with its retransmission SSRC; at most four.
  package var ssrcs: [DeclaredSSRC]
}

/// `a=ssrc` with its `a=ssrc-group:FID` partner (RFC 5576 §4.2).
package struct DeclaredSSRC: Hashable, Sendable {
  package var primary: UInt32
  package var rtx: UInt32?
}

/// A pair of m-lines on which the peer receives one participant, or the shared screen.
package struct SlotConfiguration: Hashable, Sendable {
  package var audio: SlotTrackConfiguration?
  package var video: SlotTrackConfiguration?
  /// RTCP CNAME common to audio and video, so that the receiver plays them in sync (RFC 3550 §6.5.1).
  package var cname: String
}

/// One m-line on which the peer receives.
package struct SlotTrackConfiguration: Hashable, Sendable {
  package var mid: String
  package var payloadType: UInt8
  package var rtxPayloadType: UInt8?
  /// Of VP9, which comes on the same SSRCs, when the offer had it beside VP8.
  package var vp9: VP9PayloadTypes?
  package var ssrc: UInt32
  package var rtxSSRC: UInt32?
}

/// The second video format of an m-line (RFC 9628), and its retransmission format.
package struct VP9PayloadTypes: Hashable, Sendable {
  package var media: UInt8
  package var rtx: UInt8?
}
