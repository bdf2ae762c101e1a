package import Accounts
internal import Foundation
internal import GRDB

/// A change of what is stored of a room.
package enum RoomChange: Equatable, Sendable {
  /// All of it as it is now.
  case put(StoredRoom)
  /// By the hash of its id: nothing of it is left.
  case delete([UInt8])

  var idHash: [UInt8] {
    switch self {
    case .put(let room): room.idHash
    case .delete(let idHash): idHash
    }
  }
}

extension Store {
  /// All rooms with all that belongs to them.
  package func rooms() async throws(StoreError) -> [StoredRoom] {
    try await read { database in
      var rooms: [StoredRoom] = []
      var positions: [[UInt8]: Int] = [:]
      let cursor = try Row.fetchCursor(database, sql: "SELECT * FROM room ORDER BY id_hash")
      while let row = try cursor.next() {
        let room = StoredRoom(row)
        positions[room.idHash] = rooms.count
        rooms.append(room)
      }
      let invitations = try Row.fetchCursor(database, sql: "SELECT * FROM invitation ORDER BY position")
      while let row = try invitations.next() {
        guard let position = positions[row.bytes("room")] else { continue }
        rooms[position].invitations.append(StoredInvitation(row))
      }
      let bans = try Row.fetchCursor(database, sql: "SELECT * FROM ban ORDER BY device")
      while let row = try bans.next() {
        guard let position = positions[row.bytes("room")] else { continue }
        rooms[position].bans.append(StoredBan(device: row.bytes("device")))
      }
      return rooms
    }
  }

  /// Makes all of `changes`, in one transaction, or none. What a deletion removes is gone from the file as well.
  package func apply(_ changes: [RoomChange]) async throws(StoreError) {
    let isDeletion = changes.contains { if case .delete = $0 { true } else { false } }
    let body: @Sendable (Database) throws -> Void = { database in
      for change in changes {
        switch change {
        case .put(let room): try room.put(into: database)
        case .delete(let idHash):
          try database.execute(sql: "DELETE FROM room WHERE id_hash = ?", arguments: [Data(idHash)])
        }
      }
    }
    if isDeletion { try await erase(body) } else { try await write(body) }
  }

  /// Forgets the rooms that nobody has used since before `day`; how many there were.
  package func forgetRooms(unusedSince day: Day) async throws(StoreError) -> Int {
    try await erase { database in
      try database.execute(sql: "DELETE FROM room WHERE used_day < ?", arguments: [day.number])
      return database.changesCount
    }
  }

  /// A number that changes when another process has written.
  package func version() async throws(StoreError) -> Int {
    try await withWriter { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
  }
}

// MARK: - Rows

extension StoredRoom {
  fileprivate init(_ row: Row) {
    self.init(
      idHash: row.bytes("id_hash"), gateHash: row.bytes("gate_hash"), hostDigest: row.bytes("host_digest"),
      created: Day(row["created_day"]), lastUsed: Day(row["used_day"]), isKept: row["kept"])
  }

  /// Rows that are as they should be are not written again.
  fileprivate func put(into database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO room (id_hash, gate_hash, host_digest, created_day, used_day, kept) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET gate_hash = excluded.gate_hash, host_digest = excluded.host_digest,
          created_day = excluded.created_day, used_day = excluded.used_day, kept = excluded.kept
        """,
      arguments: [Data(idHash), Data(gateHash), Data(hostDigest), created.number, lastUsed.number, isKept])
    try putInvitations(into: database)
    try database.execute(sql: "DELETE FROM ban WHERE room = ?", arguments: [Data(idHash)])
    for ban in bans {
      try database.execute(
        sql: "INSERT INTO ban (room, device) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [Data(idHash), Data(ban.device)])
    }
  }

  private func putInvitations(into database: Database) throws {
    let known = try Data.fetchSet(database, sql: "SELECT id FROM invitation WHERE room = ?", arguments: [Data(idHash)])
    for id in known.subtracting(invitations.map { Data($0.id) }) {
      try database.execute(sql: "DELETE FROM invitation WHERE room = ? AND id = ?", arguments: [Data(idHash), id])
    }
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO invitation (room, id, position, chain, label, used, devices, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET position = excluded.position, chain = excluded.chain, label = excluded.label,
          used = excluded.used, devices = excluded.devices, revoked = excluded.revoked
        WHERE (position, chain, label, used, devices, revoked) IS NOT
          (excluded.position, excluded.chain, excluded.label, excluded.used, excluded.devices, excluded.revoked)
        """)
    for (position, invitation) in invitations.enumerated() {
      guard invitation.devices.allSatisfy({ $0.count == StoreLimits.id }) else {
        throw StoreError.invalid("the digest of a device is not \(StoreLimits.id) bytes long")
      }
      try statement.execute(arguments: [
        Data(idHash), Data(invitation.id), position, Data(invitation.chain), Data(invitation.label), invitation.used,
        Data(invitation.devices.joined()), invitation.isRevoked,
      ])
    }
  }
}

extension StoredInvitation {
  fileprivate init(_ row: Row) {
    let devices = row.bytes("devices")
    self.init(
      id: row.bytes("id"), chain: row.bytes("chain"), label: row.bytes("label"), used: row["used"],
      devices: stride(from: 0, to: devices.count, by: StoreLimits.id).map { Array(devices[$0..<$0 + StoreLimits.id]) },
      isRevoked: row["revoked"])
  }
}

extension Row {
  /// Of a column that is never null.
  fileprivate func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }
}
