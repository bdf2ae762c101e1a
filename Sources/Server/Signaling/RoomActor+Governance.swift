import Bytes
import Delivery
import MLSWire
import RoomRules
import Rooms
import Signaling

// The rules of a room with a host, as the node holds them: whoever may not send is cut off, whoever may decide is asked.

extension RoomActor {
  /// Follows what has become of the group and of who is there. To be called after anything that may have changed either.
  func settleGovernance() {
    guard governance != nil else { return }
    followRules()
    settleRights()
    settleDeciders()
  }

  /// New rules: what they take back and ban is so for the door as well, and a door that opens lets in.
  private func followRules() {
    guard let rules = delivery.rules else {
      governance?.counter = nil
      governance?.freeze = nil
      return
    }
    guard governance?.counter != rules.counter else { return }
    let isFirst = governance?.counter == nil
    let wasOpen = governance?.door == .open
    governance?.counter = rules.counter
    governance?.door = rules.door
    governance?.hostKey = rules.hostKey
    follow(gate: rules.gate)
    if let freeze = governance?.freeze, rules.counter > freeze.counter { governance?.freeze = nil }
    let revoked = governance?.book.revoke(rules.revoked.map { $0.bytes }) ?? []
    let banned = rules.banned.map { $0.bytes }.filter { governance?.lobby.isBanned($0) == false }
    perform(governance?.lobby.ban(banned) ?? [])
    if !revoked.isEmpty || !banned.isEmpty { keep() }
    condemn(governance?.participants(invitedBy: Set(revoked)) ?? [])
    // Read before the lobby is changed: both are of one value.
    let invited = rules.door == .locked ? [] : validInvitations
    perform(governance?.lobby.admit(invited: invited) ?? [])
    // An early arrival is never let in by the host's arrival, only by a host who opens the door afterwards.
    if rules.door == .open, !wasOpen, !isFirst { perform(governance?.lobby.admitAll() ?? []) }
  }

  /// The rules name another gate: it leads here from now on, and no other does. Who waits came by another, and so did who is not in
  /// the group yet: they say hello again, and come to where their link leads now.
  private func follow(gate: [UInt8]) {
    guard !gate.isEmpty, let current = governance?.gateHash, gate != current else { return }
    governance?.gateHash = gate
    governance?.hasMoved = true
    room.setGate(gate)
    perform(governance?.lobby.sendAway() ?? [])
    perform(room.dismiss(now: context.clock.now) { !delivery.isMember($0) })
    if governance?.isStored == true { keep() }
  }

  /// SHA-256 of the gate that leads here; nil where nobody governs.
  package var gateHash: [UInt8]? { governance?.gateHash }

  /// Whether the gate has been changed since this was asked last: then the directory has to know.
  func takeMove() -> Bool {
    defer { governance?.hasMoved = false }
    return governance?.hasMoved ?? false
  }

  /// Those of people who wait.
  private var validInvitations: Set<[UInt8]> {
    guard let governance else { return [] }
    let now = context.unixTime()
    var valid: Set<[UInt8]> = []
    for place in governance.lobby.places {
      guard let id = place.request.invitation,
        governance.book.verdict(on: id, device: place.request.device, now: now) == .valid
      else { continue }
      valid.insert(id)
    }
    return valid
  }

  private func settleRights() {
    perform(room.setRights { index in rights(of: index) })
  }

  /// Nil for who has no place in the group yet.
  private func rights(of index: Int) -> ParticipantRights? {
    guard let governance, governance.sentences[index] == nil else { return ParticipantRights.none }
    guard delivery.rules != nil else { return governance.visitors[index]?.isHost == true ? .all : nil }
    guard let standing = delivery.standing(of: index) else { return nil }
    if governance.freeze != nil, !standing.goesOn { return ParticipantRights.none }
    return ParticipantRights(standing.permissions)
  }

  private func settleDeciders() {
    let connections = room.connected.filter { mayDecide($0.index) }.map { $0.connection }
    perform(governance?.lobby.setDeciders(connections) ?? [])
  }

  // MARK: Who may

  /// Decides on knocks: a moderator, or who stands in while none is in the group.
  func mayDecide(_ index: Int) -> Bool {
    guard let governance, governance.sentences[index] == nil else { return false }
    if moderates(index) { return true }
    guard !delivery.hasModerator, !governance.visitors.contains(where: { $0.value.isHost }) else { return false }
    return delivery.standing(of: index)?.isTrusted == true
  }

  func moderates(_ index: Int) -> Bool { rank(of: index) >= Role.coHost.power }

  /// Power of a participant's role: whoever has shown the host's key is a host from the first moment.
  func rank(of index: Int) -> UInt8 {
    guard let governance, governance.sentences[index] == nil else { return 0 }
    if governance.visitors[index]?.isHost == true { return Role.host.power }
    return delivery.standing(of: index)?.role.power ?? 0
  }

  // MARK: Out

  /// Those may do nothing from now on, and are put out unless a commit does it before.
  func condemn(_ indices: [Int]) {
    let due = context.clock.now + Governance.reprieve
    for index in indices where governance?.sentences[index] == nil { governance?.sentences[index] = due }
  }

  func carryOutSentences(_ now: Instant) {
    guard let sentences = governance?.sentences, !sentences.isEmpty else { return }
    for (index, due) in sentences.sorted(by: { $0.key < $1.key }) where now >= due {
      perform(room.expel(index, now: now))
    }
  }

  /// Forgets what was shown by a participant who is gone.
  func forgetVisitor(_ index: Int) {
    governance?.visitors[index] = nil
    governance?.sentences[index] = nil
  }

  /// Hands the room to the keeper, if there is anything to keep. False when the keeper has no place for it, or what was kept has
  /// been deleted beside us.
  @discardableResult
  func keep() -> Bool {
    if let governance, governance.isStored, context.keeper.room(governance.idHash) == nil { erase() }
    guard let governance, !governance.isErased else { return false }
    guard governance.isWorthKeeping else {
      if governance.isStored { context.keeper.forget(governance.idHash) }
      self.governance?.isStored = false
      return true
    }
    if !governance.isStored {
      // Under this id another room may be kept, of another link: that one was first.
      guard context.keeper.takesRooms, context.keeper.room(governance.idHash) == nil else { return false }
      self.governance?.isStored = true
    }
    context.keeper.remember(governance.kept)
    return true
  }

  /// What an operator deletes does not come back by what somebody who is inside does next.
  private func erase() {
    governance?.isErased = true
    governance?.isStored = false
    governance?.isKept = false
  }
}
