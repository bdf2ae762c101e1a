import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// Keeps a proposal for the commit that will follow. The node's Removes are all that travels on its own here.
  mutating func take(proposal bytes: [UInt8], using random: inout some RandomNumberGenerator) {
    guard group != nil else { return }
    guard case .publicMessage(let message)? = try? MLSMessage(wire: bytes), message.content.groupID == groupID,
      case .external(0) = message.content.sender, case .proposal(.remove(let leaf)) = message.content.content
    else { return tell(.badProposal) }
    guard message.content.epoch == group?.epoch else {
      if message.content.epoch > group?.epoch ?? 0 { noticeGap() }
      return
    }
    guard (try? group?.receive(.publicMessage(message), now: wallClock)) != nil else { return tell(.badProposal) }
    if !node.removing.contains(leaf) { node.removing.append(leaf) }
    if timers[.proposals] == nil {
      timers[.proposals] = now + .seconds(2) + TimeDelta.seconds(2).random(using: &random)
    }
  }

  /// The commit that ended `epoch`, as the node says.
  mutating func take(commit bytes: [UInt8], ending epoch: UInt64, using random: inout some RandomNumberGenerator) {
    if let upload = pending, upload.commit == bytes { return accept(upload, using: &random) }
    guard let current = group?.epoch else { return retryEntry(after: epoch) }
    guard epoch >= current else { return takeStale(bytes) }
    guard epoch == current else { return noticeGap() }
    guard case .publicMessage(let message)? = try? MLSMessage(wire: bytes), case .commit = message.content.content
    else { return refuse(bytes, ending: epoch, using: &random) }
    if isAlone, message.content.groupID != groupID { return }
    let staged: StagedCommit<Suite>
    do {
      guard case .commit(let read)? = try group?.receive(.publicMessage(message), psks: keys.psks, now: wallClock)
      else { return refuse(bytes, ending: epoch, using: &random) }
      staged = read
    } catch {
      return refuse(bytes, ending: epoch, because: error, using: &random)
    }
    if let next = staged.next, hasRemovedMember(next) { return refuse(bytes, ending: epoch, using: &random) }
    guard let group, (try? policy.judge(staged, in: group, nonces: &nonces)) != nil, mayFollow(staged.next?.rules)
    else { return refuse(bytes, ending: epoch, using: &random) }
    pending = nil
    timers[.resend] = nil
    move(by: staged, bytes: bytes, joiners: [], using: &random)
  }

  /// The node accepted our commit.
  private mutating func accept(_ upload: PendingUpload<Suite>, using random: inout some RandomNumberGenerator) {
    pending = nil
    timers[.resend] = nil
    if let nonce = upload.nonce { nonces.insert(nonce) }
    switch upload.outcome {
    case .commit(let staged):
      guard group?.epoch == upload.epoch else { return }
      move(by: staged, bytes: upload.commit, joiners: upload.joiners, using: &random)
    case .entry(let entered):
      let old = group?.epoch
      group = entered
      watch.awaitsInfo = false
      watch.remember(commit: Suite.hash(upload.commit))
      begin(after: nil, leaving: old, using: &random)
    }
  }

  private mutating func move(
    by staged: StagedCommit<Suite>, bytes: [UInt8], joiners: [JoinID], using random: inout some RandomNumberGenerator
  ) {
    let effects = staged.effects
    let old = group?.epoch
    if effects.removesUs { return gone(by: remover(of: group?.ownLeaf, in: effects)) }
    guard (try? group?.merge(staged)) != nil else { return }
    watch.awaitsInfo = false
    watch.remember(commit: Suite.hash(bytes))
    begin(after: effects, leaving: old, using: &random)
    if !joiners.isEmpty { introduce(to: joiners) }
  }

  /// Who removed the member at `leaf`.
  func remover(of leaf: LeafIndex?, in effects: CommitEffects) -> Remover {
    for sent in effects.proposals {
      guard case .remove(leaf) = sent.proposal, case .member(let author) = sent.sender,
        let seat = directory.seat(of: author)
      else { continue }
      return .member(seat.join)
    }
    return .node
  }

  /// A commit of an epoch that is over. After a resumption the same may come twice; anything else is told.
  private mutating func takeStale(_ bytes: [UInt8]) {
    let isRepeated = watch.processed.contains(Suite.hash(bytes))
    if !isRepeated || timers[.quiet] == nil { tell(.staleCommit) }
  }

  /// While we wait to come in: somebody else's commit made our way in obsolete.
  private mutating func retryEntry(after epoch: UInt64) {
    guard let upload = pending, upload.epoch <= epoch else { return }
    pending = nil
    askForWayIn()
  }

  /// Refuses the commit of the current epoch: we stay where we are. What only we cannot read is healed by an external
  /// commit; what breaks the rules is not. That a commit refers to proposals which passed while we were away is nobody's
  /// fault.
  private mutating func refuse(
    _ bytes: [UInt8], ending epoch: UInt64, because error: MLSError? = nil,
    using random: inout some RandomNumberGenerator
  ) {
    if error == .proposals(.unknownReference) { return watch.awaitsInfo ? () : askForWayIn() }
    let hash = Suite.hash(bytes)
    guard hash != watch.refused else { return }
    watch.refused = hash
    watch.refusedEpoch = epoch
    raise(error == .leaf(.outsideLifetime) ? .wrongClock : .badCommit)
    emit(.send(.refuse(epoch: epoch)))
    // Where the node takes it back, a commit of somebody's is what the meeting goes on with.
    timers[.update] = now + Pace.retry + (Pace.retry * 4).random(using: &random)
    switch error {
    case .commit(.pathSecretMismatch), .commit(.noPrivateKey): askForWayIn()
    default: break
    }
  }

  /// Something shows that others are ahead of us: what we missed is asked for, and missed if it does not come.
  mutating func noticeGap() {
    guard timers[.gap] == nil, node.isConnected, let epoch = group?.epoch else { return }
    timers[.gap] = now + Pace.gap
    emit(.send(.sync(epoch: epoch)))
  }

  /// What we asked for did not come.
  mutating func gapRemains() {
    timers[.gap] = nil
    guard group != nil, !watch.alarms.contains(.badCommit) else { return }
    raise(.withheld)
    askForWayIn()
  }
}
