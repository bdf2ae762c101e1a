/// What somebody is in a room.
package enum Role: UInt8, CaseIterable, Comparable, Sendable {
  case listener = 0
  case speaker = 1
  /// Does what the host does, but for naming hosts and co-hosts.
  case coHost = 2
  case host = 3
  /// Nobody has vouched for them: their picture and sound arrive veiled.
  case newcomer = 4

  /// 0 for newcomers, then listeners, speakers, co-hosts, and 4 for hosts.
  package var power: UInt8 {
    switch self {
    case .newcomer: 0
    case .listener: 1
    case .speaker: 2
    case .coHost: 3
    case .host: 4
    }
  }

  /// By power.
  package static func < (a: Role, b: Role) -> Bool { a.power < b.power }

  /// Admits, removes, bans, freezes, and signs rules.
  package var moderates: Bool { self >= .coHost }
}

/// How one enters a room.
package enum Door: UInt8, CaseIterable, Sendable {
  /// Whoever has the link.
  case open = 0
  /// Whom a moderator admits, or who has an invitation.
  case lobby = 1
  /// Whom a moderator admits.
  case locked = 2
}
