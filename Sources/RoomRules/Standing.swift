/// What a member is and may, by the rules in force.
package struct Standing: Equatable, Sendable {
  package let role: Role
  /// As things are now: nothing for most while the room is frozen.
  package let permissions: Permissions
  /// May freeze and vouch, and stands in while no moderator is there; also while the room is frozen.
  package let isTrusted: Bool
  /// Goes on while the room is frozen.
  package let goesOn: Bool
  /// Whether the rules name this member.
  package let isNamed: Bool
  /// What the entry gives beyond the role's permissions, and what of them it takes; whether the room is frozen or not.
  package let granted: Permissions
  package let denied: Permissions

  /// Of everybody where no rules are in force.
  package static var ungoverned: Standing {
    Standing(
      role: .speaker, permissions: .ungoverned, isTrusted: false, goesOn: false, isNamed: false, granted: .none,
      denied: .none)
  }

  /// Their picture and sound are veiled where they arrive.
  package var isVeiled: Bool { role == .newcomer }
}

extension RoomRules {
  /// The standing of the member whose leaf has this credential and this key. `invited` is the role of a valid, unrevoked
  /// invitation that the leaf proves, nil without one.
  package func standing(of join: JoinID, signatureKey: [UInt8], invited: Role?) -> Standing {
    let (index, isThere) = place(of: join)
    guard isThere, entries[index].signatureKey == signatureKey else {
      let role = invited ?? (veilsNewcomers ? .newcomer : .speaker)
      return standing(role, permissions(of: role), goesOn: false, by: nil)
    }
    let entry = entries[index]
    let permissions = permissions(of: entry.role).subtracting(entry.denied).union(entry.granted)
    return standing(
      entry.role, entry.role.moderates ? .all : permissions, goesOn: entry.goesOn || entry.role.moderates,
      by: entry)
  }

  private func standing(_ role: Role, _ permissions: Permissions, goesOn: Bool, by entry: Entry?) -> Standing {
    Standing(
      role: role, permissions: isFrozen && !goesOn ? .none : permissions,
      isTrusted: permissions.contains(.trusted), goesOn: goesOn, isNamed: entry != nil,
      granted: entry?.granted ?? .none, denied: entry?.denied ?? .none)
  }

  /// What a role has in this room.
  package func permissions(of role: Role) -> Permissions {
    switch role {
    case .listener: listener
    case .speaker: speaker
    case .newcomer: newcomer
    case .coHost, .host: .all
    }
  }
}
