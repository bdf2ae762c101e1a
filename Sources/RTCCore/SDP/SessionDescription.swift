/// A session description as WebRTC uses SDP (RFC 8866, RFC 9429): the parts that are negotiated here have types, the
/// rest is kept as text. Times, e-mail, telephone and key lines carry nothing for us and are not kept.
package struct SessionDescription: Hashable, Sendable {
  /// Bytes of the longest description that is read. An offer of Chromium with ten slots and all of its codecs has 70 kB.
  package static let maximumLength = 131_072
  package static let maximumMediaCount = 96

  package var origin: SDPOrigin
  /// The `s=` line.
  package var name = "-"
  package var groups: [SDPGroup] = []
  /// `a=extmap-allow-mixed` for all sections (RFC 8285 §6).
  package var allowsMixedExtensions = false
  /// `a=ice-lite`.
  package var isICELite = false
  /// What holds for the sections that do not say otherwise.
  package var transport = SDPTransport()
  /// Session attributes without a type here.
  package var attributes: [SDPAttribute] = []
  package var media: [MediaDescription] = []

  package init(origin: SDPOrigin) { self.origin = origin }

  /// The mids of the BUNDLE group in its order; empty without one (RFC 9143).
  package var bundledMids: [String] {
    groups.first { $0.semantics == "BUNDLE" }?.mids ?? []
  }

  /// The transport attributes that hold for a section: its own, and the session's for what it leaves out.
  package func transport(of section: MediaDescription) -> SDPTransport {
    section.transport.completed(by: transport)
  }

  /// `a=extmap-allow-mixed` at either level.
  package func allowsMixedExtensions(in section: MediaDescription) -> Bool {
    allowsMixedExtensions || section.allowsMixedExtensions
  }

  package func section(mid: String) -> MediaDescription? {
    media.first { $0.mid == mid }
  }
}

/// The `o=` line, without its address: it is a placeholder in WebRTC.
package struct SDPOrigin: Hashable, Sendable {
  package var username: String
  package var sessionID: UInt64
  package var version: UInt64

  package init(username: String = "-", sessionID: UInt64, version: UInt64) {
    self.username = username
    self.sessionID = sessionID
    self.version = version
  }
}

/// `a=group` (RFC 5888).
package struct SDPGroup: Hashable, Sendable {
  package var semantics: String
  package var mids: [String]

  package init(semantics: String, mids: [String]) {
    self.semantics = semantics
    self.mids = mids
  }
}

/// An attribute as text; `value` is nil for a property attribute, which has no colon.
package struct SDPAttribute: Hashable, Sendable {
  package var name: String
  package var value: String?

  package init(name: String, value: String? = nil) {
    self.name = name
    self.value = value
  }
}

/// ICE and DTLS parameters, of the session or of one section (RFC 8839, RFC 8122, RFC 4145).
package struct SDPTransport: Hashable, Sendable {
  package enum Setup: String, Sendable {
    case actpass, active, passive, holdconn
  }

  package var iceUfrag: String?
  package var icePwd: String?
  package var iceOptions: [String] = []
  package var fingerprints: [SDPFingerprint] = []
  package var setup: Setup?

  package init() {}

  func completed(by session: SDPTransport) -> SDPTransport {
    var result = self
    result.iceUfrag = iceUfrag ?? session.iceUfrag
    result.icePwd = icePwd ?? session.icePwd
    result.setup = setup ?? session.setup
    if iceOptions.isEmpty { result.iceOptions = session.iceOptions }
    if fingerprints.isEmpty { result.fingerprints = session.fingerprints }
    return result
  }
}

/// `a=fingerprint`: the hash function in lower case, and colon-separated hexadecimal as written.
package struct SDPFingerprint: Hashable, Sendable {
  package var algorithm: String
  package var value: String

  package init(algorithm: String, value: String) {
    self.algorithm = algorithm
    self.value = value
  }
}
