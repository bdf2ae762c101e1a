import MLS
import MLSWire

/// Vectors of PublicMessage and PrivateMessage: theirs are opened, ours go there and back.
struct MessageProtectionVectors<Suite: CipherSuiteProvider> {
  let vector: Vector

  func check() throws(VectorFailure) {
    let proposal = Content.proposal(try vector["proposal"].decode(Proposal.self))
    let commit = Content.commit(try vector["commit"].decode(Commit.self))
    let application = Content.application(vector["application"].bytes)
    try open(vector["proposal_pub"].decode(MLSMessage.self), proposal)
    try open(vector["commit_pub"].decode(MLSMessage.self), commit)
    try open(vector["proposal_priv"].decode(MLSMessage.self), proposal)
    try open(vector["commit_priv"].decode(MLSMessage.self), commit)
    try open(vector["application_priv"].decode(MLSMessage.self), application)
    for content in [proposal, commit, application] {
      try open(try protectedPrivately(content), content)
      if content.type != .application { try open(try protectedPublicly(content), content) }
    }
    try refusesApplicationDataInClear(application)
  }

  private var context: GroupContext {
    GroupContext(
      cipherSuite: Suite.suite, groupID: vector["group_id"].bytes, epoch: vector["epoch"].uint64,
      treeHash: vector["tree_hash"].bytes, confirmedTranscriptHash: vector["confirmed_transcript_hash"].bytes)
  }

  private var secretTree: SecretTree<Suite> {
    SecretTree(shape: TreeShape(leafCount: 2), encryptionSecret: vector["encryption_secret"].bytes)
  }

  private func open(_ message: MLSMessage, _ expected: Content) throws(VectorFailure) {
    let content: AuthenticatedContent
    switch message {
    case .publicMessage(let message):
      content = try accept { () throws(MLSError) in
        try Framing<Suite>.unprotect(message, context: context, membershipKey: vector["membership_key"].bytes)
      }
    case .privateMessage(let message):
      var tree = secretTree
      content = try accept { () throws(MLSError) in
        try PrivateFraming<Suite>.open(
          message, senderDataSecret: vector["sender_data_secret"].bytes, secretTree: &tree
        ).content
      }
    default: throw VectorFailure(reason: .differs, file: #fileID, line: #line)
    }
    try accept { () throws(MLSError) in
      try Framing<Suite>.verify(content, context: context, signatureKey: vector["signature_pub"].bytes)
    }
    try expect(content.content.content, expected)
    try expect(content.content.sender, .member(LeafIndex(1)))
  }

  private func signed(_ content: Content, _ format: WireFormat) throws(VectorFailure) -> AuthenticatedContent {
    let framed = FramedContent(
      groupID: context.groupID, epoch: context.epoch, sender: .member(LeafIndex(1)), authenticatedData: [1, 2],
      content: content)
    var signed = try accept { () throws(MLSError) in
      try Framing<Suite>.sign(
        framed, wireFormat: format, context: context, signatureKey: vector["signature_priv"].bytes)
    }
    if content.type == .commit { signed.auth.confirmationTag = [UInt8](repeating: 9, count: Suite.hashLength) }
    return signed
  }

  private func protectedPublicly(_ content: Content) throws(VectorFailure) -> MLSMessage {
    let signed = try signed(content, .publicMessage)
    return .publicMessage(
      try accept { () throws(MLSError) in
        try Framing<Suite>.protectPublic(signed, context: context, membershipKey: vector["membership_key"].bytes)
      })
  }

  private func protectedPrivately(_ content: Content) throws(VectorFailure) -> MLSMessage {
    let signed = try signed(content, .privateMessage)
    var (tree, random) = (secretTree, SeededGenerator(seed: 3))
    return .privateMessage(
      try accept { () throws(MLSError) in
        try PrivateFraming<Suite>.protect(
          signed, from: LeafIndex(1), senderDataSecret: vector["sender_data_secret"].bytes, secretTree: &tree,
          padding: 17, using: &random)
      })
  }

  private func refusesApplicationDataInClear(_ content: Content) throws(VectorFailure) {
    let signed = try signed(content, .publicMessage)
    do {
      _ = try Framing<Suite>.protectPublic(signed, context: context, membershipKey: vector["membership_key"].bytes)
    } catch {
      try expect(error, .framing(.applicationDataInClear))
      return
    }
    throw VectorFailure(reason: .differs, file: #fileID, line: #line)
  }
}
