package import MLSWire

/// A proposal with its author (RFC 9420 §12.1).
package struct SentProposal: Equatable, Sendable {
  package let proposal: Proposal
  package let sender: Sender

  package init(proposal: Proposal, sender: Sender) {
    self.proposal = proposal
    self.sender = sender
  }
}

/// The proposals of an epoch that were sent on their own, in the order they came (RFC 9420 §12.4).
struct ProposalQueue: Sendable {
  /// More than this in one epoch are refused.
  static let capacity = 1024

  private(set) var entries: [(reference: [UInt8], sent: SentProposal)] = []

  var isEmpty: Bool { entries.isEmpty }

  mutating func add(_ sent: SentProposal, reference: [UInt8]) {
    guard entries.count < Self.capacity, self[reference] == nil else { return }
    entries.append((reference, sent))
  }

  subscript(reference: [UInt8]) -> SentProposal? { entries.first { $0.reference == reference }?.sent }

  /// What a commit of `committer` can refer to: no Update or Remove of itself, one change a leaf (a Remove before the
  /// latest Update), one list of extensions, each PSK and each new member once, and a ReInit only when there is
  /// nothing else (§12.2).
  func committable(by committer: LeafIndex) -> [(reference: [UInt8], sent: SentProposal)] {
    var chosen: [(reference: [UInt8], sent: SentProposal)] = []
    var removed: [LeafIndex] = []
    var psks: [PreSharedKeyID] = []
    var keys = ByteStringSet()
    for (place, entry) in entries.enumerated() {
      switch entry.sent.proposal {
      case .update:
        guard let leaf = entry.sent.updatedLeaf, leaf != committer, !isChanged(leaf, after: place) else { continue }
      case .remove(let leaf):
        guard leaf != committer, !removed.contains(leaf) else { continue }
        removed.append(leaf)
      case .groupContextExtensions:
        guard !entries[(place + 1)...].contains(where: { $0.sent.proposal.type == .groupContextExtensions }) else {
          continue
        }
      case .preSharedKey(let id):
        guard !psks.contains(id) else { continue }
        psks.append(id)
      case .reInit:
        guard entries.count == 1 else { continue }
      case .externalInit: continue
      case .add(let keyPackage):
        let leaf = keyPackage.leafNode
        guard !keys.contains(leaf.signatureKey), !keys.contains(leaf.encryptionKey) else { continue }
        keys.insert(leaf.signatureKey)
        keys.insert(leaf.encryptionKey)
      }
      chosen.append(entry)
    }
    return chosen
  }

  /// Whether a leaf is removed, or updated later than by the proposal at `place`.
  private func isChanged(_ leaf: LeafIndex, after place: Int) -> Bool {
    for (other, entry) in entries.enumerated() {
      if case .remove(leaf) = entry.sent.proposal { return true }
      if other > place, entry.sent.updatedLeaf == leaf { return true }
    }
    return false
  }
}

extension SentProposal {
  fileprivate var updatedLeaf: LeafIndex? {
    guard case .update = proposal, case .member(let leaf) = sender else { return nil }
    return leaf
  }

  /// Whether this author may propose this (RFC 9420 §6.1, §12.1.8).
  var isAllowed: Bool {
    switch (sender, proposal) {
    case (.member, .externalInit): false
    case (.member, _): true
    case (.external, .add), (.external, .remove), (.external, .preSharedKey), (.external, .reInit),
      (.external, .groupContextExtensions):
      true
    case (.newMemberProposal, .add): true
    case (.newMemberCommit, .externalInit), (.newMemberCommit, .remove), (.newMemberCommit, .preSharedKey): true
    default: false
    }
  }
}
