internal import MLSWire

/// Whose commit a list of proposals belongs to.
enum Committer: Equatable, Sendable {
  case member(LeafIndex)
  /// A new member, by an external commit.
  case newMember

  var leaf: LeafIndex? {
    guard case .member(let leaf) = self else { return nil }
    return leaf
  }
}

/// The rules for the proposals of one commit (RFC 9420 §12.2).
struct ProposalList<Suite: CipherSuiteProvider>: Sendable {
  let proposals: [SentProposal]

  var pathIsRequired: Bool {
    proposals.isEmpty
      || proposals.contains {
        switch $0.proposal {
        case .update, .remove, .externalInit, .groupContextExtensions: true
        case .add, .preSharedKey, .reInit: false
        }
      }
  }

  var psks: [PreSharedKeyID] {
    proposals.compactMap { sent in
      guard case .preSharedKey(let id) = sent.proposal else { return nil }
      return id
    }
  }

  var reInit: ReInit? {
    for sent in proposals { if case .reInit(let reInit) = sent.proposal { return reInit } }
    return nil
  }

  var externalInit: [UInt8]? {
    for sent in proposals { if case .externalInit(let kemOutput) = sent.proposal { return kemOutput } }
    return nil
  }

  /// The extensions of the group context that take effect, nil when they stay as they are.
  var newExtensions: [Extension]? {
    for sent in proposals { if case .groupContextExtensions(let extensions) = sent.proposal { return extensions } }
    return nil
  }

  /// Checks the list against the group as it is before the commit.
  func validate(by committer: Committer, context: GroupContext, tree: RatchetTree<Suite>, now: UInt64?)
    throws(MLSError)
  {
    try validateCounts(by: committer)
    let extensions = newExtensions ?? context.extensions
    let validator = try LeafValidator<Suite>(groupID: context.groupID, extensions: extensions, now: now)
    var touched: [LeafIndex] = []
    for sent in proposals {
      if let leaf = sent.changedLeaf {
        guard leaf != committer.leaf else {
          throw .proposals(sent.proposal.type == .update ? .updateByCommitter : .removesCommitter)
        }
        guard !touched.contains(leaf) else { throw .proposals(.severalForOneLeaf) }
        touched.append(leaf)
      }
      try sent.validate(context: context, tree: tree, validator: validator)
    }
  }

  /// How many of each kind there may be, and which in an external commit.
  private func validateCounts(by committer: Committer) throws(MLSError) {
    func count(_ type: ProposalType) -> Int { proposals.count { $0.proposal.type == type } }
    guard !psks.hasDuplicates else { throw .proposals(.duplicatePSK) }
    switch committer {
    case .member:
      guard count(.externalInit) == 0 else { throw .proposals(.externalInitByMember) }
      guard count(.groupContextExtensions) <= 1 else { throw .proposals(.severalGroupContextExtensions) }
      guard count(.reInit) == 0 || proposals.count == 1 else { throw .proposals(.reInitNotAlone) }
    case .newMember:
      guard count(.externalInit) == 1, count(.remove) <= 1,
        count(.externalInit) + count(.remove) + count(.preSharedKey) == proposals.count
      else { throw .proposals(.notAllowedInExternalCommit) }
    }
  }

  static func validate(extensions: [Extension]) throws(MLSError) {
    guard !extensions.hasDuplicates else { throw .proposals(.duplicateExtension) }
    do {
      _ = try extensions.value(RequiredCapabilities.self, of: .requiredCapabilities)
      _ = try extensions.value(ExternalSenders.self, of: .externalSenders)
    } catch {
      throw .proposals(.badGroupContextExtension)
    }
  }
}

extension SentProposal {
  /// The leaf that an Update or a Remove is about.
  var changedLeaf: LeafIndex? {
    switch (proposal, sender) {
    case (.update, .member(let leaf)): leaf
    case (.remove(let leaf), _): leaf
    default: nil
    }
  }

  /// The rules for one proposal whatever it is committed with (RFC 9420 §12.1).
  func validate<Suite: CipherSuiteProvider>(
    context: GroupContext, tree: RatchetTree<Suite>, validator: LeafValidator<Suite>
  ) throws(MLSError) {
    guard isAllowed else { throw .framing(.contentNotAllowed) }
    switch proposal {
    case .add(let keyPackage): try validator.validate(keyPackage)
    case .update(let leaf):
      guard case .member(let index) = sender, let old = tree[index] else { throw .proposals(.updateNotByMember) }
      guard old.encryptionKey != leaf.encryptionKey else { throw .leaf(.encryptionKeyNotReplaced) }
      try validator.validate(leaf, at: index, in: .update)
    case .remove(let index): guard tree[index] != nil else { throw .proposals(.removesNobody) }
    case .preSharedKey(let id):
      try id.validate(for: Suite.self, startsGroup: context.epoch == 0 && tree.members.count == 1)
    case .reInit(let reInit):
      guard reInit.version.rawValue >= context.version.rawValue else { throw .proposals(.reInitLowersVersion) }
      guard !reInit.extensions.hasDuplicates else { throw .proposals(.duplicateExtension) }
    case .groupContextExtensions(let extensions): try ProposalList<Suite>.validate(extensions: extensions)
    case .externalInit: break
    }
  }
}

/// What the proposals of a commit did to a tree (RFC 9420 §12.3).
struct AppliedProposals<Suite: CipherSuiteProvider>: Sendable {
  var tree: RatchetTree<Suite>
  var added: [(leaf: LeafIndex, keyPackage: KeyPackage)] = []
  var removed: [LeafIndex] = []
  var updated: [LeafIndex] = []

  /// Updates, then Removes, then Adds. The list must be valid.
  init(_ list: ProposalList<Suite>, to tree: RatchetTree<Suite>) throws(MLSError) {
    self.tree = tree
    for sent in list.proposals {
      guard case .update(let leaf) = sent.proposal, case .member(let index) = sent.sender else { continue }
      self.tree.update(index, to: leaf)
      updated.append(index)
    }
    for sent in list.proposals {
      guard case .remove(let index) = sent.proposal else { continue }
      self.tree.remove(index)
      removed.append(index)
    }
    for sent in list.proposals {
      guard case .add(let keyPackage) = sent.proposal else { continue }
      added.append((try self.tree.add(keyPackage.leafNode), keyPackage))
    }
  }

  /// The new members, whom the path of this commit does not reach.
  var newLeaves: [LeafIndex] { added.map { $0.leaf } }
}
