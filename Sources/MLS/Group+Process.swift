internal import Bytes
internal import MLSWire

extension Group {
  /// Verifies a commit of somebody else and computes the epoch after it (RFC 9420 §12.4.2). The signature and the
  /// membership tag have been checked.
  func stage(
    _ commit: Commit, in message: AuthenticatedContent, psks: PreSharedKeys, now: UInt64?
  ) throws(MLSError) -> StagedCommit<Suite> {
    let committer: Committer
    switch message.content.sender {
    case .member(let leaf): committer = .member(leaf)
    case .newMemberCommit: committer = .newMember
    case .external, .newMemberProposal: throw .framing(.contentNotAllowed)
    }
    let list = ProposalList<Suite>(proposals: try resolve(commit.proposals, from: message.content.sender))
    try list.validate(by: committer, context: context, tree: tree, now: now)
    guard commit.path != nil || !list.pathIsRequired else { throw .commit(.pathRequired) }
    var applied = try AppliedProposals(list, to: tree)
    let leaf: LeafIndex
    switch committer {
    case .member(let index): leaf = index
    case .newMember: leaf = try applied.tree.nextFreeLeaf()
    }
    let removesUs = applied.removed.contains(ownLeaf)
    let effects = CommitEffects(
      committer: leaf, isExternal: committer == .newMember, proposals: list.proposals,
      added: applied.added.map { $0.leaf }, removed: applied.removed, updated: applied.updated, psks: list.psks,
      hasPath: commit.path != nil, removesUs: removesUs,
      replacedExtensions: list.newExtensions == nil ? nil : context.extensions,
      authenticatedData: message.content.authenticatedData)
    var next = context
    next.epoch += 1
    next.extensions = list.newExtensions ?? context.extensions
    if let path = commit.path {
      try validate(path, at: leaf, extensions: next.extensions, list: list, now: now)
      try applied.tree.merge(path, from: leaf, excluding: applied.newLeaves)
    }
    try LeafValidator<Suite>(groupID: groupID, extensions: next.extensions, now: nil)
      .validateMembers(of: applied.tree)
    if removesUs { return staged(effects, next: nil) }
    next.treeHash = applied.tree.rootHash()
    let advanced = try advance(
      to: next, applied: applied, list: list, path: commit.path, from: leaf, message: message, psks: psks)
    return staged(effects, next: advanced)
  }

  /// Decrypts the path, runs the key schedule and checks the confirmation tag.
  private func advance(
    to provisional: GroupContext, applied: AppliedProposals<Suite>, list: ProposalList<Suite>, path: UpdatePath?,
    from leaf: LeafIndex, message: AuthenticatedContent, psks: PreSharedKeys
  ) throws(MLSError) -> Group<Suite> {
    let pskSecret = try resumptionPSKs.combined(list.psks, or: psks, for: Suite.self)
    var privateTree = try ownKeys(after: list, in: applied.tree)
    var commitSecret = Suite.zero
    if let path {
      commitSecret = try applied.tree.decrypt(
        path, from: leaf, context: provisional, excluding: applied.newLeaves, privateTree: &privateTree)
    }
    var initSecret = secrets.initSecret
    if let kemOutput = list.externalInit {
      initSecret = try KeySchedule<Suite>.externalInit(kemOutput: kemOutput, keyPair: try secrets.externalKeyPair())
    }
    var next = provisional
    next.confirmedTranscriptHash = TranscriptHash<Suite>.confirmed(interim: interimTranscriptHash, commit: message)
    let joinerSecret = KeySchedule<Suite>.joinerSecret(
      initSecret: initSecret, commitSecret: commitSecret, context: next)
    let secrets = KeySchedule<Suite>.epoch(joinerSecret: joinerSecret, pskSecret: pskSecret, context: next)
    let expected = secrets.confirmationTag(next.confirmedTranscriptHash)
    guard let tag = message.auth.confirmationTag, tag.isEqualInConstantTime(to: expected) else {
      throw .framing(.badConfirmationTag)
    }
    var group = Group(
      context: next, tree: applied.tree, privateTree: privateTree, secrets: secrets, confirmationTag: tag,
      signatureKey: signatureKey)
    if let reInit = list.reInit { group.status = .reinitialized(reInit) }
    return group
  }

  /// Our private keys once the proposals are applied: an Update of ours brings its own, blank nodes lose theirs.
  private func ownKeys(
    after list: ProposalList<Suite>, in tree: RatchetTree<Suite>
  ) throws(MLSError) -> PrivateTree<Suite> {
    var keys = privateTree
    for sent in list.proposals {
      guard case .update(let leaf) = sent.proposal, sent.sender == .member(ownLeaf) else { continue }
      guard let key = pendingUpdates.first(where: { $0.publicKey == leaf.encryptionKey })?.privateKey else {
        throw .commit(.noPrivateKey)
      }
      keys.set(key, at: NodeIndex(ownLeaf))
    }
    keys.prune(to: tree)
    return keys
  }

  /// The proposals of a commit with their authors: by value they are the committer's (§12.4).
  private func resolve(_ proposals: [ProposalOrRef], from sender: Sender) throws(MLSError) -> [SentProposal] {
    var resolved: [SentProposal] = []
    for item in proposals {
      switch item {
      case .proposal(let proposal): resolved.append(SentProposal(proposal: proposal, sender: sender))
      case .reference(let reference):
        guard sender != .newMemberCommit else { throw .proposals(.referenceInExternalCommit) }
        guard let sent = queue[reference] else { throw .proposals(.unknownReference) }
        resolved.append(sent)
      }
    }
    return resolved
  }

  /// The committer's new leaf (§7.3, §12.4.2), which must have another key than the leaf it takes over.
  private func validate(
    _ path: UpdatePath, at leaf: LeafIndex, extensions: [Extension], list: ProposalList<Suite>, now: UInt64?
  ) throws(MLSError) {
    try LeafValidator<Suite>(groupID: groupID, extensions: extensions, now: now)
      .validate(path.leafNode, at: leaf, in: .commit)
    var replaced: [LeafIndex] = list.externalInit == nil ? [leaf] : []
    if list.externalInit != nil {
      for sent in list.proposals { if case .remove(let old) = sent.proposal { replaced.append(old) } }
    }
    for old in replaced where tree[old]?.encryptionKey == path.leafNode.encryptionKey {
      throw .leaf(.encryptionKeyNotReplaced)
    }
  }
}
