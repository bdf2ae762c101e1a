/// How one comes into a room that has a host.
package enum Doorway: Equatable, Sendable {
  /// No rules are in force: only the host comes in.
  case notYet
  case open
  case lobby
  case locked
}

/// What somebody has shown at the door.
package struct Arrival: Equatable, Sendable {
  /// Has the seed of the host's key.
  package var isHost: Bool
  package var isBanned: Bool
  /// What the invitation is worth that they came with; nil without one.
  package var invitation: InvitationVerdict?

  package init(isHost: Bool = false, isBanned: Bool = false, invitation: InvitationVerdict? = nil) {
    self.isHost = isHost
    self.isBanned = isBanned
    self.invitation = invitation
  }
}

/// What becomes of them.
package enum Passage: Equatable, Sendable {
  case enter
  case wait
  case refuse(RoomRefusal)
}

extension Doorway {
  /// The door's answer. A host comes in always, even with a device that was banned by mistake; a ban stands before an invitation,
  /// and a lock before both. Before there are rules an early arrival waits, invited or not.
  package func answer(_ arrival: Arrival) -> Passage {
    if arrival.isHost { return .enter }
    if arrival.isBanned { return .refuse(.banned) }
    if self == .locked { return .refuse(.roomLocked) }
    switch arrival.invitation {
    case .used: return .refuse(.invitationUsed)
    case .over: return .refuse(.invitationOver)
    case .unknown: return .refuse(.noInvitation)
    case .valid: return self == .notYet ? .wait : .enter
    case nil: return self == .open ? .enter : .wait
    }
  }
}
