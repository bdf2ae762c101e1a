package import MLSWire

/// Application data from a member (RFC 9420 §15).
package struct ApplicationMessage: Equatable, Sendable {
  package let epoch: UInt64
  package let sender: LeafIndex
  package let authenticatedData: [UInt8]
  package let data: [UInt8]
}

/// What a message was.
package enum ReceivedMessage<Suite: CipherSuiteProvider>: Sendable {
  case application(ApplicationMessage)
  /// Kept for the commit that will refer to it.
  case proposal(SentProposal, reference: [UInt8])
  /// To be judged and merged.
  case commit(StagedCommit<Suite>)
}

extension Group {
  /// Encrypts application data, padded with `padding` zero bytes. Refused while proposals wait for a commit (RFC 9420
  /// §12.4).
  package mutating func seal(
    _ data: [UInt8], authenticatedData: [UInt8] = [], padding: Int = 0,
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> MLSMessage {
    try requireActive()
    guard queue.isEmpty else { throw .group(.proposalsPending) }
    let message = try sign(.application(data), wireFormat: .privateMessage, authenticatedData: authenticatedData)
    return try protect(message, padding: padding, using: &random)
  }

  /// Sends a proposal on its own (RFC 9420 §12.1); it waits in our queue too.
  package mutating func propose(
    _ proposal: Proposal, isPrivate: Bool = false, authenticatedData: [UInt8] = [],
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> MLSMessage {
    try requireActive()
    let sent = SentProposal(proposal: proposal, sender: .member(ownLeaf))
    guard sent.isAllowed else { throw .framing(.contentNotAllowed) }
    let message = try sign(
      .proposal(proposal), wireFormat: isPrivate ? .privateMessage : .publicMessage,
      authenticatedData: authenticatedData)
    queue.add(sent, reference: Suite.reference(of: message))
    return try protect(message, padding: 0, using: &random)
  }

  /// Proposes a new key for our own leaf (RFC 9420 §12.1.2).
  package mutating func proposeUpdate(
    leafExtensions: [Extension]? = nil, isPrivate: Bool = false, using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> MLSMessage {
    try requireActive()
    guard var leaf = tree[ownLeaf] else { throw .framing(.unknownMember) }
    let pair: KeyPair
    do {
      pair = try HPKE<Suite>.generateKeyPair(using: &random)
    } catch {
      throw .primitive(error)
    }
    leaf.encryptionKey = pair.publicKey
    leaf.source = .update
    leaf.extensions = leafExtensions ?? leaf.extensions
    try leaf.sign(with: signatureKey, groupID: groupID, index: ownLeaf, as: Suite.self)
    pendingUpdates.append((pair.publicKey, pair.privateKey))
    return try propose(.update(leaf), isPrivate: isPrivate, using: &random)
  }

  /// Reads a message of the group (RFC 9420 §6). `psks` are those a commit may call for beside our own resumption
  /// PSKs; `now` in seconds since 1970 checks the lifetimes of key packages.
  package mutating func receive(
    _ message: MLSMessage, psks: PreSharedKeys = PreSharedKeys(), now: UInt64? = nil
  ) throws(MLSError) -> ReceivedMessage<Suite> {
    try requireActive()
    switch message {
    case .publicMessage(let message): return try receive(message, psks: psks, now: now)
    case .privateMessage(let message): return try receive(message, psks: psks, now: now)
    case .welcome, .groupInfo, .keyPackage: throw .framing(.notAGroupMessage)
    }
  }

  private mutating func receive(
    _ message: PublicMessage, psks: PreSharedKeys, now: UInt64?
  ) throws(MLSError) -> ReceivedMessage<Suite> {
    guard message.content.groupID == groupID else { throw .framing(.wrongGroup) }
    guard message.content.epoch == epoch else { throw .framing(.wrongEpoch) }
    let content = try Framing<Suite>.unprotect(message, context: context, membershipKey: secrets.membershipKey)
    guard content.content.sender != .member(ownLeaf) else { throw .framing(.ownMessage) }
    try Framing<Suite>.verify(
      content, context: context, signatureKey: try verificationKey(of: content.content, tree: tree))
    return try dispatch(content, psks: psks, now: now)
  }

  private mutating func receive(
    _ message: PrivateMessage, psks: PreSharedKeys, now: UInt64?
  ) throws(MLSError) -> ReceivedMessage<Suite> {
    guard message.groupID == groupID else { throw .framing(.wrongGroup) }
    guard message.epoch == epoch else { return try receiveLate(message) }
    let sender = try PrivateFraming<Suite>.senderData(of: message, secret: secrets.senderData)
    guard tree[sender.leafIndex] != nil else { throw .framing(.unknownMember) }
    guard sender.leafIndex != ownLeaf else { throw .framing(.ownMessage) }
    let opened = try PrivateFraming<Suite>.open(
      message, senderDataSecret: secrets.senderData, secretTree: &secretTree)
    try Framing<Suite>.verify(
      opened.content, context: context, signatureKey: try verificationKey(of: opened.content.content, tree: tree))
    PrivateFraming<Suite>.consume(opened, in: &secretTree)
    return try dispatch(opened.content, psks: psks, now: now)
  }

  /// Application data of an epoch that was left a short while ago (RFC 9420 §15.3).
  private mutating func receiveLate(_ message: PrivateMessage) throws(MLSError) -> ReceivedMessage<Suite> {
    guard message.contentType == .application, let place = past.firstIndex(where: { $0.context.epoch == message.epoch })
    else { throw .framing(.wrongEpoch) }
    let old = past[place]
    let opened = try PrivateFraming<Suite>.open(
      message, senderDataSecret: old.senderDataSecret, secretTree: &past[place].secretTree)
    try Framing<Suite>.verify(
      opened.content, context: old.context,
      signatureKey: try verificationKey(of: opened.content.content, tree: old.tree))
    PrivateFraming<Suite>.consume(opened, in: &past[place].secretTree)
    return try applicationMessage(opened.content.content)
  }

  private mutating func dispatch(
    _ message: AuthenticatedContent, psks: PreSharedKeys, now: UInt64?
  ) throws(MLSError) -> ReceivedMessage<Suite> {
    switch message.content.content {
    case .application: return try applicationMessage(message.content)
    case .proposal(let proposal):
      let sent = SentProposal(proposal: proposal, sender: message.content.sender)
      try validateAlone(sent, now: now)
      let reference = Suite.reference(of: message)
      queue.add(sent, reference: reference)
      return .proposal(sent, reference: reference)
    case .commit(let commit): return .commit(try stage(commit, in: message, psks: psks, now: now))
    }
  }

  /// Refuses what could never be committed, so that nobody can block the commits of others with it.
  private func validateAlone(_ sent: SentProposal, now: UInt64?) throws(MLSError) {
    let list = ProposalList<Suite>(proposals: [sent])
    let extensions = list.newExtensions ?? context.extensions
    let validator = try LeafValidator<Suite>(groupID: groupID, extensions: extensions, now: now)
    try sent.validate(context: context, tree: tree, validator: validator)
    try validator.validateMembers(of: AppliedProposals(list, to: tree).tree)
  }

  private func applicationMessage(_ content: FramedContent) throws(MLSError) -> ReceivedMessage<Suite> {
    guard case .application(let data) = content.content, case .member(let sender) = content.sender else {
      throw .framing(.contentNotAllowed)
    }
    return .application(
      ApplicationMessage(
        epoch: content.epoch, sender: sender, authenticatedData: content.authenticatedData, data: data))
  }

  /// The key that a message must be signed with (§6.1).
  private func verificationKey(
    of content: FramedContent, tree: RatchetTree<Suite>
  ) throws(MLSError) -> [UInt8] {
    switch (content.sender, content.content) {
    case (.member(let leaf), _):
      guard let node = tree[leaf] else { throw .framing(.unknownMember) }
      return node.signatureKey
    case (.external(let index), .proposal):
      let senders = try parsing { () throws(WireError) in
        try context.extensions.value(ExternalSenders.self, of: .externalSenders)?.senders ?? []
      }
      guard let index = Int(exactly: index), senders.indices.contains(index) else {
        throw .framing(.unknownExternalSender)
      }
      return senders[index].signatureKey
    case (.newMemberProposal, .proposal(.add(let keyPackage))): return keyPackage.leafNode.signatureKey
    case (.newMemberCommit, .commit(let commit)):
      guard let path = commit.path else { throw .commit(.pathRequired) }
      return path.leafNode.signatureKey
    default: throw .framing(.contentNotAllowed)
    }
  }

  private func sign(
    _ content: Content, wireFormat: WireFormat, authenticatedData: [UInt8]
  ) throws(MLSError) -> AuthenticatedContent {
    let content = FramedContent(
      groupID: groupID, epoch: epoch, sender: .member(ownLeaf), authenticatedData: authenticatedData, content: content)
    return try Framing<Suite>.sign(content, wireFormat: wireFormat, context: context, signatureKey: signatureKey)
  }

  /// Frames a signed message of ours as its wire format asks.
  mutating func protect(
    _ message: AuthenticatedContent, padding: Int, using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> MLSMessage {
    if message.wireFormat == .publicMessage {
      return .publicMessage(
        try Framing<Suite>.protectPublic(message, context: context, membershipKey: secrets.membershipKey))
    }
    return .privateMessage(
      try PrivateFraming<Suite>.protect(
        message, from: ownLeaf, senderDataSecret: secrets.senderData, secretTree: &secretTree, padding: padding,
        using: &random))
  }
}
