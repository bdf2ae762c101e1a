import Synchronization

/// What a node knows of a room with a host beyond its end: nothing that names anybody. Days and retention are the keeper's.
package struct KeptRoom: Equatable, Sendable {
  /// SHA-256 of the room id, and of the link's gate; 32 bytes each.
  package var idHash: [UInt8]
  package var gateHash: [UInt8]
  /// `H` of the link, 10 bytes.
  package var hostDigest: [UInt8]
  /// The host has asked for it; otherwise it is kept for its invitations.
  package var isKept: Bool
  /// A parent before its children.
  package var invitations: [KeptInvitation] = []
  /// Digests of devices, 16 bytes each.
  package var bans: [[UInt8]] = []

  package init(idHash: [UInt8], gateHash: [UInt8], hostDigest: [UInt8], isKept: Bool) {
    self.idHash = idHash
    self.gateHash = gateHash
    self.hostDigest = hostDigest
    self.isKept = isKept
  }
}

/// An invitation as it is kept.
package struct KeptInvitation: Equatable, Sendable {
  /// 16 bytes.
  package var id: [UInt8]
  /// Certificates as the host's client handed them over, and the sealed label; at most `Limits.chain` and `Limits.label` bytes.
  package var chain: [UInt8]
  package var label: [UInt8]
  /// Digests of the devices that it is bound to, 16 bytes each, in order.
  package var devices: [[UInt8]]
  package var isRevoked: Bool

  package init(id: [UInt8], chain: [UInt8], label: [UInt8], devices: [[UInt8]] = [], isRevoked: Bool = false) {
    self.id = id
    self.chain = chain
    self.label = label
    self.devices = devices
    self.isRevoked = isRevoked
  }
}

/// What keeps rooms when they are over. No method waits for a disk: what is written is written later, and what cannot be
/// written never stops a meeting.
package protocol RoomKeeping: Sendable {
  /// What is kept of the room with that SHA-256 of its id.
  func room(_ idHash: [UInt8]) -> KeptRoom?

  /// Whether there is a place for one more room.
  var takesRooms: Bool { get }

  /// Puts all of a room in the place of what was kept of it. Its last use is today.
  func remember(_ room: KeptRoom)

  /// Somebody has come into the room of that hash, if it is kept: its last use is today.
  func used(_ idHash: [UInt8])

  func forget(_ idHash: [UInt8])
}

/// Keeps rooms in memory, for as long as the node runs.
package final class MemoryRoomKeeper: RoomKeeping {
  private let rooms = Mutex<[[UInt8]: KeptRoom]>([:])
  private let maximum: Int

  package init(maximum: Int = 1000) { self.maximum = maximum }

  package var takesRooms: Bool { rooms.withLock { $0.count < maximum } }
  package func room(_ idHash: [UInt8]) -> KeptRoom? { rooms.withLock { $0[idHash] } }
  package func remember(_ room: KeptRoom) { rooms.withLock { $0[room.idHash] = room } }
  package func used(_ idHash: [UInt8]) {}
  package func forget(_ idHash: [UInt8]) { rooms.withLock { $0[idHash] = nil } }
}
