import Bytes
import RoomRules
import Rooms

/// What a room with a host has beyond a room.
struct Governance {
  /// `H` of the link, 10 bytes.
  let hostDigest: [UInt8]
  /// SHA-256 of the room id, by which it is kept.
  let idHash: [UInt8]
  /// SHA-256 of the link's gate, as the host's rules name it, or as the room was opened.
  var gateHash: [UInt8]
  /// The directory does not know of that gate yet.
  var hasMoved = false
  var lobby: Lobby
  var book: InvitationBook
  /// The host's key, once somebody has shown to have it or rules have named it.
  var hostKey: [UInt8]?
  /// The host has asked for the room to be kept; and it is.
  var isKept = false
  var isStored = false
  /// The operator has deleted what was kept of it: of this meeting nothing more is.
  var isErased = false
  /// What participants have shown when they came, by their index.
  var visitors: [Int: Visitor] = [:]
  /// Those who may do nothing more, and when they are put out unless a commit has done it before.
  var sentences: [Int: Instant] = [:]
  /// The call that froze the room.
  var freeze: Freeze?
  /// Of the rules that were last looked at; nil while none are in force.
  var counter: UInt64?
  var door: Door?
  /// Somebody has been let in: before that it is only people who wait.
  var wasOpened = false

  struct Freeze: Equatable {
    let box: [UInt8]
    /// Of the rules that it was made under: newer ones end it.
    let counter: UInt64
  }

  /// Time for the commit that removes somebody, which reaches the others together with the reason.
  static let reprieve = TimeDelta.seconds(3)

  init(_ visitor: Visitor, idHash: [UInt8], gateHash: [UInt8], limits: LobbyLimits, kept: KeptRoom?) {
    hostDigest = visitor.hostDigest
    self.idHash = idHash
    self.gateHash = gateHash
    lobby = Lobby(limits: limits)
    book = InvitationBook((kept?.invitations ?? []).compactMap { Invitation($0) })
    isKept = kept?.isKept ?? false
    isStored = kept != nil
    _ = lobby.ban(kept?.bans ?? [])
  }

  /// All that is kept of this room.
  var kept: KeptRoom {
    var room = KeptRoom(idHash: idHash, gateHash: gateHash, hostDigest: hostDigest, isKept: isKept)
    room.invitations = book.invitations.map { KeptInvitation($0) }
    room.bans = lobby.bannedDevices
    return room
  }

  /// Whether there is anything worth keeping.
  var isWorthKeeping: Bool { isKept || !book.invitations.isEmpty }

  /// Participants who came by one of these invitations.
  func participants(invitedBy ids: Set<[UInt8]>) -> [Int] {
    visitors.filter { $0.value.invitation.map(ids.contains) ?? false }.map { $0.key }.sorted()
  }
}
