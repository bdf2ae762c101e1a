import MLSWire
import RoomRules

/// What a commit does, found valid as far as one can tell who cannot open anything (RFC 9420 §12.4.2, without secrets).
struct InspectedCommit: Equatable, Sendable {
  /// A member that the commit adds, and its part of the Welcome, as an MLSMessage.
  struct Joiner: Equatable, Sendable {
    let identity: [UInt8]
    let reference: [UInt8]
    let welcome: [UInt8]
  }

  let box: [UInt8]
  /// The state that it makes.
  let state: GroupState
  let joiners: [Joiner]
  /// Whether the author came back by an external commit.
  let isExternal: Bool
  /// Whether it only gives its author new keys, which can wait.
  let isElective: Bool
}

/// Who sends a commit, and on what ground it stands.
struct CommitterContext {
  /// Join id.
  let identity: [UInt8]
  let isHost: Bool
  /// `H` of the room's link; nil where nobody governs.
  let hostDigest: [UInt8]?
  /// Proposed by the node: may be referred to, and the first `required` must be.
  let removals: [Removal]
  let required: Int
}

extension GroupState {
  /// Looks at the commit of a participant.
  func inspect<Signer: DeliverySigner>(
    _ upload: CommitUpload, by committer: CommitterContext, _: Signer.Type
  ) throws(Fault) -> InspectedCommit {
    let removals = committer.removals
    guard case .publicMessage(let message)? = try? MLSMessage(wire: upload.commit),
      case .commit(let commit) = message.content.content, let tag = message.auth.confirmationTag
    else { throw .offence }
    let content = message.content
    guard content.groupID == context.groupID, content.epoch == epoch else { throw .late(epoch: content.epoch) }
    let proposals = try CommitProposals(commit, removals: removals)
    let author = try author(of: content, commit, committer.identity)
    let signed = LabelledContent.wire(
      label: "FramedContentTBS", content: content.toBeSigned(wireFormat: .publicMessage, context: context))
    guard Signer.isValid(message.auth.signature, of: signed, by: author.signatureKey) else { throw .offence }
    // Who comes back from outside has not seen what was proposed to the members.
    guard author.leaf == nil || removals.prefix(committer.required).allSatisfy({ proposals.removes.contains($0.leaf) })
    else {
      throw .late(epoch: epoch)
    }

    try judgeDoor(proposals, author, committer, Signer.self)

    var next = tree
    let own = try apply(proposals, commit.path?.leafNode, by: author, to: &next)
    guard next.apply(upload.tree, to: tree) else { throw .offence }
    let info = try nextInfo(upload.groupInfo, Signer.self, tag: tag, leaf: own, in: next)
    let nextRules = try RoomRules.next(
      in: info.groupContext, after: rules, hostDigest: committer.hostDigest, tree: tree, as: Signer.self)
    let state = GroupState(context: info.groupContext, info: upload.groupInfo, tree: next, rules: nextRules)
    return InspectedCommit(
      box: upload.commit, state: state, joiners: try joiners(upload.welcome, proposals.adds, Signer.self),
      isExternal: author.leaf == nil, isElective: author.leaf != nil && commit.proposals.isEmpty)
  }

  /// Who may bring somebody in through the door as it is. A client that is late has seen another door, in another epoch: who
  /// breaks this one's rule meant to.
  private func judgeDoor<Signer: DeliverySigner>(
    _ proposals: CommitProposals, _ author: Author, _ committer: CommitterContext, _: Signer.Type
  ) throws(Fault) {
    guard committer.hostDigest != nil, rules?.door != .open else { return }
    guard let leaf = author.leaf else {
      // From outside only those come in who are in already.
      let isBack = proposals.removes.contains { tree[$0]?.isOwned(by: author.identity, author.signatureKey) == true }
      guard isBack else { throw .late(epoch: epoch) }
      return
    }
    guard !proposals.adds.isEmpty, let adder = tree[leaf] else { return }
    let invited = invitedRole(of: adder, Signer.self)
    guard !mayAdd(adder, invited: invited, isHost: committer.isHost) else { return }
    for package in proposals.adds {
      guard let added = Leaf(package.leafNode), isInvited(added, Signer.self) else { throw .offence }
    }
  }

  private struct Author {
    /// Nil for one who joins by this commit.
    let leaf: UInt32?
    let identity: [UInt8]
    let signatureKey: [UInt8]
  }

  private func author(
    of content: FramedContent, _ commit: Commit, _ identity: [UInt8]
  ) throws(Fault) -> Author {
    switch content.sender {
    case .member(let index):
      guard let leaf = tree[index.rawValue], leaf.identity == identity else { throw .offence }
      return Author(leaf: index.rawValue, identity: identity, signatureKey: leaf.signatureKey)
    case .newMemberCommit:
      guard let node = commit.path?.leafNode, let leaf = Leaf(node), leaf.identity == identity else { throw .offence }
      return Author(leaf: nil, identity: identity, signatureKey: leaf.signatureKey)
    case .external, .newMemberProposal: throw .offence
    }
  }

