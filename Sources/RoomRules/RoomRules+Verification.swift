import MLSWire

extension RoomRules {
  /// Bytes of `H` in a link: the beginning of SHA-256 of the host's key.
  package static let hostDigestLength = 10
  private static var label: String { "tertulia rules 2" }

  /// What the signer's key signs.
  package var contentToSign: [UInt8] { LabelledContent.wire(label: Self.label, content: toBeSigned) }

  /// Checks what can be said of rules alone: whose word they are, and that they are about this group. `hostDigest` is `H`
  /// of the link, 10 bytes, nil where it names no host.
  package func verify<Verifier: RulesVerifier>(
    groupID: [UInt8], hostDigest: [UInt8]?, as verifier: Verifier.Type
  ) throws(RulesError) {
    guard self.groupID == groupID else { throw .ofAnotherGroup }
    guard let hostDigest, Array(Verifier.sha256(hostKey).prefix(Self.hostDigestLength)) == hostDigest else {
      throw .wrongHostKey
    }
    var key = hostKey
    if case .coHost(let join) = signer {
      guard let word = RoomRules(basis), word.signer == .host, word.hostKey == hostKey, word.groupID == groupID,
        word.counter < counter, word.gate == gate, Self.areSame(word.moderators, moderators)
      else { throw .signerNotAllowed }
      let (index, isThere) = word.place(of: join)
      guard isThere, word.entries[index].role == .coHost else { throw .signerNotAllowed }
      guard Verifier.isValid(word.signature, of: word.contentToSign, by: hostKey) else { throw .badSignature }
      key = word.entries[index].signatureKey
    }
    guard Verifier.isValid(signature, of: contentToSign, by: key) else { throw .badSignature }
  }

  /// Checks that they may take the place of `current`: newer, and resting on the host's latest word. `isPresent` is whether
  /// the member at a leaf of this credential and this key is in the group: a co-host who was removed has lost the right,
  /// whatever it signed before.
  package func verify(
    follows current: RoomRules?, isPresent: (JoinID, _ signatureKey: [UInt8]) -> Bool
  ) throws(RulesError) {
    if let current, counter <= current.counter { throw .rolledBack }
    guard case .coHost(let join) = signer else { return }
    guard let current, basis == current.hostsWord else { throw .signerNotAllowed }
    let (index, isThere) = current.place(of: join)
    guard isThere, current.entries[index].role == .coHost, isPresent(join, current.entries[index].signatureKey)
    else { throw .signerNotAllowed }
  }

  /// Whether the same people moderate; what else is said of them has no effect.
  private static func areSame(_ one: [Entry], _ other: [Entry]) -> Bool {
    guard one.count == other.count else { return false }
    for index in one.indices {
      let (a, b) = (one[index], other[index])
      guard a.join == b.join, a.role == b.role, a.signatureKey == b.signatureKey else { return false }
    }
    return true
  }
}
