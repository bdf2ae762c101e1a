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
    var keys = Set<[UInt8]>()
    for (place, entry) in entries.enumerated() {
      let later = entries[(place + 1)...]
      switch entry.sent.proposal {
      case .update:
        guard entry.sent.sender != .member(committer), case .member(let leaf) = entry.sent.sender else { continue }
        let removed = entries.contains { $0.sent.proposal == .remove(leaf) }
        if removed || later.contains(where: { $0.sent.isUpdate(of: leaf) }) { continue }
      case .remove(let leaf):
        if leaf == committer || chosen.contains(where: { $0.sent.proposal == .remove(leaf) }) { continue }
      case .groupContextExtensions:
        if later.contains(where: { $0.sent.proposal.type == .groupContextExtensions }) { continue }
      case .preSharedKey:
        if chosen.contains(where: { $0.sent.proposal == entry.sent.proposal }) { continue }
      case .reInit:
        if entries.count > 1 { continue }
      case .externalInit: continue
      case .add(let keyPackage):
        let leaf = keyPackage.leafNode
        if keys.contains(leaf.signatureKey) || keys.contains(leaf.encryptionKey) { continue }
        keys.formUnion([leaf.signatureKey, leaf.encryptionKey])
      }
      chosen.append(entry)
    }
    return chosen
  }
}

extension SentProposal {
  fileprivate func isUpdate(of leaf: LeafIndex) -> Bool {
    guard case .update = proposal else { return false }
    return sender == .member(leaf)
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
