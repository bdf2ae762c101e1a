/// Which rule of a meeting a commit, a proposal or a group breaks. MLS itself has nothing against them.
package enum PolicyError: UInt8, Error, Sendable, CaseIterable {
  /// Members enter and the commit does not carry the room's PSK, or a Welcome does not name it.
  case noRoomPSK = 1
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
  /// An Add that no member is the author of.
  case addByOutsider
  /// The author may not remove this member.
  case removeNotAllowed
  /// An external commit that removes somebody else than its own author.
  case resyncOfAnother
  /// ReInit.
  case reInit
  /// An extension of the group other than the roles is not what it has to be.
  case extensionsChanged
  /// The bytes are no roles extension.
  case malformedRoles
  /// The link names no host, so there are no roles.
  case noHostInLink
  case rolesOfAnotherGroup
  /// The host key is not the one that the link names.
  case wrongHostKey
  case badRolesSignature
  /// Roles as old as the current ones or older, or none in their place.
  case rolesRolledBack
  /// Neither the host nor a co-host, or a co-host who changes what only the host may.
  case signerNotAllowed
  /// The member whose role is to change is not in the group.
  case unknownMember
}
