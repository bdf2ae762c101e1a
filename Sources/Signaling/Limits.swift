/// Bounds of the protocol (docs/protocol.md). Each is what an honest client needs with room to spare; past it the
/// message is refused, never cut.
package enum Limits {
  /// Value of `v` in every message, and the number in the WebSocket subprotocol.
  package static let version: Int64 = 1
  /// WebSocket subprotocol that client and node must agree on.
  package static let subprotocol = "tertulia.1"

  /// Bytes of one message on the wire. An SDP of `sdp` bytes with its line ends escaped fits.
  package static let message = 96 * 1024
  /// Bytes of a message that carries a group or a commit: `upload` bytes in base64url fit.
  package static let uploadMessage = 448 * 1024
  /// Bytes of a first message: whoever has shown nothing yet may make the node keep little.
  package static let hello = 2048
  /// Bytes of an SDP offer.
  package static let sdp = 64 * 1024
  /// Bytes of an MLS message that members send each other (a chat message, a name).
  package static let box = 24 * 1024
  /// Participants that a message can be addressed to.
  package static let recipients = 1024
  /// Bytes of a key package.
  package static let keyPackage = 4 * 1024
  /// Bytes of a new group or of a commit, with all that belongs to it.
  package static let upload = 320 * 1024
  /// Greatest epoch: the integers of JSON end there.
  package static let epoch = 1 << 53 - 1

  /// Characters of a room id: 12 carry 60 random bits, so that rooms cannot be found by trying.
  package static let room = 12...64
  /// Bytes of a gate token (the proof of the link) and of a join id.
  package static let gate = 32
  package static let join = 16
  /// Characters of a resume token.
  package static let resume = 16...64
  /// Characters of a `mid` (RFC 8843 §15.1 asks for short ones; browsers use one or two digits).
  package static let mid = 1...16

  /// Bytes of the digest of a host's key in a link, of the digest of a device's key, and of an invitation's id.
  package static let hostDigest = 10
  package static let device = 16
  package static let invitation = 16
  /// Bytes of an Ed25519 key, of a P-256 key (uncompressed, SEC 1 §2.3.3), and of a signature by either.
  package static let edwardsKey = 32
  package static let deviceKey = 65
  package static let signature = 64
  /// Bytes of a sealed name, of a sealed label of an invitation, of a chain of certificates and of a call to freeze.
  package static let knock = 320
  package static let label = 512
  package static let chain = 2048
  package static let freeze = 512
  /// Knocks that one message decides on, and invitations that one message revokes.
  package static let decisions = 64
  package static let revocations = 64
  /// Greatest number of a knock.
  package static let knockID = 1 << 31 - 1

  /// Receive slots for people. The client uses nine.
  package static let slots = 32
  /// Greatest index of a participant.
  package static let index = 1023
  /// Greatest height in pixels that a view may ask for.
  package static let height = 4320
  /// Greatest priority of a view, 0 being the least.
  package static let priority = 9
  /// Members that this version does not know are ignored, so that a newer client can talk to an older node; but not
  /// in any number.
  package static let unknownMembers = 8
}
