package import Bytes

/// Bounds of a room.
package struct RoomLimits: Equatable, Sendable {
  /// Participants at one time, those in their grace included.
  package var participants: Int
  /// How long a participant without connection is kept. With 20 s until silence is noticed it must stay under 30 s
  /// altogether for a closed laptop on a dead network, and be long enough for a phone that changes networks.
  package var grace = TimeDelta.seconds(15)
  /// How long a room without participants is kept, so that the last to lose the network finds it again.
  package var emptyGrace = TimeDelta.seconds(60)
  /// Gates that participants may come back with after they were changed.
  package var formerGates = 4
  /// Messages and bytes kept for each participant in its grace.
  package var missedMessages = 64
  package var missedBytes = 256 * 1024
  /// Greatest index; a room that has given it away is full until it has been empty.
  package var maximumIndex = 1023
  /// Messages of upkeep by somebody who may say nothing: so many at once, then one in every period.
  package var controlMessages: Int64 = 10
  package var controlPeriod = TimeDelta.seconds(2)

  /// Personal invitations, revoked ones included; at most `InvitationBook.maximum`.
  package var invitations: Int

  package init(participants: Int, invitations: Int = InvitationBook.maximum) {
    self.participants = participants
    self.invitations = invitations
  }
}

/// What somebody wants of a room. Commands of a connection that is not in the room do nothing.
package enum RoomCommand: Equatable, Sendable {
  case join(JoinRequest)
  case setMedia(MediaState)
  /// For the participants of those indices and the sender, or for everybody. `isControl`: nothing that a person says.
  case say([UInt8], to: [Int]?, isControl: Bool = false)
  case leave
  /// The connection is gone without a word.
  case loseConnection
}

/// A wish to come in.
package struct JoinRequest: Equatable, Sendable {
  /// SHA-256 of the proof of the link, 32 bytes.
  package var gateHash: [UInt8]
  /// 16 bytes.
  package var join: [UInt8]
  /// Token from an earlier welcome.
  package var resumeToken: [UInt8]?
  /// Random bytes to become the token of this participant when it is new; at least 16.
  package var freshToken: [UInt8]

  package init(gateHash: [UInt8], join: [UInt8], resumeToken: [UInt8]?, freshToken: [UInt8]) {
    self.gateHash = gateHash
    self.join = join
    self.resumeToken = resumeToken
    self.freshToken = freshToken
  }
}

/// What has to be done because of a command, in this order. A room does nothing itself.
package enum RoomEffect: Equatable, Sendable {
  case welcome(ConnectionID, RoomWelcome)
  case tell([ConnectionID], RoomEvent)
  case refuse(ConnectionID, RoomRefusal)
  /// The connection has been replaced by a newer one of the same participant.
  case disconnect(ConnectionID)
  /// The participant's sources are on or off as said.
  case setSources(index: Int, MediaState)
  /// The participant is gone: its media session and its membership end.
  case endMedia(index: Int)
  /// The participant behind it has been put out.
  case expel(ConnectionID)
}

package struct RoomWelcome: Equatable, Sendable {
  package var index: Int
  package var resumeToken: [UInt8]
  package var resumed: Bool
  package var others: [ParticipantEntry]
}

/// What the others are told.
package enum RoomEvent: Equatable, Sendable {
  case joined(ParticipantEntry)
  case updated(index: Int, media: MediaState)
  case left(index: Int, reason: LeaveReason)
  case message(RoomMessage)
}

package enum LeaveReason: Equatable, Sendable {
  case left
  case lost
  case removed
}

package enum RoomRefusal: Equatable, Sendable {
  /// The gate is not that of the one who opened the room.
  case wrongGate
  case full
  /// Somebody in the room has that join id.
  case joinTaken
  /// Somebody else shares a screen.
  case screenBusy
  /// The rules of the room do not let this participant do that.
  case notAllowed
  /// More upkeep than there is any use for, by somebody who may say nothing.
  case rateLimited
  /// Sent away by somebody who decides; the same for good.
  case refused
  case banned
  case roomLocked
  /// As many wait as may.
  case knockLimit
  case invitationUsed
  case invitationOver
  case noInvitation
}
