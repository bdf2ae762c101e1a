package import MLSWire

/// How somebody joins without being invited by a member (RFC 9420 §12.4.3.2).
package struct ExternalJoin<Suite: CipherSuiteProvider>: Sendable {
  package var identity: ClientIdentity<Suite>
  package var leafExtensions: [Extension] = []
  /// Our own former leaf, which the commit removes.
  package var replacing: LeafIndex?
  package var pskIDs: [PreSharedKeyID] = []
  package var authenticatedData: [UInt8] = []

  package init(identity: ClientIdentity<Suite>) { self.identity = identity }
}

extension Group {
  /// Joins by an external commit to the group that `groupInfo` describes; `tree` is the one served beside it. The
  /// group is ours once the delivery service accepts the message.
  package static func joinExternally(
    _ groupInfo: GroupInfo, tree sentTree: RatchetTreeExtension? = nil, join: ExternalJoin<Suite>,
    psks: PreSharedKeys = PreSharedKeys(), groupsInUse: ByteStringSet = [], now: UInt64?,
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> (message: MLSMessage, group: Group<Suite>) {
    let verified = try VerifiedGroupInfo<Suite>(groupInfo, sentTree: sentTree, now: now)
    let context = groupInfo.groupContext
    guard !groupsInUse.contains(context.groupID) else { throw .joining(.groupIDInUse) }
    let externalPub = try parsing { () throws(WireError) in
      try groupInfo.extensions.value(ExternalPub.self, of: .externalPub)
    }
    guard let externalPub else { throw .joining(.noExternalPub) }
    let (kemOutput, initSecret) = try KeySchedule<Suite>.externalInit(externalPub: externalPub.key, using: &random)
    var proposals: [Proposal] = [.externalInit(kemOutput: kemOutput)]
    if let old = join.replacing { proposals.append(.remove(old)) }
    proposals += join.pskIDs.map { .preSharedKey($0) }
    let list = ProposalList<Suite>(
      proposals: proposals.map { SentProposal(proposal: $0, sender: .newMemberCommit) })
    try list.validate(by: .newMember, context: context, tree: verified.tree, now: now)
    var applied = try AppliedProposals(list, to: verified.tree)
    let leaf = try applied.tree.nextFreeLeaf()
    let draft = CommitDraft<Suite>(
      context: context,
      interimTranscriptHash: TranscriptHash<Suite>.interim(
        confirmed: context.confirmedTranscriptHash, confirmationTag: groupInfo.confirmationTag),
      list: list, applied: applied, initSecret: initSecret,
      pskSecret: try PreSharedKeys().combined(list.psks, or: psks, for: Suite.self), sender: .newMemberCommit,
      leaf: leaf, signatureKey: join.identity.signatureKey, wireFormat: .publicMessage,
      authenticatedData: join.authenticatedData)
    let template = join.identity.leafTemplate(source: .commit(parentHash: []), extensions: join.leafExtensions)
    let built = try draft.build(
      proposals: proposals.map { .proposal($0) }, template: template,
      privateTree: PrivateTree(leaf: leaf, privateKey: []), using: &random)
    let message = PublicMessage(content: built.message.content, auth: built.message.auth, membershipTag: nil)
    return (.publicMessage(message), built.group)
  }
}
