internal import MLSWire

/// The part of a commit that a member and a new member build alike (RFC 9420 §12.4.1).
struct CommitDraft<Suite: CipherSuiteProvider> {
  /// The epoch that the commit ends.
  let context: GroupContext
  let interimTranscriptHash: [UInt8]
  let list: ProposalList<Suite>
  let applied: AppliedProposals<Suite>
  let initSecret: [UInt8]
  let pskSecret: [UInt8]
  let sender: Sender
  let leaf: LeafIndex
  let signatureKey: [UInt8]
  let wireFormat: WireFormat
  let authenticatedData: [UInt8]

  /// A commit with everything that follows from it.
  struct Built {
    var message: AuthenticatedContent
    let path: FreshPath?
    let joinerSecret: [UInt8]
    let group: Group<Suite>
  }

  /// `template` is the new leaf of the committer, nil for a commit without path.
  func build(
    proposals: [ProposalOrRef], template: LeafNode?, privateTree: PrivateTree<Suite>,
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> Built {
    var tree = applied.tree
    var privateTree = privateTree
    privateTree.prune(to: tree)
    var fresh: FreshPath?
    if let template {
      fresh = try tree.replacePath(
        of: leaf, template: template, signatureKey: signatureKey, groupID: context.groupID,
        privateTree: &privateTree, using: &random)
    }
    var next = context
    next.epoch += 1
    next.treeHash = tree.rootHash()
    next.extensions = list.newExtensions ?? context.extensions
    try LeafValidator<Suite>(groupID: context.groupID, extensions: next.extensions, now: nil).validateMembers(of: tree)
    var path: UpdatePath?
    if let fresh { path = try tree.encrypt(fresh, context: next, excluding: applied.newLeaves, using: &random) }
    let content = FramedContent(
      groupID: context.groupID, epoch: context.epoch, sender: sender, authenticatedData: authenticatedData,
      content: .commit(Commit(proposals: proposals, path: path)))
    var message = try Framing<Suite>.sign(
      content, wireFormat: wireFormat, context: context, signatureKey: signatureKey)
    next.confirmedTranscriptHash = TranscriptHash<Suite>.confirmed(interim: interimTranscriptHash, commit: message)
    let joinerSecret = KeySchedule<Suite>.joinerSecret(
      initSecret: initSecret, commitSecret: fresh?.commitSecret ?? Suite.zero, context: next)
    let secrets = KeySchedule<Suite>.epoch(joinerSecret: joinerSecret, pskSecret: pskSecret, context: next)
    let tag = secrets.confirmationTag(next.confirmedTranscriptHash)
    message.auth.confirmationTag = tag
    var group = Group(
      context: next, tree: tree, privateTree: privateTree, secrets: secrets, confirmationTag: tag,
      signatureKey: signatureKey)
    if let reInit = list.reInit { group.status = .reinitialized(reInit) }
    return Built(message: message, path: fresh, joinerSecret: joinerSecret, group: group)
  }

  func effects(isExternal: Bool, hasPath: Bool) -> CommitEffects {
    CommitEffects(
      committer: leaf, isExternal: isExternal, proposals: list.proposals, added: applied.added.map { $0.leaf },
      removed: applied.removed, updated: applied.updated, psks: list.psks, hasPath: hasPath, removesUs: false,
      replacedExtensions: list.newExtensions == nil ? nil : context.extensions, authenticatedData: authenticatedData)
  }
}
