package import RoomRules

/// What the meeting has to say to the node.
package enum MeetingMessage: Equatable, Sendable {
  /// MLSMessage KeyPackage.
  case keyPackage([UInt8])
  /// GroupUpload.
  case group([UInt8])
  /// CommitUpload.
  case commit([UInt8])
  /// Commits since `epoch`, or a group info when nil.
  case sync(epoch: UInt64?)
  case ready(epoch: UInt64)
  /// The commit that ended `epoch` is not acceptable.
  case refuse(epoch: UInt64)
  /// MLSMessage PrivateMessage, to all members where `to` is nil; `isControl` where nobody said it, but the group needs it.
  case message([UInt8], to: [JoinID]?, isControl: Bool)
  /// FreezeCall.
  case freeze([UInt8])
}

/// What follows from an input, in order.
package enum MeetingEffect: Equatable, Sendable {
  case send(MeetingMessage)
  /// We are a member now: of a group that we made, or that let us in.
  case joined
  /// Removed from the group. Nothing more can be read; a new join is needed to come back.
  case removedFromGroup(by: Remover)
  /// The leaves of the tree, ourselves included: the only list of people there is.
  case members([MeetingMember])
  /// The group's state for the shield, and the rules.
  case security(MeetingSecurity)
  /// The room is frozen, or no longer. `by` is who froze it, where that is known.
  case frozen(by: JoinID?, isOn: Bool)
  /// The host has changed the room's password: who comes back comes with this gate, 32 bytes, and links say whether they
  /// ask for a password. An empty gate: it was changed while we were away for long, and our link opens nothing any more.
  case link(gate: [UInt8], hasPassword: Bool)
  /// Let in by `by`; by themselves when they came back after a loss.
  case added(JoinID, by: JoinID)
  case removed(JoinID, by: Remover)
  /// A message of a member to us, and what its author may.
  case said(from: JoinID, kind: SaidKind, permissions: Permissions, [UInt8])
  /// A signed profile, newer than what was known.
  case profile(JoinID, version: UInt64, body: [UInt8])
  /// nil when it is over and seen.
  case comparison(ComparisonStatus?)
  /// Something is wrong until `alarmCleared`.
  case alarm(MeetingAlarm)
  case alarmCleared(MeetingAlarm)
  /// Something was refused; the meeting goes on.
  case notice(MeetingNotice)
  /// Own senders have new keys and somebody new listens: a key frame is due.
  case newKeysForSending
}

package enum Remover: Equatable, Sendable {
  case node
  /// A host or co-host.
  case member(JoinID)
}

/// A state of affairs that the person must be told of. While one that `stopsSending` lasts, nothing is sealed.
package enum MeetingAlarm: UInt8, CaseIterable, Sendable {
  /// Others see another group than we do, under the same name.
  case forked = 1
  /// The group has a member whom the node does not know to be here.
  case ghost = 2
  /// A commit that breaks the rules ended the epoch for the others, or so the node says.
  case badCommit = 3
  /// Commits, acknowledgements, or all that others send do not arrive.
  case withheld = 4
  /// The Welcome, group info or tree that the node serves us is not good.
  case badWelcome = 5
  /// Nobody lets us in.
  case notLetIn = 6
  /// The clock of this device, or of somebody else's, is wrong by hours.
  case wrongClock = 7
  /// The node names somebody as present who has not become a member while others have.
  case stranger = 8

  package var stopsSending: Bool {
    switch self {
    case .forked, .ghost, .badCommit, .withheld, .wrongClock: true
    case .badWelcome, .notLetIn, .stranger: false
    }
  }
}

/// Something that was refused without harm.
package enum MeetingNotice: UInt8, CaseIterable, Sendable {
  /// A commit of an epoch that is over.
  case staleCommit = 1
  /// A proposal that only a member of this meeting's rules could make, or for nobody.
  case badProposal = 2
  /// A key package that cannot be added.
  case badKeyPackage = 3
  /// A message shown twice.
  case replayedMessage = 4
  /// A message that no member can have sent, or for another group.
  case badMessage = 5
  /// A profile that its owner did not sign.
  case badProfile = 6
  /// More than one asks for, at once.
  case flood = 7
  /// What we were asked to do is not ours to do.
  case notAllowed = 8
  /// The meeting goes on in another group, which we join anew.
  case otherGroup = 9
  /// A member said what it may not.
  case notPermitted = 10
  /// A freeze by somebody who may not, or one that is over.
  case badFreeze = 11
}
