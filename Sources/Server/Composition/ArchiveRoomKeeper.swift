import Accounts
package import Store

/// Keeps the rooms of a node in its database: answers from memory, and writes behind.
package struct ArchiveRoomKeeper: RoomKeeping {
  private let archive: RoomArchive

  package init(archive: RoomArchive) { self.archive = archive }

  package func room(_ idHash: [UInt8]) -> KeptRoom? { archive.room(idHash).map { KeptRoom($0) } }

  package var takesRooms: Bool { archive.hasPlace }

  package func remember(_ room: KeptRoom) {
    let today = archive.today
    archive.put(StoredRoom(room, created: archive.room(room.idHash)?.created ?? today, lastUsed: today))
  }

  package func used(_ idHash: [UInt8]) { archive.touch(idHash) }

  package func forget(_ idHash: [UInt8]) { archive.delete(idHash) }
}

extension KeptRoom {
  fileprivate init(_ room: StoredRoom) {
    self.init(idHash: room.idHash, gateHash: room.gateHash, hostDigest: room.hostDigest, isKept: room.isKept)
    bans = room.bans.map { $0.device }
    invitations = room.invitations.map {
      KeptInvitation(id: $0.id, chain: $0.chain, label: $0.label, devices: $0.devices, isRevoked: $0.isRevoked)
    }
  }
}

extension StoredRoom {
  fileprivate init(_ room: KeptRoom, created: Day, lastUsed: Day) {
    self.init(
      idHash: room.idHash, gateHash: room.gateHash, hostDigest: room.hostDigest, created: created, lastUsed: lastUsed,
      isKept: room.isKept,
      invitations: room.invitations.map {
        StoredInvitation(
          id: $0.id, chain: $0.chain, label: $0.label, used: $0.devices.count, devices: $0.devices,
          isRevoked: $0.isRevoked)
      },
      bans: room.bans.map { StoredBan(device: $0) })
  }
}
