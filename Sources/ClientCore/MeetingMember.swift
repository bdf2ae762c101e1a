package import RoomRules

/// A leaf of the tree as people see it.
package struct MeetingMember: Equatable, Sendable {
  package enum State: UInt8, Sendable {
    case present = 0
    /// A member who has not been heard of for long.
    case unheard = 1
    /// A member whom the node does not know to be here.
    case ghost = 2
  }

  package let join: JoinID
  /// Position in the tree, 0...1023.
  package let leaf: UInt16
  package let isSelf: Bool
  package let state: State
  /// What it is and may now.
  package let standing: Standing
  /// The invitation that it came by, and the one that this one comes from; nil without, or where it comes from the host.
  package let invitation: InvitationID?
  package let invitedBy: InvitationID?

  package var role: Role { standing.role }
}

/// The group's state for the shield, and the rules of the room as they are now.
package struct MeetingSecurity: Equatable, Sendable {
  package let epoch: UInt64
  /// 30 ASCII digits to read aloud.
  package let digits: [UInt8]
  /// Members, ourselves included.
  package let count: Int
  /// Participants the node knows who are not in the group.
  package let waiting: Int
  package let door: Door
  package let isFrozen: Bool
  package let veilsNewcomers: Bool
  /// Moderators who are members.
  package let hosts: Int
  /// Trusted members while no moderator is there, else 0.
  package let standIns: Int
  package let speaker: Permissions
  package let listener: Permissions
  package let newcomer: Permissions
  /// Of the rules in force; 0 without.
  package let counter: UInt64
}
