import MLS
import MLSWire
import RoomRules

/// A group under its rules, read once for many questions.
struct RuledGroup<Suite: CipherSuiteProvider> {
  let rules: RoomRules?
  /// Whether a moderator's leaf is in the tree.
  let hasModerator: Bool
  private let group: Group<Suite>

  init(_ group: Group<Suite>) {
    self.group = group
    let rules = group.context.extensions.rules
    self.rules = rules
    var hasModerator = false
    if let rules {
      for leaf in group.tree.members where !hasModerator {
        if let node = group.tree[leaf] { hasModerator = rules.named(node)?.role.moderates == true }
      }
    }
    self.hasModerator = hasModerator
  }

  /// The role of a member; `.speaker` for who is not named.
  func role(of leaf: LeafIndex) -> Role {
    guard let node = group.tree[leaf] else { return .speaker }
    return rules?.named(node)?.role ?? .speaker
  }

  /// Whether this member does what moderators do while none of them is there.
  func standsIn(_ leaf: LeafIndex) -> Bool {
    guard !hasModerator, let rules, let node = group.tree[leaf], let join = JoinID(node.credential) else {
      return false
    }
    let invited = rules.invitation(in: node, now: nil, as: Suite.self)?.last.role
    return rules.standing(of: join, signatureKey: node.signatureKey, invited: invited).isTrusted
  }

  /// Whether `author` may remove whoever is at `leaf`.
  func mayRemove(_ leaf: LeafIndex, _ author: LeafIndex) -> Bool {
    switch role(of: author) {
    case .host: true
    case .coHost: !role(of: leaf).moderates
    case .speaker, .listener, .newcomer: standsIn(author)
    }
  }

  /// Whether the member who has this credential and this key is here.
  func isPresent(_ join: JoinID, _ signatureKey: [UInt8]) -> Bool {
    guard let leaf = group.leaf(of: join) else { return false }
    return group.tree[leaf]?.signatureKey == signatureKey
  }
}

extension RoomRules {
  /// What is said of the member at a leaf.
  func named(_ leaf: LeafNode) -> Entry? {
    guard let join = JoinID(leaf.credential) else { return nil }
    let (index, isThere) = place(of: join)
    guard isThere, entries[index].signatureKey == leaf.signatureKey else { return nil }
    return entries[index]
  }

  /// The invitation that a leaf proves, valid and not taken back; nil without one. `now` in seconds since 1970 is for who
  /// is about to enter, nil for who is inside.
  func invitation<Suite: CipherSuiteProvider>(
    in leaf: LeafNode, now: UInt64?, as suite: Suite.Type
  ) -> InvitationChain? {
    guard let proof = leaf.entryProof, let join = JoinID(leaf.credential),
      (try? proof.verify(
        of: join, signatureKey: leaf.signatureKey, under: self, now: now, as: SuiteVerifier<Suite>.self)) != nil
    else { return nil }
    return proof.chain
  }
}
