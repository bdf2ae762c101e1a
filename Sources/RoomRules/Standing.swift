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

  /// Of everybody where no rules are in force.
  package static var ungoverned: Standing {
    Standing(role: .speaker, permissions: .ungoverned, isTrusted: false, goesOn: false, isNamed: false)
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
      return standing(role, permissions(of: role), goesOn: false, isNamed: false)
    }
    let entry = entries[index]
    let permissions = permissions(of: entry.role).subtracting(entry.denied).union(entry.granted)
    return standing(
      entry.role, entry.role.moderates ? .all : permissions, goesOn: entry.goesOn || entry.role.moderates,
      isNamed: true)
  }

  private func standing(_ role: Role, _ permissions: Permissions, goesOn: Bool, isNamed: Bool) -> Standing {
    Standing(
      role: role, permissions: isFrozen && !goesOn ? .none : permissions,
      isTrusted: permissions.contains(.trusted), goesOn: goesOn, isNamed: isNamed)
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
