package import MLSWire

/// How a commit is made.
package struct CommitOptions: Sendable {
  /// Proposals of the committer itself, by value.
  package var proposals: [Proposal] = []
  /// Whether the proposals received in this epoch are referred to.
  package var includesReceived = true
  /// Whether a path is sent although no proposal requires one (RFC 9420 §12.4).
  package var forcesPath = true
  /// As PrivateMessage instead of PublicMessage.
  package var isPrivate = false
  package var padding = 0
  package var authenticatedData: [UInt8] = []
  /// Whether the Welcome brings the tree (§12.4.3.3) or it is served beside.
  package var welcomeHasTree = true
  /// New extensions of the own leaf; nil keeps them.
  package var leafExtensions: [Extension]?

  package init() {}

  package init(_ proposals: [Proposal]) { self.proposals = proposals }
}

/// A commit of ours that waits for the delivery service to accept it.
package struct PendingCommit<Suite: CipherSuiteProvider>: Sendable {
  package let message: MLSMessage
  /// One for all who are added, nil for none.
  package let welcome: Welcome?
  /// To be merged once the commit is the one of its epoch.
  package let staged: StagedCommit<Suite>
}

extension Group {
  /// Makes a commit (RFC 9420 §12.4.1). The group itself changes only when the result is merged; a private commit
  /// uses up a key of ours at once.
  package mutating func commit(
    _ options: CommitOptions, psks: PreSharedKeys = PreSharedKeys(), now: UInt64?,
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> PendingCommit<Suite> {
    try requireActive()
    let received = options.includesReceived ? queue.committable(by: ownLeaf) : []
    let own = options.proposals.map { SentProposal(proposal: $0, sender: .member(ownLeaf)) }
    let list = ProposalList<Suite>(proposals: received.map { $0.sent } + own)
    try list.validate(by: .member(ownLeaf), context: context, tree: tree, now: now)
    let draft = CommitDraft<Suite>(
      context: context, interimTranscriptHash: interimTranscriptHash, list: list,
      applied: try AppliedProposals(list, to: tree), initSecret: secrets.initSecret,
      pskSecret: try resumptionPSKs.combined(list.psks, or: psks, for: Suite.self), sender: .member(ownLeaf),
      leaf: ownLeaf, signatureKey: signatureKey, wireFormat: options.isPrivate ? .privateMessage : .publicMessage,
      authenticatedData: options.authenticatedData)
    let references = received.map { ProposalOrRef.reference($0.reference) }
    let built = try draft.build(
      proposals: references + options.proposals.map { .proposal($0) },
      template: options.forcesPath || list.pathIsRequired ? template(options) : nil, privateTree: privateTree,
      using: &random)
    let welcome = try welcome(
      to: draft.applied.added, built: built, psks: list.psks, pskSecret: draft.pskSecret,
      withTree: options.welcomeHasTree, using: &random)
    return PendingCommit(
      message: try protect(built.message, padding: options.padding, using: &random), welcome: welcome,
      staged: staged(draft.effects(isExternal: false, hasPath: built.path != nil), next: built.group))
  }

  private func template(_ options: CommitOptions) -> LeafNode? {
    var leaf = tree[ownLeaf]
    if let extensions = options.leafExtensions { leaf?.extensions = extensions }
    return leaf
  }

  /// The Welcome for the members that a commit adds (§12.4.3.1).
  private func welcome(
    to added: [(leaf: LeafIndex, keyPackage: KeyPackage)], built: CommitDraft<Suite>.Built, psks: [PreSharedKeyID],
    pskSecret: [UInt8], withTree: Bool, using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> Welcome? {
    guard !added.isEmpty else { return nil }
    let info = try built.group.groupInfo(withTree: withTree, withExternalPub: false)
    let welcomeSecret = KeySchedule<Suite>.welcomeSecret(joinerSecret: built.joinerSecret, pskSecret: pskSecret)
    let (key, nonce) = KeySchedule<Suite>.welcomeKey(welcomeSecret)
    let sealedInfo = try primitive { () throws(PrimitiveError) in
      try Suite.aeadSeal(key: key, nonce: nonce, additionalData: [], plaintext: info.wire)
    }
    var secrets: [EncryptedGroupSecrets] = []
    for (leaf, keyPackage) in added {
      let content = GroupSecrets(
        joinerSecret: built.joinerSecret, pathSecret: pathSecret(for: leaf, in: built), psks: psks)
      do {
        let sealed = try Suite.encrypt(
          publicKey: keyPackage.initKey, label: "Welcome", context: sealedInfo, plaintext: content.wire,
          using: &random)
        secrets.append(
          EncryptedGroupSecrets(newMember: Suite.reference(of: keyPackage), encryptedGroupSecrets: sealed))
      } catch {
        throw .primitive(error)
      }
    }
    return Welcome(cipherSuite: Suite.suite, secrets: secrets, encryptedGroupInfo: sealedInfo)
  }

  /// The path secret of the lowest node above both the committer and `leaf`.
  private func pathSecret(for leaf: LeafIndex, in built: CommitDraft<Suite>.Built) -> [UInt8]? {
    guard let path = built.path else { return nil }
    let ancestor = built.group.tree.shape.commonAncestor(leaf, built.group.ownLeaf)
    return path.nodes.firstIndex(of: ancestor).map { path.secrets[$0] }
  }
}
