package import MLSWire

/// What a commit does, for the application to judge before it is merged.
package struct CommitEffects: Sendable {
  /// The leaf that the committer has after the commit.
  package let committer: LeafIndex
  /// The committer joined by this very commit (RFC 9420 §12.4.3.2).
  package let isExternal: Bool
  package let proposals: [SentProposal]
  package let added: [LeafIndex]
  package let removed: [LeafIndex]
  package let updated: [LeafIndex]
  package let psks: [PreSharedKeyID]
  package let hasPath: Bool
  package let removesUs: Bool
  /// The old extensions of the group context where the commit replaces them.
  package let replacedExtensions: [Extension]?
  package let authenticatedData: [UInt8]
}

/// A commit that was verified but not yet accepted.
package struct StagedCommit<Suite: CipherSuiteProvider>: Sendable {
  package let effects: CommitEffects
  /// Where it starts from.
  let baseEpoch: UInt64
  let baseTranscript: [UInt8]
  private let outcome: Outcome

  private indirect enum Outcome: Sendable {
    case removed
    case next(Group<Suite>)
  }

  init(effects: CommitEffects, baseEpoch: UInt64, baseTranscript: [UInt8], next: Group<Suite>?) {
    self.effects = effects
    self.baseEpoch = baseEpoch
    self.baseTranscript = baseTranscript
    outcome = next.map { .next($0) } ?? .removed
  }

  /// Nil when the commit removes us.
  package var next: Group<Suite>? {
    guard case .next(let group) = outcome else { return nil }
    return group
  }
}

extension Group {
  /// Moves to the epoch of a commit; the old epoch keeps what its late application messages need.
  package mutating func merge(_ staged: StagedCommit<Suite>) throws(MLSError) {
    try requireActive()
    guard staged.baseEpoch == epoch, staged.baseTranscript == interimTranscriptHash else { throw .group(.staleChange) }
    guard var next = staged.next else {
      close()
      return
    }
    let current = PastEpoch(
      context: context, tree: tree, senderDataSecret: secrets.senderData, secretTree: secretTree)
    next.past = Array(([current] + past).prefix(Self.retainedEpochs))
    next.resumptionPSKs = resumptionPSKs
    next.resumptionPSKs.add(resumptionOf: groupID, epoch: next.epoch, secret: next.secrets.resumptionPSK)
    if next.epoch >= Self.retainedResumptionPSKs {
      next.resumptionPSKs.remove(resumptionOf: groupID, epoch: next.epoch - Self.retainedResumptionPSKs)
    }
    self = next
  }

  func staged(_ effects: CommitEffects, next: Group<Suite>?) -> StagedCommit<Suite> {
    StagedCommit(effects: effects, baseEpoch: epoch, baseTranscript: interimTranscriptHash, next: next)
  }
}
