/// What an invitation is worth to one device.
package enum InvitationVerdict: Equatable, Sendable {
  case valid
  /// As many devices have used it as may, and this is none of them.
  case used
  /// Expired, or revoked.
  case over
  /// Not of this room.
  case unknown
}

/// An invitation whose certificates have been found valid.
package struct Invitation: Equatable, Sendable {
  /// 16 bytes; that of the invitation it was made with, nil for the host's.
  package let id: [UInt8]
  package let parent: [UInt8]?
  /// How many devices it lets in; seconds since 1970 until which, 0 for ever.
  package let uses: Int
  package let expires: UInt64
  /// Certificates and sealed label, which are passed on as they are.
  package let chain: [UInt8]
  package let label: [UInt8]
  /// Digests of the devices that it is bound to, in order of their coming.
  package var devices: [[UInt8]] = []
  package var isRevoked = false

  package init(id: [UInt8], parent: [UInt8]?, uses: Int, expires: UInt64, chain: [UInt8], label: [UInt8]) {
    self.id = id
    self.parent = parent
    self.uses = uses
    self.expires = expires
    self.chain = chain
    self.label = label
  }
}

/// The invitations of one room: a forest, each below the one it was made with.
package struct InvitationBook: Equatable, Sendable {
  /// In order of their coming: a parent before its children.
  package private(set) var invitations: [Invitation] = []
  private var positions: [[UInt8]: Int] = [:]

  /// Invitations of a room, and devices that one may be bound to.
  package static let maximum = 256
  package static let maximumUses = 1024

  package init(_ invitations: [Invitation] = []) {
    for invitation in invitations { _ = add(invitation) }
  }

  package subscript(id: [UInt8]) -> Invitation? { positions[id].map { invitations[$0] } }

  /// False, and nothing is changed, when the book is full, has it already, or lacks or has revoked what it was made with.
  package mutating func add(_ invitation: Invitation) -> Bool {
    guard invitations.count < Self.maximum, positions[invitation.id] == nil else { return false }
    if let parent = invitation.parent {
      guard let found = self[parent], !found.isRevoked else { return false }
    }
    positions[invitation.id] = invitations.count
    invitations.append(invitation)
    return true
  }

  /// What it is worth; changes nothing. `now` in seconds since 1970.
  package func verdict(on id: [UInt8], device: [UInt8], now: UInt64) -> InvitationVerdict {
    guard let invitation = self[id] else { return .unknown }
    guard !invitation.isRevoked, !invitation.isOver(at: now) else { return .over }
    if invitation.devices.contains(device) { return .valid }
    return invitation.devices.count < min(invitation.uses, Self.maximumUses) ? .valid : .used
  }

  /// Binds it to a device for which it is valid. True when that is new.
  package mutating func use(_ id: [UInt8], device: [UInt8]) -> Bool {
    guard let position = positions[id], !invitations[position].devices.contains(device) else { return false }
    invitations[position].devices.append(device)
    return true
  }

  /// Takes back those and all below them. Gives the ids of all that are taken back by it.
  package mutating func revoke(_ ids: [[UInt8]]) -> [[UInt8]] {
    let branch = branch(below: ids)
    var revoked: [[UInt8]] = []
    for position in invitations.indices where branch.contains(invitations[position].id) {
      guard !invitations[position].isRevoked else { continue }
      invitations[position].isRevoked = true
      revoked.append(invitations[position].id)
    }
    return revoked
  }

  /// Those and all below them.
  package func branch(below ids: [[UInt8]]) -> Set<[UInt8]> {
    var branch = Set(ids)
    for invitation in invitations {
      if let parent = invitation.parent, branch.contains(parent) { branch.insert(invitation.id) }
    }
    return branch
  }
}

extension Invitation {
  package func isOver(at now: UInt64) -> Bool { expires != 0 && now >= expires }
}
