/// What the node says to a client.
package enum ServerMessage: Equatable, Sendable {
  case welcome(Welcome)
  case answer(sdp: String)
  case joined(ParticipantEntry)
  case updated(index: Int, media: MediaFlags)
  case left(index: Int, reason: LeaveReason)
  /// The participant behind each receive slot, all of them each time, and who shares a screen.
  case slots([Int?], screen: Int?)
  /// `sequence` counts the messages of a room from 1: a gap shows that some were missed.
  case message(from: Int, box: [UInt8], sequence: Int64)
  /// Nobody has a group: make one.
  case createGroup
  /// Commit what has been proposed, and add the owners of these key packages.
  case commitRequest(packages: [[UInt8]])
  case proposal([UInt8])
  /// The commit that ended `epoch`.
  case commit(epoch: UInt64, from: Int, box: [UInt8])
  case commitRefused(epoch: UInt64)
  case groupWelcome(welcome: [UInt8], tree: [UInt8])
  case groupInfo(info: [UInt8], tree: [UInt8])
  /// What the receiver asked for cannot be caught up with: the way in is from outside.
  case resync
  case ready(epoch: UInt64)
  case connection(TransportState)
  /// Which layers of the receiver's own picture somebody takes, in the order of the offer; and whether they may
  /// come as the spatial layers of one VP9 stream.
  case layers(Picture, [Bool], isScalable: Bool)
  case path(DownPath)
  /// Instead of `welcome`, for the time being.
  case lobby(LobbyState)
  /// Somebody waits, and the receiver decides.
  case knock(Knock)
  /// A knock that there is nothing more to decide on.
  case knockGone(Int)
  /// The room is frozen by this call until newer rules come.
  case frozen([UInt8])
  /// All invitations of the room that the receiver may see.
  case invitations([InvitationEntry])
  case error(ErrorCode, fatal: Bool, detail: Word?)
  /// The node stops and is expected back: the client should come again by itself.
  case closing
  case pong
}

/// Answer to `hello`.
package struct Welcome: Equatable, Sendable {
  package var index: Int
  /// To be sent with the next `hello` when the connection is lost.
  package var resume: String
  /// True when the participant that `hello.resume` named goes on, media included.
  package var resumed: Bool
  /// The others.
  package var participants: [ParticipantEntry]
  /// Participants a room takes.
  package var maximumParticipants: Int
  /// Random word for each start of the node: another one says that it forgot its rooms.
  package var instance: String
  /// Ed25519 key with which the node proposes removals (RFC 9420 §12.1.8.1), 32 bytes.
  package var senderKey: [UInt8]
  /// Chain of the invitation that the receiver came with.
  package var invitation: [UInt8]?

  package init(
    index: Int, resume: String, resumed: Bool, participants: [ParticipantEntry], maximumParticipants: Int,
    instance: String, senderKey: [UInt8], invitation: [UInt8]? = nil
  ) {
    self.index = index
    self.resume = resume
    self.resumed = resumed
    self.participants = participants
    self.maximumParticipants = maximumParticipants
    self.instance = instance
    self.senderKey = senderKey
    self.invitation = invitation
  }
}

/// One of the others, as the node knows them.
package struct ParticipantEntry: Equatable, Sendable {
  package var index: Int
  package var join: [UInt8]
  package var media: MediaFlags

  package init(index: Int, join: [UInt8], media: MediaFlags) {
    self.index = index
    self.join = join
    self.media = media
  }
}

/// Whether there is anybody who could open.
package enum LobbyState: String, Sendable {
  case waiting
  /// Nobody who may let anybody in is there, or there is no such room.
  case noHost = "no_host"
}

/// Somebody who waits, as those see it who decide.
package struct Knock: Equatable, Sendable {
  /// Never given twice while the room lives.
  package var id: Int
  package var join: [UInt8]
  /// The sealed name.
  package var box: [UInt8]?
  /// Digest of the device's key, 16 bytes.
  package var device: [UInt8]
  /// The same device has knocked before.
  package var again: Bool

  package init(id: Int, join: [UInt8], box: [UInt8]?, device: [UInt8], again: Bool) {
    self.id = id
    self.join = join
    self.box = box
    self.device = device
    self.again = again
  }
}

/// An invitation as the node keeps it.
package struct InvitationEntry: Equatable, Sendable {
  /// 16 bytes.
  package var id: [UInt8]
  package var chain: [UInt8]
  package var label: [UInt8]
  /// How often it was used, and by how many devices.
  package var used: Int
  package var devices: Int
  package var revoked: Bool

  package init(id: [UInt8], chain: [UInt8], label: [UInt8], used: Int, devices: Int, revoked: Bool) {
    self.id = id
    self.chain = chain
    self.label = label
    self.used = used
    self.devices = devices
    self.revoked = revoked
  }
}

package enum LeaveReason: String, Sendable {
  /// Said so.
  case left
  /// Was silent for longer than the grace.
  case lost
  /// The others have removed it from the group, or it broke the rules of the protocol.
  case removed
}

/// What the node sees of a participant's media transport.
package enum TransportState: String, Sendable {
  case connected
  case lost
}

/// A picture that a participant sends.
package enum Picture: String, Sendable {
  case camera
  case screen
}

/// What the node measures on its way to a client, and what it would have the person choose.
package struct DownPath: Equatable, Sendable {
  package enum State: String, Sendable {
    case good
    /// The pictures that are wanted do not all fit at the height that is wanted.
    case limited
    /// Not even the smallest of each fits, or more than a tenth of the packets is lost.
    case poor
  }

  package enum Proposal: String, Sendable {
    case none
    case lowData = "low_data"
    case audioOnly = "audio_only"
  }

  package var state: State
  /// What the path is thought to carry, in kbit/s.
  package var down: Int64
  package var proposal: Proposal

  package init(state: State, down: Int64, proposal: Proposal) {
    self.state = state
    self.down = down
    self.proposal = proposal
  }
}

/// Why something was refused. After a fatal one the node closes the connection.
package enum ErrorCode: String, CaseIterable, Sendable {
  case badMessage = "bad_message"
  case unknownVersion = "unknown_version"
  case notJoined = "not_joined"
  case alreadyJoined = "already_joined"
  case wrongGate = "wrong_gate"
  case badRoom = "bad_room"
  case roomFull = "room_full"
  case serverFull = "server_full"
  case rateLimited = "rate_limited"
  case tooLarge = "too_large"
  case badOffer = "bad_offer"
  case screenBusy = "screen_busy"
  case removed
  case refused
  case banned
  case roomLocked = "room_locked"
  case knockLimit = "knock_limit"
  case invitationUsed = "invitation_used"
  case invitationOver = "invitation_over"
  case noInvitation = "no_invitation"
  case notAllowed = "not_allowed"
}

extension SignalingError {
  /// What the sender is told.
  package var code: ErrorCode {
    switch self {
    case .unknownVersion: .unknownVersion
    case .tooLarge: .tooLarge
    case .invalid(member: "room"): .badRoom
    case .json, .unknownType, .invalid, .unknownMembers: .badMessage
    }
  }

  /// A word of the protocol that says where.
  package var detail: Word? {
    switch self {
    case .json(.duplicateKey): "duplicate_key"
    case .json: "json"
    case .unknownVersion: nil
    case .unknownType: "type"
    case .invalid(let member), .tooLarge(let member): member
    case .unknownMembers: "unknown_members"
    }
  }
}
