/// What a client says to the node. Boxes are MLS messages: what people say in them is encrypted end to end.
package enum ClientMessage: Equatable, Sendable {
  case hello(Hello)
  case offer(Offer)
  case media(MediaFlags)
  /// What the receiver shows now, one entry a slot; slots not named keep what they have.
  case view([SlotView])
  /// For the participants of those indices and the sender, or for everyone; at most `Limits.box` bytes. `isControl` says that
  /// it is nothing that a person says, and is what those may send who may say nothing.
  case message([UInt8], to: [Int]?, isControl: Bool = false)
  /// At most `Limits.keyPackage` bytes.
  case keyPackage([UInt8])
  /// A group that begins, and a commit: what `MLSWire` calls a `GroupUpload` and a `CommitUpload`, at most `Limits.upload` bytes.
  case group([UInt8])
  case commit([UInt8])
  /// Asks for the commits from the one that ended `epoch` on; without it, for a way in from outside.
  case sync(epoch: UInt64?)
  /// Has the keys of `epoch`.
  case ready(epoch: UInt64)
  /// Cannot accept the commit that ended `epoch`.
  case refuse(epoch: UInt64)
  /// Lets in those who knock, or sends them away; with `ban` their devices are not let in again.
  case admit(knocks: [Int])
  case turnAway(knocks: [Int], ban: Bool)
  /// The device of a participant is not let in again; with `branch` its invitation and all below are revoked.
  case ban(index: Int, branch: Bool)
  /// A signed call to freeze the room, at most `Limits.freeze` bytes.
  case freeze([UInt8])
  /// Hands over an invitation: its chain of certificates and a sealed label.
  case invite(chain: [UInt8], label: [UInt8])
  /// Invitations by their ids of 16 bytes, each with all below.
  case revoke([[UInt8]])
  case invitations
  /// Whether the node is to know this room after everybody has left.
  case keep(Bool)
  case leave
  case ping
}

/// First message of a connection.
package struct Hello: Equatable, Sendable {
  /// Crockford base 32, `Limits.room` characters.
  package var room: String
  /// Proof of the link, 32 bytes. Only its SHA-256 is kept.
  package var gate: [UInt8]
  /// 16 bytes, fresh for each join that is not a resumption.
  package var join: [UInt8]
  /// Token of an earlier `welcome`.
  package var resume: String?
  /// What belongs to a room with a host; nil for one without.
  package var governance: Governance?

  /// How somebody comes to a room with a host.
  package struct Governance: Equatable, Sendable {
    /// `H` of the link, 10 bytes.
    package var hostDigest: [UInt8]
    /// Of the room's host, by whoever has the seed of the key.
    package var host: Proof?
    /// Of the device: a P-256 key of this room alone.
    package var device: Proof
    /// The sealed name, for whoever decides on a knock.
    package var knock: [UInt8]?
    /// Of a personal invitation.
    package var invitation: Proof?
  }

  /// A key and what it signed, which names the room and the join id.
  package struct Proof: Equatable, Sendable {
    package var key: [UInt8]
    package var signature: [UInt8]
  }
}

/// An SDP offer and the `mid` of each of its parts. Replaces the media session that the sender had.
package struct Offer: Equatable, Sendable {
  package struct Slot: Equatable, Sendable {
    package var audio: String?
    package var video: String?
  }

  package var sdp: String
  package var mic: String?
  package var camera: String?
  package var screen: String?
  package var screenAudio: String?
  package var slots: [Slot]
  package var screenSlot: Slot?
}

/// What a participant sends now; false is muted or off.
package struct MediaFlags: Equatable, Sendable {
  package var mic: Bool
  package var camera: Bool
  package var screen: Bool
  package var screenAudio: Bool

  package init(mic: Bool = false, camera: Bool = false, screen: Bool = false, screenAudio: Bool = false) {
    self.mic = mic
    self.camera = camera
    self.screen = screen
    self.screenAudio = screenAudio
  }
}

/// What a receiver shows in one slot.
package struct SlotView: Equatable, Sendable {
  /// 0..<`Limits.slots`.
  package var slot: Int
  /// Index of the participant shown; nil leaves the slot empty.
  package var index: Int?
  /// Height of the picture on the screen in pixels; 0 asks for sound only.
  package var height: Int
  /// Greater is served first when there is not enough for all.
  package var priority: Int
}

/// Why a message of a client was refused.
package enum SignalingError: Error, Equatable, Sendable {
  case json(JSONError)
  /// `v` is missing or not `Limits.version`.
  case unknownVersion
  /// `type` is missing or not one of this version's.
  case unknownType
  /// A member is missing, of the wrong kind or out of bounds.
  case invalid(member: Word)
  /// A member or the message is longer than `Limits` allows.
  case tooLarge(member: Word)
  /// More than `Limits.unknownMembers` members that this version does not know.
  case unknownMembers
}
