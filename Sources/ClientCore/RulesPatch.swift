package import RoomRules

/// What a moderator wants changed; nil and empty leave things as they are. It is kept and put on whatever rules are in force
/// when it can be committed, so that two moderators who act at once both get their way where they do not contradict.
package struct RulesPatch: Equatable, Sendable {
  /// Of one member.
  package struct Entry: Equatable, Sendable {
    package let join: JoinID
    package var role: Role?
    package var granted: Permissions?
    package var denied: Permissions?
    package var goesOn: Bool?

    package init(
      join: JoinID, role: Role? = nil, granted: Permissions? = nil, denied: Permissions? = nil, goesOn: Bool? = nil
    ) {
      self.join = join
      self.role = role
      self.granted = granted
      self.denied = denied
      self.goesOn = goesOn
    }
  }

  package var door: Door?
  package var isFrozen: Bool?
  package var veilsNewcomers: Bool?
  package var speaker: Permissions?
  package var listener: Permissions?
  package var newcomer: Permissions?
  package var entries: [Entry] = []
  /// Invitations to be taken back.
  package var revoked: [InvitationID] = []
  package var banned: [DeviceDigest] = []

  package init() {}

  /// Takes in what is wanted later, which counts where both speak of the same.
  mutating func merge(_ later: RulesPatch) {
    door = later.door ?? door
    isFrozen = later.isFrozen ?? isFrozen
    veilsNewcomers = later.veilsNewcomers ?? veilsNewcomers
    speaker = later.speaker ?? speaker
    listener = later.listener ?? listener
    newcomer = later.newcomer ?? newcomer
    for entry in later.entries {
      guard let place = entries.firstIndex(where: { $0.join == entry.join }) else {
        entries.append(entry)
        continue
      }
      entries[place].role = entry.role ?? entries[place].role
      entries[place].granted = entry.granted ?? entries[place].granted
      entries[place].denied = entry.denied ?? entries[place].denied
      entries[place].goesOn = entry.goesOn ?? entries[place].goesOn
    }
    revoked += later.revoked
    banned += later.banned
  }
}

extension RoomRules {
  /// Changes everything that `patch` says but for the entries.
  mutating func change(by patch: RulesPatch) {
    door = patch.door ?? door
    isFrozen = patch.isFrozen ?? isFrozen
    veilsNewcomers = patch.veilsNewcomers ?? veilsNewcomers
    speaker = patch.speaker ?? speaker
    listener = patch.listener ?? listener
    newcomer = patch.newcomer ?? newcomer
    for id in patch.revoked { Self.insert(id, into: &revoked) }
    for id in patch.banned { Self.insert(id, into: &banned) }
    // Without the veil nobody is new.
    if patch.veilsNewcomers == false {
      for index in entries.indices where entries[index].role == .newcomer { entries[index].role = .speaker }
    }
  }

  /// Puts an entry in its place, over an older one of the same member.
  mutating func put(_ entry: Entry) {
    let (index, isThere) = place(of: entry.join)
    if isThere { entries[index] = entry } else { entries.insert(entry, at: index) }
  }

  private static func insert(_ id: ShortID, into ids: inout [ShortID]) {
    var index = 0
    while index < ids.count, ids[index] < id { index += 1 }
    if index == ids.count || ids[index] != id { ids.insert(id, at: index) }
  }
}
