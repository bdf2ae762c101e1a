import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// Starts the epoch that `group` has moved to: media keys, who came and went, what we owe the others. `commit` is nil
  /// where we have just come in, `old` the epoch before, if we were in one.
  mutating func begin(
    after commit: CommitEffects?, leaving old: UInt64? = nil, using random: inout some RandomNumberGenerator
  ) {
    let isEntry = directory.seats.isEmpty
    let change = directory.replace(seats, oldEpoch: old)
    node.removing = []
    wishes.update = false
    shown.isStale = true
    install(without: change.removed.map { $0.leaf })
    guard let group else { return }
    govern()
    if isEntry { settle(in: group, using: &random) }
    settleAlarms()
    watch.epochBegan = now
    watch.remember(authenticator: Suite.hash(group.epochAuthenticator), of: group.epoch)
    emit(.send(.ready(epoch: group.epoch)))
    tell(of: change, after: commit, isEntry: isEntry)
    scheduleUpdate(after: commit, using: &random)
    openHeld(using: &random)
  }

  private var seats: [Directory.Seat] {
    guard let tree = group?.tree else { return [] }
    return tree.members.compactMap { leaf in
      guard let node = tree[leaf], let join = JoinID(node.credential) else { return nil }
      return Directory.Seat(leaf: leaf, join: join, signatureKey: node.signatureKey)
    }
  }

  /// Without the new keys nothing could be opened and the old ones would go on being used: then the group is given up.
  private mutating func install(without removed: [LeafIndex]) {
    guard var entered = group else { return }
    group = nil
    followLink(entered.rules)
    keysOfLink =
      (try? entered.export(label: "tertulia link keys 1", context: [], length: Suite.aeadKeyLength)) ?? []
    guard let epoch = try? MediaEpoch(startOf: &entered, removed: removed),
      (try? frames.install(epoch, now: now)) != nil
    else { return gone(by: .node) }
    group = entered
  }

  /// The node says that all members have the keys of `epoch`.
  mutating func ready(_ epoch: UInt64) {
    guard let own = group?.epoch else { return }
    if epoch > own { return noticeGap() }
    if epoch == own { frames.ready(epoch, now: now) }
  }

  /// The first epoch of ours in this group.
  private mutating func settle(in group: Group<Suite>, using random: inout some RandomNumberGenerator) {
    bundle = nil
    profiles = ProfileBook(groupID: group.groupID)
    comparison = Comparison(
      groupID: group.groupID, own: .init(join: join, signatureKey: identity.signaturePublicKey))
    watch.spoke = JoinSet(directory.seats.map { $0.join })
    timers[.checkpoint] = now + Pace.checkpoint(members: directory.seats.count).random(using: &random)
    timers[.watch] = now + Pace.watch
    emit(.joined)
    if ownProfile != nil { sendProfile() } else { sendCheckpoint() }
  }

  private mutating func settleAlarms() {
    timers[.gap] = nil
    timers[.entry] = nil
    timers[.proposals] = nil
    watch.entryAttempts = 0
    for alarm in [MeetingAlarm.withheld, .badCommit, .badWelcome, .notLetIn, .wrongClock] { clear(alarm) }
  }

  private mutating func tell(
    of change: (added: [Directory.Seat], removed: [Directory.Seat]), after commit: CommitEffects?, isEntry: Bool
  ) {
    for seat in change.removed {
      emit(.removed(seat.join, by: commit.map { remover(of: seat.leaf, in: $0) } ?? .node))
      watch.forget(seat.join)
      profiles?.remove(seat.join)
      comparison?.left(seat.join)
    }
    showComparison()
    for seat in change.added where seat.join != join {
      watch.heard[seat.join] = now
      watch.hasNewListeners = true
      guard !isEntry else { continue }
      let author = commit.flatMap { directory.seat(of: $0.committer) } ?? seat
      emit(.added(seat.join, by: author.join))
    }
    guard let commit, commit.isExternal, let author = directory.seat(of: commit.committer),
      directory.seats.first(where: { $0.join != author.join })?.join == join
    else { return }
    introduce(to: [author.join])
  }

  /// A leaf that still is the key package's makes everybody's commits long: the first update comes soon, later the more
  /// of the others commit meanwhile. Then it comes at times.
  private mutating func scheduleUpdate(after commit: CommitEffects?, using random: inout some RandomNumberGenerator) {
    guard let group, directory.seats.count > 1 else {
      timers[.update] = nil
      return
    }
    let regular = Pace.update(members: directory.seats.count)
    if case .keyPackage? = group.tree[group.ownLeaf]?.source {
      let first = Pace.firstUpdate(members: directory.seats.count)
      timers.updateWindow = min(regular, max(first, timers.updateWindow * 2))
      timers[.update] = now + timers.updateWindow.random(using: &random)
    } else if timers[.update] == nil || timers.updateWindow > .zero || commit?.committer == group.ownLeaf {
      timers.updateWindow = .zero
      timers[.update] = now + regular.jittered(using: &random)
    }
  }
}
