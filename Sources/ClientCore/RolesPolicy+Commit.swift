package import MLS
import MLSWire

extension RolesPolicy {
  /// Judges a commit before it is merged into `group`, which is still in the epoch that the commit ends. On success the
  /// nonce of its PSK counts as seen; judge a commit of our own likewise, once, when the node has accepted it.
  package func judge(
    _ staged: StagedCommit<Suite>, in group: Group<Suite>, nonces: inout Set<[UInt8]>
  ) throws(PolicyError) {
    let effects = staged.effects
    let somebodyEnters = effects.isExternal || !effects.added.isEmpty
    try judge(effects.psks, isRequired: somebodyEnters, nonces: nonces)
    for sent in effects.proposals { try judge(sent, of: staged, in: group) }
    if effects.isExternal { try judgeExternal(staged, in: group) }
    if let next = staged.next {
      try judgeIdentities(effects, from: group, to: next)
      if somebodyEnters { try judgeMembers(of: next) }
    }
    for psk in effects.psks { nonces.insert(psk.nonce) }
  }

  /// Judges a proposal that came on its own, before it may wait for a commit: one that every member would refuse to see
  /// committed must not get into ours.
  package func judge(_ sent: SentProposal, in group: Group<Suite>) throws(PolicyError) {
    try judge(sent, of: nil, in: group)
  }

  private func judge(
    _ sent: SentProposal, of staged: StagedCommit<Suite>?, in group: Group<Suite>
  ) throws(PolicyError) {
    switch sent.proposal {
    case .add(let keyPackage):
      guard case .member(let author) = sent.sender else { throw .addByOutsider }
      try judge(keyPackage)
      if group.roles?.locked == true, !group.role(of: author).moderates { throw .locked }
    case .remove(let leaf): try judgeRemove(of: leaf, by: sent.sender, staged, in: group)
    case .groupContextExtensions(let extensions):
      guard case .member = sent.sender else { throw .extensionsChanged }
      try judge(extensions, in: group)
    case .preSharedKey(let id):
      guard id.kind == .external(id: RoomPSK.id) else { throw .foreignPSK }
    case .reInit: throw .reInit
    case .update(let leaf):
      guard case .member(let author) = sent.sender, let old = group.tree[author], leaf.hasIdentity(of: old) else {
        throw .changedIdentity
      }
    case .externalInit: break
    }
  }

  private func judge(_ keyPackage: KeyPackage) throws(PolicyError) {
    let leaf = keyPackage.leafNode
    guard JoinID(leaf.credential) != nil else { throw .badCredential }
    guard case .keyPackage(let lifetime) = leaf.source, lifetime.notAfter >= lifetime.notBefore,
      lifetime.notAfter - lifetime.notBefore <= Self.longestLifetime
    else { throw .longLifetime }
  }

  /// The node may remove anybody, a host anybody, a co-host whoever is no moderator, in a commit of its own; and who
  /// comes back by an external commit itself.
  private func judgeRemove(
    of leaf: LeafIndex, by sender: Sender, _ staged: StagedCommit<Suite>?, in group: Group<Suite>
  ) throws(PolicyError) {
    switch sender {
    case .external(0): return
    case .member(let author):
      guard let effects = staged?.effects, !effects.isExternal, effects.committer == author else {
        throw .removeNotAllowed
      }
      switch group.role(of: author) {
      case .host: return
      case .coHost where !group.role(of: leaf).moderates: return
      case .coHost, .speaker, .listener: throw .removeNotAllowed
      }
    case .newMemberCommit:
      guard let staged, let old = group.tree[leaf], let new = staged.next?.tree[staged.effects.committer],
        new.hasIdentity(of: old)
      else { throw .resyncOfAnother }
    case .external, .newMemberProposal: throw .removeNotAllowed
    }
  }

  /// A locked room is entered by an external commit only by who is in it.
  private func judgeExternal(_ staged: StagedCommit<Suite>, in group: Group<Suite>) throws(PolicyError) {
    guard group.roles?.locked != true || !staged.effects.removed.isEmpty else { throw .locked }
  }

  /// All but the roles stays as it is; new roles are newer and somebody's who may.
  private func judge(_ extensions: [Extension], in group: Group<Suite>) throws(PolicyError) {
    func others(_ list: [Extension]) -> [Extension] { list.filter { $0.type != RolesExtension.type } }
    guard others(extensions) == others(group.context.extensions) else { throw .extensionsChanged }
    guard extensions.data(of: RolesExtension.type) != nil else {
      guard group.roles == nil else { throw .rolesRolledBack }
      return
    }
    guard let roles = extensions.roles else { throw .malformedRoles }
    try roles.verify(groupID: group.groupID, hostKeyDigest: hostKeyDigest, as: Suite.self)
    try roles.verify(follows: group.roles)
    guard case .coHost(let join) = roles.signer else { return }
    // A co-host who was removed has lost the right, whatever it signed before.
    guard let leaf = group.leaf(of: join), group.role(of: leaf) == .coHost else { throw .signerNotAllowed }
  }

  /// Nobody who stays becomes somebody else, neither by an Update nor by the path of a commit.
  private func judgeIdentities(
    _ effects: CommitEffects, from group: Group<Suite>, to next: Group<Suite>
  ) throws(PolicyError) {
    var changed = effects.updated
    if effects.hasPath, !effects.isExternal { changed.append(effects.committer) }
    for leaf in changed {
      guard let old = group.tree[leaf], let new = next.tree[leaf], new.hasIdentity(of: old) else {
        throw .changedIdentity
      }
    }
  }
}

extension LeafNode {
  /// Whether both are leaves of one person: same credential, same signature key.
  func hasIdentity(of other: LeafNode) -> Bool {
    credential == other.credential && signatureKey == other.signatureKey
  }
}
