import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// The node asks us to commit: these key packages, and every proposal received.
  mutating func commit(adding packages: [[UInt8]], using random: inout some RandomNumberGenerator) {
    guard let group, node.isConnected, pending == nil, !watch.awaitsInfo, !watch.alarms.contains(.forked) else {
      return
    }
    if packages.count > Pace.batch { tell(.flood) }
    var proposals: [Proposal] = []
    var joiners: [JoinID] = []
    unbidden = []
    for keyPackage in admissible(packages.prefix(Pace.batch), to: group) {
      proposals.append(.add(keyPackage))
      if let join = JoinID(keyPackage.leafNode.credential) { joiners.append(join) }
    }
    guard !proposals.isEmpty || hasCommittable else { return }
    commit(proposals, joiners: joiners, using: &random)
  }

  /// Whether there is a proposal that we may commit: not the one that removes us.
  private var hasCommittable: Bool { node.removing.contains { $0 != group?.ownLeaf } }

  /// The key packages that may be added together; the person is told of the others.
  private mutating func admissible(_ boxes: ArraySlice<[UInt8]>, to group: Group<Suite>) -> [KeyPackage] {
    var chosen: [KeyPackage] = []
    var joins = JoinSet()
    var keys = ByteStringSet()
    for seat in directory.seats { keys.insert(seat.signatureKey) }
    let view = RuledGroup(group)
    guard
      let validator = try? LeafValidator<Suite>(
        groupID: group.groupID, extensions: group.context.extensions, now: wallClock)
    else { return [] }
    for box in boxes where chosen.count + directory.seats.count < Pace.members {
      guard case .keyPackage(let keyPackage)? = try? MLSMessage(wire: box),
        (try? validator.validate(keyPackage)) != nil,
        let join = JoinID(keyPackage.leafNode.credential), isFree(join),
        !directory.removedKeys.contains(keyPackage.leafNode.signatureKey),
        keys.insert(keyPackage.leafNode.signatureKey), joins.insert(join)
      else {
        tell(.badKeyPackage)
        continue
      }
      guard isBidden(keyPackage.leafNode, join, under: view.rules) else {
        leaveOut(join, box)
        continue
      }
      do {
        let add = SentProposal(proposal: .add(keyPackage), sender: .member(group.ownLeaf))
        try policy.judge(add, of: nil, in: group, view)
      } catch {
        // Whom we may not let in somebody else does.
        if error != .locked, error != .notAdmitted { tell(.badKeyPackage) }
        continue
      }
      guard hasUseLeft(keyPackage.leafNode, beside: chosen, in: group, under: view.rules) else { continue }
      chosen.append(keyPackage)
    }
    return chosen
  }

  /// Whether the invitation that a leaf proves, if any, is good for one more. Who comes again waits until their old leaf
  /// goes: every member would refuse the commit.
  private func hasUseLeft(
    _ leaf: LeafNode, beside chosen: [KeyPackage], in group: Group<Suite>, under rules: RoomRules?
  ) -> Bool {
    guard let rules, let own = rules.invitation(in: leaf, now: nil, as: Suite.self)?.last else { return true }
    var others: [LeafNode] = []
    for member in group.tree.members where !node.removing.contains(member) {
      if let other = group.tree[member] { others.append(other) }
    }
    for keyPackage in chosen { others.append(keyPackage.leafNode) }
    var count = 0
    for other in others where other.entryProof?.chain.last.key == own.key {
      if rules.invitation(in: other, now: nil, as: Suite.self) != nil { count += 1 }
    }
    return count < Int(own.uses)
  }

  /// Whether nobody has this join, or only a leaf that the same commit takes away.
  private func isFree(_ join: JoinID) -> Bool {
    guard let leaf = directory[join] else { return true }
    return leaf != group?.ownLeaf && node.removing.contains(leaf)
  }

  /// Makes a commit and sends it. Whoever is added needs the room's PSK.
  mutating func commit(
    _ proposals: [Proposal], joiners: [JoinID] = [], using random: inout some RandomNumberGenerator
  ) {
    guard group != nil, pending == nil else { return }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    var nonce: [UInt8]?
    if !joiners.isEmpty {
      let psk = RoomPSK.fresh(using: &random)
      nonce = psk.nonce
      options.proposals.append(.preSharedKey(psk))
    }
    guard let made = try? group?.commit(options, psks: keys.psks, now: wallClock, using: &random),
      let old = group?.tree.sent.nodes, let next = made.staged.next,
      let info = try? next.groupInfo(withTree: false, withExternalPub: true)
    else { return tell(.notAllowed) }
    let upload = CommitUpload(
      commit: made.message.wire, welcome: made.welcome.map { MLSMessage.welcome($0).wire } ?? [],
      groupInfo: MLSMessage.groupInfo(info).wire, tree: TreeChange(from: old, to: next.tree.sent.nodes))
    send(
      PendingUpload(
        commit: upload.commit, upload: upload.wire, epoch: next.epoch - 1, outcome: .commit(made.staged),
        nonce: nonce, joiners: joiners))
  }

  mutating func send(_ upload: PendingUpload<Suite>) {
    pending = upload
    timers[.resend] = now + Pace.resend
    emit(.send(.commit(upload.upload)))
  }

  /// Sends the commit again that the node has not answered, for a while.
  mutating func resend() {
    timers[.resend] = nil
    guard let upload = pending else { return }
    guard upload.attempts < Pace.attempts else { return commitIsLost() }
    pending?.attempts += 1
    timers[.resend] = now + Pace.resend
    emit(.send(.commit(upload.upload)))
  }

  private mutating func commitIsLost() {
    pending = nil
    raise(.withheld)
    askForWayIn()
  }

  /// Another commit won, or ours was none. The winner has been sent to all.
  mutating func commitRefused(_ epoch: UInt64) {
    guard let upload = pending, upload.epoch == epoch else { return }
    pending = nil
    if case .entry = upload.outcome { return askForWayIn() }
    if case .commit(let staged) = upload.outcome, staged.effects.proposals.isEmpty {
      timers[.update] = now + Pace.refusedUpdate
    }
    timers[.resend] = now + Pace.retry
    emit(.send(.sync(epoch: epoch)))
  }

  // MARK: What we want committed ourselves

  mutating func remove(_ joins: [JoinID]) {
    for join in joins {
      guard join != self.join, directory[join] != nil, mayRemove(join) else {
        tell(.notAllowed)
        continue
      }
      if !wishes.removals.contains(join) { wishes.removals.append(join) }
    }
  }

  /// As all members judge it.
  private func mayRemove(_ join: JoinID) -> Bool {
    switch governance.own.role {
    case .host: true
    case .coHost: governance.standings[join]?.role.moderates == false
    case .speaker, .listener, .newcomer: governance.own.isTrusted && governance.moderators.isEmpty
    }
  }

  /// Commits what is wanted, all in one, as soon as no commit of ours is under way.
  mutating func fulfilWishes(using random: inout some RandomNumberGenerator) {
    guard let group, node.isConnected, pending == nil, timers[.resend] == nil, !watch.awaitsInfo,
      !watch.alarms.contains(.forked)
    else { return }
    wishes.removals.removeAll { directory[$0] == nil }
    var proposals: [Proposal] = []
    for join in wishes.removals where mayRemove(join) {
      guard let leaf = directory[join], !node.removing.contains(leaf) else { continue }
      proposals.append(.remove(leaf))
    }
    if let extensions = wantedExtensions(of: group, using: &random) {
      proposals.append(.groupContextExtensions(extensions))
    }
    let isDue = wishes.update || (wishes.proposals && hasCommittable)
    wishes.update = false
    wishes.proposals = false
    guard !proposals.isEmpty || isDue else { return }
    commit(proposals, using: &random)
  }
}
