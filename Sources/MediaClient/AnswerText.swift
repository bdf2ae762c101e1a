internal import RTCCore

/// The answer of a client that only receives: takes each section that sends Opus or VP8 as it is offered, as the active
/// side of DTLS, and refuses the others.
enum AnswerText {
  static func write(
    to offer: RemoteDescription, credentials: ICECredentials, fingerprint: CertificateFingerprint,
    candidates: [ICECandidate], sessionID: UInt64
  ) -> String {
    var transport = SDPTransport()
    transport.iceUfrag = credentials.ufrag
    transport.icePwd = credentials.password
    transport.fingerprints = [SDPFingerprint(algorithm: "sha-256", value: fingerprint.sdp)]
    transport.setup = .active
    var session = SessionDescription(origin: SDPOrigin(sessionID: sessionID, version: 2))
    session.allowsMixedExtensions = offer.session.allowsMixedExtensions
    session.media = offer.session.media.map { answer($0, transport) }
    let accepted = session.media.filter { !$0.isRejected }.compactMap(\.mid)
    session.groups = [SDPGroup(semantics: "BUNDLE", mids: accepted)]
    if let first = session.media.firstIndex(where: { !$0.isRejected }) {
      session.media[first].candidates = candidates.map { $0.text() }
    }
    return session.text()
  }

  private static func answer(_ offered: MediaDescription, _ transport: SDPTransport) -> MediaDescription {
    var section = MediaDescription(kind: offered.kind, transportProtocol: offered.transportProtocol)
    section.mid = offered.mid
    section.connection = "IN IP4 0.0.0.0"
    guard !offered.isRejected, offered.direction.sends,
      let codec = offered.codec(named: offered.kind == .video ? "VP8" : "opus")
    else {
      section.port = 0
      section.direction = .inactive
      section.codecs = Array(offered.codecs.prefix(1))
      section.formats = offered.formats
      return section
    }
    section.transport = transport
    section.direction = .recvonly
    section.hasRTCPMux = true
    section.hasReducedSizeRTCP = offered.hasReducedSizeRTCP
    section.codecs = [codec, offered.retransmission(of: codec.payloadType)].compactMap { $0 }
    section.headerExtensions = offered.headerExtensions.filter { RTPExtensionKind(uri: $0.uri) != nil }
    for index in section.headerExtensions.indices { section.headerExtensions[index].direction = nil }
    return section
  }
}
