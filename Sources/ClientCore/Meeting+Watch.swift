import Bytes
import MLS
import MLSWire
import RoomRules

/// Tells all members which epoch one sees.
struct Checkpoint: WireCodable {
  let epoch: UInt64
  /// SHA-256 of the epoch authenticator.
  let hash: [UInt8]
  let members: UInt32

  init(epoch: UInt64, hash: [UInt8], members: UInt32) {
    self.epoch = epoch
    self.hash = hash
    self.members = members
  }

  init(from reader: inout WireReader) throws(WireError) {
    epoch = try reader.uint64()
    hash = try reader.bytes(32)
    members = try reader.uint32()
  }

  func encode(into writer: inout WireWriter) {
    writer.write(epoch)
    writer.write(raw: hash)
    writer.write(members)
  }
}

extension Meeting {
  mutating func sendCheckpoint() {
    guard let group, directory.seats.count > 1 else { return }
    let checkpoint = Checkpoint(
      epoch: group.epoch, hash: Suite.hash(group.epochAuthenticator), members: UInt32(directory.seats.count))
    enqueue(.checkpoint, checkpoint.wire)
  }

  mutating func check(_ payload: [UInt8]) {
    guard let checkpoint = try? Checkpoint(wire: payload) else { return tell(.badMessage) }
    guard let own = watch.authenticators.last(where: { $0.epoch == checkpoint.epoch }) else { return }
    if own.hash != checkpoint.hash { raise(.forked) }
  }

  mutating func hear(_ author: Directory.Seat) {
    let last = watch.heard[author.join] ?? now
    watch.heard[author.join] = now
    if watch.spoke.insert(author.join) || now - last > Pace.firstWord { shown.isStale = true }
    if timers[.gap] == nil, !watch.awaitsInfo, pending == nil { clear(.withheld) }
  }

  mutating func take(roster joins: [JoinID]) {
    node.roster = JoinSet(joins)
    node.roster.remove(join)
    node.knowsRoster = true
    shown.isStale = true
    look()
  }

  /// Compares the leaves with who the node says is here.
  mutating func look() {
    guard group != nil, node.isConnected, node.knowsRoster else { return }
    var absent = JoinTable<Instant>()
    for seat in directory.seats where seat.join != join && !node.roster.contains(seat.join) {
      absent[seat.join] = watch.absent[seat.join] ?? now
    }
    admitAllWhileOpen()
    var waiting = JoinTable<Instant>()
    for join in node.roster.joins where directory[join] == nil { waiting[join] = watch.waiting[join] ?? now }
    watch.absent = absent
    watch.waiting = waiting
    set(.ghost, absent.values.contains { now - $0 >= Pace.ghost })
    let isOpen = governance.signed?.door ?? .open == .open
    let isLeftOut = isOpen && waiting.values.contains { now - $0 >= Pace.stranger && watch.epochBegan > $0 }
    set(.stranger, isLeftOut || hasUnbidden)
    let others = directory.seats.filter { $0.join != join }
    if !others.isEmpty, others.allSatisfy({ isUnheard($0.join) && watch.spoke.contains($0.join) }) { raise(.withheld) }
    shown.isStale = true
  }

  private mutating func set(_ alarm: MeetingAlarm, _ isOn: Bool) {
    if isOn { raise(alarm) } else { clear(alarm) }
  }

  private func isUnheard(_ join: JoinID) -> Bool {
    guard let last = watch.heard[join] else { return false }
    return now - last >= (watch.spoke.contains(join) ? Pace.silence(members: directory.seats.count) : Pace.firstWord)
  }

  private func state(of join: JoinID) -> MeetingMember.State {
    if join == self.join { return .present }
    if let since = watch.absent[join], now - since >= Pace.ghost { return .ghost }
    return isUnheard(join) ? .unheard : .present
  }

  /// Tells what has changed of what people see.
  mutating func show() {
    if frames.sendingEpoch != shown.sendingEpoch {
      shown.sendingEpoch = frames.sendingEpoch
      if watch.hasNewListeners, frames.sendingEpoch == group?.epoch {
        watch.hasNewListeners = false
        emit(.newKeysForSending)
      }
    }
    guard shown.isStale else { return }
    shown.isStale = false
    // No closure: it would copy the whole meeting for every member.
    var members: [MeetingMember] = []
    for seat in directory.seats {
      let invitations = governance.invited[seat.join]?.ids ?? []
      members.append(
        MeetingMember(
          join: seat.join, leaf: UInt16(truncatingIfNeeded: seat.leaf.rawValue), isSelf: seat.join == join,
          state: state(of: seat.join), standing: governance.standings[seat.join] ?? .ungoverned,
          invitation: invitations.last, invitedBy: invitations.dropLast().last))
    }
    if members != shown.members {
      shown.members = members
      emit(.members(members))
    }
    showFreeze()
    showSecurity()
  }

  private mutating func showFreeze() {
    let isFrozen = governance.current?.isFrozen == true
    guard isFrozen != shown.isFrozen else { return }
    shown.isFrozen = isFrozen
    emit(.frozen(by: governance.freezer, isOn: isFrozen))
  }

  private mutating func showSecurity() {
    guard let group else {
      shown.security = nil
      return
    }
    let bare = security(of: group, digits: [])
    guard bare != shown.security || group.groupID != shown.securityGroup else { return }
    shown.security = bare
    shown.securityGroup = group.groupID
    emit(.security(security(of: group, digits: SafetyCode.digits(of: group))))
  }

  private func security(of group: Group<Suite>, digits: [UInt8]) -> MeetingSecurity {
    let rules = governance.current
    return MeetingSecurity(
      epoch: group.epoch, digits: digits, count: directory.seats.count,
      waiting: node.roster.joins.count { directory[$0] == nil }, door: rules?.door ?? .open,
      isFrozen: rules?.isFrozen ?? false, veilsNewcomers: rules?.veilsNewcomers ?? false,
      hosts: governance.moderators.count, standIns: governance.standIns, speaker: rules?.speaker ?? .ungoverned,
      listener: rules?.listener ?? .listenerDefault, newcomer: rules?.newcomer ?? .newcomerDefault,
      counter: rules?.counter ?? 0)
  }
}
