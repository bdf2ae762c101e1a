/// The primitives that rules are checked with: those of the group's suite. Clients have them of their MLS suite, the node of
/// its delivery service.
package protocol RulesVerifier {
  static func sha256(_ message: [UInt8]) -> [UInt8]

  /// Whether `signature` is one of `message` by the suite. False for anything malformed.
  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool
}

/// Why rules are not in force.
package enum RulesError: UInt8, Error, Sendable, CaseIterable {
  /// The bytes are no rules.
  case malformed = 1
  case ofAnotherGroup
  /// The host key is not the one that the link names, or the link names none.
  case wrongHostKey
  case badSignature
  /// As old as those in force or older, or none in their place.
  case rolledBack
  /// Neither the host nor a co-host, or a co-host who changes what only the host may.
  case signerNotAllowed
}