  /// Does to the leaves what the commit does, in the order of RFC 9420 §12.3, and gives the author's leaf.
  private func apply(
    _ proposals: CommitProposals, _ path: LeafNode?, by author: Author, to next: inout OpaqueTree
  ) throws(Fault) -> UInt32 {
    guard proposals.hasExternalInit == (author.leaf == nil) else { throw .offence }
    for leaf in proposals.removes {
      guard leaf != author.leaf, next.remove(leaf) else { throw .offence }
      // Who comes back may take away their own old leaf and no other (RFC 9420 §12.4.3.2).
      if author.leaf == nil {
        guard let old = tree[leaf],
          proposals.referred.contains(leaf) || old.isOwned(by: author.identity, author.signatureKey)
        else { throw .offence }
      }
    }
    next.truncate()
    for package in proposals.adds {
      guard author.leaf != nil, next.add(package.leafNode) != nil else { throw .offence }
    }
    guard let leaf = author.leaf else {
      guard let path, let own = next.add(path) else { throw .offence }
      return UInt32(own)
    }
    if let path {
      guard next.replace(Int(leaf), by: path) else { throw .offence }
    }
    return leaf
  }

  /// The GroupInfo of the epoch that the commit begins: in nothing different that all members must agree on.
  private func nextInfo<Signer: DeliverySigner>(
    _ bytes: [UInt8], _: Signer.Type, tag: [UInt8], leaf: UInt32, in next: OpaqueTree
  ) throws(Fault) -> GroupInfo {
    guard let key = next[leaf]?.signatureKey else { throw .offence }
    let info = try Self.checkedInfo(bytes, Signer.self, signer: leaf, key: key)
    let new = info.groupContext
    guard info.confirmationTag == tag, new.version == context.version, new.cipherSuite == context.cipherSuite,
      new.groupID == context.groupID, new.epoch == epoch &+ 1,
      new.extensions.data(of: .externalSenders) == context.extensions.data(of: .externalSenders)
    else { throw .offence }
    return info
  }

  /// Cuts the Welcome: nobody needs to see the secrets of the others, even sealed, and a hundred joiners would be sent a
  /// hundred times a hundred of them.
  private func joiners<Signer: DeliverySigner>(
    _ box: [UInt8], _ adds: [KeyPackage], _: Signer.Type
  ) throws(Fault) -> [InspectedCommit.Joiner] {
    guard !adds.isEmpty else {
      guard box.isEmpty else { throw .offence }
      return []
    }
    guard case .welcome(let welcome)? = try? MLSMessage(wire: box), welcome.cipherSuite == context.cipherSuite,
      welcome.secrets.count == adds.count
    else { throw .offence }
    var joiners: [InspectedCommit.Joiner] = []
    for package in adds {
      let reference = Signer.reference(of: package)
      guard let leaf = Leaf(package.leafNode), let secret = welcome.secrets.first(where: { $0.newMember == reference })
      else { throw .offence }
      let own = Welcome(
        cipherSuite: welcome.cipherSuite, secrets: [secret], encryptedGroupInfo: welcome.encryptedGroupInfo)
      joiners.append(
        InspectedCommit.Joiner(
          identity: leaf.identity, reference: reference, welcome: MLSMessage.welcome(own).wire))
    }
    return joiners
  }
}

/// The proposals of a commit, references resolved.
private struct CommitProposals {
  var adds: [KeyPackage] = []
  /// Leaves, each once.
  var removes: [UInt32] = []
  /// Those of them that the node proposed.
  var referred: [UInt32] = []
  var hasExternalInit = false

  init(_ commit: Commit, removals: [Removal]) throws(Fault) {
    for proposal in commit.proposals {
      switch proposal {
      case .reference(let reference):
        guard let removal = removals.first(where: { $0.reference == reference }) else { throw .offence }
        referred.append(removal.leaf)
        removes.append(removal.leaf)
      case .proposal(.remove(let leaf)): removes.append(leaf.rawValue)
      case .proposal(.add(let package)): adds.append(package)
      case .proposal(.externalInit):
        guard !hasExternalInit else { throw .offence }
        hasExternalInit = true
      case .proposal(.preSharedKey), .proposal(.groupContextExtensions): continue
      // An Update is only ever referred to, and nobody sends one alone; a group that ends has no use here.
      case .proposal(.update), .proposal(.reInit): throw .offence
      }
    }
    guard Set(removes).count == removes.count else { throw .offence }
  }
}

extension Leaf {
  fileprivate func isOwned(by identity: [UInt8], _ signatureKey: [UInt8]) -> Bool {
    self.identity == identity && self.signatureKey == signatureKey
  }
}
