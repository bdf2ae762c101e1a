/// Why an ICE agent took no notice of a STUN message. Each case is a counter.
package enum ICEDropReason: UInt8, Hashable, Sendable, CaseIterable {
  /// No FINGERPRINT, or a wrong one (RFC 8445 §7.1: ICE requires it).
  case badFingerprint
  /// USERNAME is missing or names another session.
  case wrongUsername
  /// MESSAGE-INTEGRITY is missing or made with another password.
  case badIntegrity
  /// A response to nothing that was asked, or from an address that was not asked.
  case unexpectedResponse
  /// An indication: it keeps bindings alive and asks for nothing.
  case indication
}

/// What an agent did with a STUN message.
package enum ICEVerdict: Hashable, Sendable {
  /// An authenticated request was answered with success; `isNewPair` if its address was not validated before.
  case answered(isNewPair: Bool)
  /// An authenticated request was answered with this error: 420 (unknown attribute) or 487 (role conflict).
  case refused(code: Int)
  /// A response to one of our own checks was taken.
  case response
  case dropped(ICEDropReason)
}
