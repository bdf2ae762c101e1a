package import Accounts

/// What is kept of a room that outlives its meetings: nothing that names it or anybody, and no moment but two days. It is
/// written as one: either all of it is on the disk or what was there before.
package struct StoredRoom: Equatable, Sendable {
  /// SHA-256 of the room id, 32 bytes.
  package var idHash: [UInt8]
  /// SHA-256 of the gate, 32 bytes: who has the link has what hashes to it.
  package var gateHash: [UInt8]
  /// First 10 bytes of SHA-256 of the host's public key, as in the link.
  package var hostDigest: [UInt8]
  package var created: Day
  package var lastUsed: Day
  /// A host asked that it last.
  package var isKept: Bool
  /// In the order in which they were made.
  package var invitations: [StoredInvitation]
  /// Digests of devices that may not come back, 16 bytes each.
  package var bans: [StoredBan]

  package init(
    idHash: [UInt8], gateHash: [UInt8], hostDigest: [UInt8], created: Day, lastUsed: Day, isKept: Bool = false,
    invitations: [StoredInvitation] = [], bans: [StoredBan] = []
  ) {
    self.idHash = idHash
    self.gateHash = gateHash
    self.hostDigest = hostDigest
    self.created = created
    self.lastUsed = lastUsed
    self.isKept = isKept
    self.invitations = invitations
    self.bans = bans
  }

  /// A room is worth a place on the disk once a host asked for it or somebody holds an invitation to it.
  package var isWorthKeeping: Bool { isKept || !invitations.isEmpty }
}

/// A personal invitation.
package struct StoredInvitation: Equatable, Sendable {
  /// First 16 bytes of SHA-256 of its public key.
  package var id: [UInt8]
  /// Signed certificates from the host's to its own, at most `StoreLimits.chain` bytes.
  package var chain: [UInt8]
  /// For whom it is, sealed by whoever made it; at most `StoreLimits.label` bytes that the node cannot read.
  package var label: [UInt8]
  /// 0...65535.
  package var used: Int
  /// Digests of the devices that it is bound to, 16 bytes each, one after another, in the order in which they came.
  package var devices: [[UInt8]]
  package var isRevoked: Bool

  package init(
    id: [UInt8], chain: [UInt8], label: [UInt8] = [], used: Int = 0, devices: [[UInt8]] = [], isRevoked: Bool = false
  ) {
    self.id = id
    self.chain = chain
    self.label = label
    self.used = used
    self.devices = devices
    self.isRevoked = isRevoked
  }
}

/// A device that was put out of a room for good.
package struct StoredBan: Hashable, Sendable {
  /// 16 bytes.
  package var device: [UInt8]

  package init(device: [UInt8]) { self.device = device }
}

/// Sizes of what is stored, in bytes where nothing else is said.
package enum StoreLimits {
  package static let hash = 32
  package static let hostDigest = 10
  package static let id = 16
  package static let chain = 2_048
  package static let label = 1_024
  package static let uses = 65_535
  /// The whole database. More would be a fault or an attack, and the disk belongs to others as well.
  package static let database = 1 << 30
  /// Days without anybody after which a room is forgotten.
  package static let unusedDays = 90
}
