package import RoomRules

/// Which rule of a meeting a commit, a proposal or a group breaks. MLS itself has nothing against them.
package enum PolicyError: Error, Equatable, Sendable {
  /// Members enter and the commit does not carry the room's PSK, or a Welcome does not name it.
  case noRoomPSK
  /// Several PSKs, or one that is not the room's.
  case foreignPSK
  /// The nonce of the PSK was used before in this group.
  case reusedNonce
  /// A credential that is not 16 bytes of its own kind.
  case badCredential
  /// The credential of somebody who is here.
  case takenCredential
  /// A member's credential or signature key changes.
  case changedIdentity
  /// A key package that lives longer than 28 days and an hour or two.
  case longLifetime
  /// More members than key IDs can name.
  case full
  /// The room is locked, and nobody who may has admitted them.
  case locked
  /// There is a lobby, nobody who may has admitted them, and they have no invitation.
  case notAdmitted
  /// More members by one invitation than it is good for.
  case invitationUsed
  /// An Add that no member is the author of.
  case addByOutsider
  /// The author may not remove this member.
  case removeNotAllowed
  /// An external commit that removes somebody else than its own author.
  case resyncOfAnother
  /// ReInit.
  case reInit
  /// An extension of the group other than the rules is not what it has to be.
  case extensionsChanged
  /// The rules are not ones that may be in force.
  case rules(RulesError)
}
