import Bytes
import MLS
import MLSWire

extension Meeting {
  /// The node asks us to commit: these key packages, and every proposal received.
  mutating func commit(adding packages: [[UInt8]], using random: inout some RandomNumberGenerator) {
    guard let group, node.isConnected, pending == nil, !watch.awaitsInfo, !watch.alarms.contains(.forked) else {
      return
    }
    if packages.count > Pace.batch { tell(.flood) }
    var proposals: [Proposal] = []
    var joiners: [JoinID] = []
    if group.roles?.locked != true {
      for keyPackage in admissible(packages.prefix(Pace.batch), to: group) {
        proposals.append(.add(keyPackage))
        if let join = JoinID(keyPackage.leafNode.credential) { joiners.append(join) }
      }
    }
    guard !proposals.isEmpty || hasCommittable else { return }
    commit(proposals, joiners: joiners, using: &random)
  }

  /// Whether there is a proposal that we may commit: not the one that removes us.
  private var hasCommittable: Bool { node.removing.contains { $0 != group?.ownLeaf } }

  /// The key packages that may be added together; the person is told of the others.
  private mutating func admissible(_ boxes: ArraySlice<[UInt8]>, to group: Group<Suite>) -> [KeyPackage] {
    var chosen: [KeyPackage] = []
    var joins = Set<JoinID>()
    var keys = Set(directory.seats.map { $0.signatureKey })
    guard
      let validator = try? LeafValidator<Suite>(
        groupID: group.groupID, extensions: group.context.extensions, now: wallClock)
    else { return [] }
    for box in boxes where chosen.count + directory.seats.count < Pace.members {
      guard case .keyPackage(let keyPackage)? = try? MLSMessage(wire: box),
        (try? validator.validate(keyPackage)) != nil,
        (try? policy.judge(SentProposal(proposal: .add(keyPackage), sender: .member(group.ownLeaf)), in: group)) != nil,
        let join = JoinID(keyPackage.leafNode.credential), isFree(join),
        !directory.removedKeys.contains(keyPackage.leafNode.signatureKey),
        keys.insert(keyPackage.leafNode.signatureKey).inserted, joins.insert(join).inserted
      else {
        tell(.badKeyPackage)
        continue
      }
      chosen.append(keyPackage)
    }
    return chosen
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

  mutating func remove(_ join: JoinID) {
    guard let group, join != self.join, directory[join] != nil, mayRemove(join, from: group) else {
      return tell(.notAllowed)
    }
    if !wishes.removals.contains(join) { wishes.removals.append(join) }
  }

  mutating func setRoles(_ entries: [RoleAssignment], locked: Bool) {
    guard ownRole.moderates || hostKey != nil else { return tell(.notAllowed) }
    wishes.roles = (entries, locked)
  }

  private func mayRemove(_ join: JoinID, from group: Group<Suite>) -> Bool {
    guard let leaf = directory[join] else { return false }
    switch ownRole {
    case .host: return true
    case .coHost: return !group.role(of: leaf).moderates
    case .speaker, .listener: return false
    }
  }

  /// Commits what is wanted, all in one, as soon as no commit of ours is under way.
  mutating func fulfilWishes(using random: inout some RandomNumberGenerator) {
    guard let group, node.isConnected, pending == nil, timers[.resend] == nil, !watch.awaitsInfo,
      !watch.alarms.contains(.forked)
    else { return }
    wishes.removals.removeAll { directory[$0] == nil }
    var proposals: [Proposal] = []
    for join in wishes.removals where mayRemove(join, from: group) {
      guard let leaf = directory[join], !node.removing.contains(leaf) else { continue }
      proposals.append(.remove(leaf))
    }
    if let extensions = wantedExtensions(of: group) { proposals.append(.groupContextExtensions(extensions)) }
    let isDue = wishes.update || (wishes.proposals && hasCommittable)
    wishes.update = false
    wishes.proposals = false
    guard !proposals.isEmpty || isDue else { return }
    commit(proposals, using: &random)
  }

  /// The extensions with the roles that we want, nil where they are as we want them or it is not ours to change them.
  private mutating func wantedExtensions(of group: Group<Suite>) -> [Extension]? {
    var changes: [(join: JoinID, role: Role)] = []
    if hostKey != nil, ownRole != .host { changes.append((join, .host)) }
    guard !changes.isEmpty || wishes.roles != nil else { return nil }
    if let wanted = wishes.roles {
      for seat in directory.seats where seat.join != join {
        let role = wanted.entries.first { $0.join == seat.join }?.role ?? .speaker
        if group.role(of: seat.leaf) != role { changes.append((seat.join, role)) }
      }
    }
    let locked = wishes.roles?.isLocked ?? group.roles?.locked ?? false
    guard !changes.isEmpty || locked != (group.roles?.locked ?? false) else {
      wishes.roles = nil
      return nil
    }
    let signer: RolesSigner<Suite>
    if let hostKey {
      signer = .host(hostKey)
    } else {
      signer = .coHost(join, signatureKey: identity.signatureKey)
    }
    guard let roles = try? RolesExtension.next(in: group, changing: changes, locked: locked, by: signer) else {
      wishes.roles = nil
      tell(.notAllowed)
      return nil
    }
    return group.context.extensions.replacing(roles)
  }
}
