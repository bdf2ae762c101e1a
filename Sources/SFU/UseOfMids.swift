internal import RTCCore

/// What each m-line of an offer is for, checked: every mid that was named exists once, is of the right kind and direction,
/// and belongs to the bundle.
struct UseOfMids {
  enum Use {
    /// The peer sends.
    case source(SourceKind)
    /// The peer receives; the name is that of the slot.
    case slot(String)
  }

  private var uses: [String: Use] = [:]

  init(_ mids: OfferedMids, in offer: SessionDescription) throws(NegotiationError) {
    let bundle = offer.bundledMids
    guard !bundle.isEmpty else { throw .notBundled }
    for kind in SourceKind.allCases {
      guard let mid = mids[kind] else { continue }
      let section = try add(mid, .source(kind), in: offer, bundle)
      guard section.direction.sends, section.kind == (kind.isVideo ? .video : .audio) else { throw .wrongMediaKind }
    }
    for (index, slot) in mids.slots.enumerated() { try add(slot, "slot\(index)", in: offer, bundle) }
    if let slot = mids.screenSlot { try add(slot, "screen", in: offer, bundle) }
  }

  subscript(section: MediaDescription) -> Use? { section.mid.flatMap { uses[$0] } }

  private mutating func add(
    _ slot: SlotMids, _ name: String, in offer: SessionDescription, _ bundle: [String]
  ) throws(NegotiationError) {
    if let mid = slot.audio {
      let section = try add(mid, .slot(name), in: offer, bundle)
      guard section.direction.receives, section.kind == .audio else { throw .wrongMediaKind }
    }
    if let mid = slot.video {
      let section = try add(mid, .slot(name), in: offer, bundle)
      guard section.direction.receives, section.kind == .video else { throw .wrongMediaKind }
    }
  }

  private mutating func add(
    _ mid: String, _ use: Use, in offer: SessionDescription, _ bundle: [String]
  ) throws(NegotiationError) -> MediaDescription {
    guard let section = offer.section(mid: mid), uses[mid] == nil else { throw .unknownMid }
    guard StreamToken(mid) != nil else { throw .tooMuch }
    guard bundle.contains(mid) else { throw .notBundled }
    guard section.isRTP, !section.isRejected else { throw .wrongMediaKind }
    guard section.hasRTCPMux else { throw .missingRTCPMux }
    uses[mid] = use
    return section
  }
}

/// The other side's half of ICE and DTLS, as far as a lite and passive node needs it.
struct RemoteTransport {
  let ufrag: String
  let fingerprint: CertificateFingerprint

  init(_ transport: SDPTransport) throws(NegotiationError) {
    guard let ufrag = transport.iceUfrag, let password = transport.icePwd,
      ICECredentials(ufrag: ufrag, password: password) != nil
    else { throw .missingICECredentials }
    self.ufrag = ufrag

    var found: CertificateFingerprint?
    for item in transport.fingerprints where item.algorithm == "sha-256" {
      guard let parsed = CertificateFingerprint(sdp: item.value), found == nil || found == parsed else {
        throw .missingFingerprint
      }
      found = parsed
    }
    guard let found else { throw .missingFingerprint }
    fingerprint = found

    // An offer without a role is from a client (RFC 4145 §4.1).
    guard transport.setup ?? .active == .actpass || transport.setup ?? .active == .active else { throw .wrongSetup }
  }
}
