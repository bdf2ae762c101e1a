package import MLS
import MLSWire
import RoomRules

extension RolesPolicy {
  /// Judges a commit before it is merged into `group`, which is still in the epoch that the commit ends. On success the
  /// nonce of its PSK counts as seen; judge a commit of our own likewise, once, when the node has accepted it.
  package func judge(
    _ staged: StagedCommit<Suite>, in group: Group<Suite>, nonces: inout ByteStringSet
  ) throws(PolicyError) {
    let effects = staged.effects
    let view = RuledGroup(group)
    let somebodyEnters = effects.isExternal || !effects.added.isEmpty
    try judge(effects.psks, isRequired: somebodyEnters, nonces: nonces)
    for sent in effects.proposals { try judge(sent, of: staged, in: group, view) }
    if effects.isExternal { try judgeExternal(staged, view) }
    if let next = staged.next {
      try judgeIdentities(effects, from: group, to: next)
      if somebodyEnters {
        try judgeMembers(of: next)
        for leaf in effects.added { try judgeInvitation(at: leaf, in: next, under: view.rules) }
        if effects.isExternal { try judgeInvitation(at: effects.committer, in: next, under: view.rules) }
      }
    }
    for psk in effects.psks { nonces.insert(psk.nonce) }
  }

  /// Judges a proposal that came on its own, before it may wait for a commit: one that every member would refuse to see
  /// committed must not get into ours.
  package func judge(_ sent: SentProposal, in group: Group<Suite>) throws(PolicyError) {
    try judge(sent, of: nil, in: group, RuledGroup(group))
  }

  func judge(
    _ sent: SentProposal, of staged: StagedCommit<Suite>?, in group: Group<Suite>, _ view: RuledGroup<Suite>
  ) throws(PolicyError) {
    switch sent.proposal {
    case .add(let keyPackage):
      guard case .member(let author) = sent.sender else { throw .addByOutsider }
      try judge(keyPackage)
      try judgeDoor(of: keyPackage.leafNode, by: author, view)
    case .remove(let leaf): try judgeRemove(of: leaf, by: sent.sender, staged, in: group, view)
    case .groupContextExtensions(let extensions):
      guard case .member = sent.sender else { throw .extensionsChanged }
      try judge(extensions, in: group, view)
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

  /// Through the lobby one comes by a moderator, by who stands in for them, or with an invitation; into a locked room by a
  /// moderator alone. The host's own key opens both.
  private func judgeDoor(
    of leaf: LeafNode, by author: LeafIndex, _ view: RuledGroup<Suite>
  ) throws(PolicyError) {
    guard let rules = view.rules, rules.door != .open, !view.role(of: author).moderates else { return }
    if rules.door == .lobby, view.standsIn(author) { return }
    let invitation = rules.invitation(in: leaf, now: now, as: Suite.self)
    guard rules.door == .lobby || invitation?.isHosts(by: rules) == true else { throw .locked }
    guard invitation != nil else { throw .notAdmitted }
  }

  /// No more leaves prove an invitation than it is good for.
  private func judgeInvitation(
    at leaf: LeafIndex, in group: Group<Suite>, under rules: RoomRules?
  ) throws(PolicyError) {
    guard let rules, let node = group.tree[leaf], let own = rules.invitation(in: node, now: nil, as: Suite.self)?.last
    else { return }
    var count = 0
    for other in group.tree.members {
      guard let node = group.tree[other], node.entryProof?.chain.last.key == own.key,
        rules.invitation(in: node, now: nil, as: Suite.self) != nil
      else { continue }
      count += 1
    }
    guard count <= Int(own.uses) else { throw .invitationUsed }
  }

  private func judge(_ keyPackage: KeyPackage) throws(PolicyError) {
    let leaf = keyPackage.leafNode
    guard JoinID(leaf.credential) != nil else { throw .badCredential }
    guard case .keyPackage(let lifetime) = leaf.source, lifetime.notAfter >= lifetime.notBefore,
      lifetime.notAfter - lifetime.notBefore <= Self.longestLifetime
    else { throw .longLifetime }
  }

  /// The node may remove anybody, a host anybody, a co-host whoever is no moderator, as may who stands in for them, each in
  /// a commit of its own; and who comes back by an external commit itself.
  private func judgeRemove(
    of leaf: LeafIndex, by sender: Sender, _ staged: StagedCommit<Suite>?, in group: Group<Suite>,
    _ view: RuledGroup<Suite>
  ) throws(PolicyError) {
    switch sender {
    case .external(0): return
    case .member(let author):
      guard let effects = staged?.effects, !effects.isExternal, effects.committer == author,
        view.mayRemove(leaf, author)
      else { throw .removeNotAllowed }
    case .newMemberCommit:
      guard let staged, let old = group.tree[leaf], let new = staged.next?.tree[staged.effects.committer],
        new.hasIdentity(of: old)
      else { throw .resyncOfAnother }
    case .external, .newMemberProposal: throw .removeNotAllowed
    }
  }

  /// A room that is not open is entered by an external commit only by who is in it.
  private func judgeExternal(_ staged: StagedCommit<Suite>, _ view: RuledGroup<Suite>) throws(PolicyError) {
    guard let door = view.rules?.door, door != .open, staged.effects.removed.isEmpty else { return }
    throw door == .locked ? .locked : .notAdmitted
  }

  /// All but the rules stays as it is; new rules are newer and somebody's who may.
  private func judge(
    _ extensions: [Extension], in group: Group<Suite>, _ view: RuledGroup<Suite>
  ) throws(PolicyError) {
    func others(_ list: [Extension]) -> [Extension] { list.filter { $0.type != RoomRules.type } }
    guard others(extensions) == others(group.context.extensions) else { throw .extensionsChanged }
    guard let rules = try rules(in: extensions, of: group) else {
      guard view.rules == nil else { throw .rules(.rolledBack) }
      return
    }
    do {
      try rules.verify(follows: view.rules) { view.isPresent($0, $1) }
    } catch {
      throw .rules(error)
    }
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
  /// Whether both are leaves of one person: same credential, same signature key, by the same invitation if any.
  func hasIdentity(of other: LeafNode) -> Bool {
    credential == other.credential && signatureKey == other.signatureKey
      && extensions.data(of: EntryProof.type) == other.extensions.data(of: EntryProof.type)
  }
}
