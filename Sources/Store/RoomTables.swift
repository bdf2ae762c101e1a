internal import GRDB

/// The tables of rooms: their schema, and what is declared of it.
enum RoomTables {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("rooms 1") { database in
      try database.execute(sql: first)
    }
  }

  /// Sizes are checked by the database as well: a value of another size has no place in it.
  private static let first = """
    CREATE TABLE room (
      id_hash BLOB NOT NULL PRIMARY KEY CHECK (length(id_hash) = 32),
      gate_hash BLOB NOT NULL CHECK (length(gate_hash) = 32),
      host_digest BLOB NOT NULL CHECK (length(host_digest) = 10),
      created_day INTEGER NOT NULL CHECK (created_day BETWEEN 0 AND 65535),
      used_day INTEGER NOT NULL CHECK (used_day BETWEEN 0 AND 65535),
      kept INTEGER NOT NULL CHECK (kept IN (0, 1))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE invitation (
      room BLOB NOT NULL REFERENCES room (id_hash) ON DELETE CASCADE,
      id BLOB NOT NULL CHECK (length(id) = 16),
      position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 65535),
      chain BLOB NOT NULL CHECK (length(chain) BETWEEN 1 AND 2048),
      label BLOB NOT NULL CHECK (length(label) <= 1024),
      used INTEGER NOT NULL CHECK (used BETWEEN 0 AND 65535),
      devices BLOB NOT NULL CHECK (length(devices) % 16 = 0 AND length(devices) <= 1048560),
      revoked INTEGER NOT NULL CHECK (revoked IN (0, 1)),
      PRIMARY KEY (room, id)
    ) STRICT;
    CREATE TABLE ban (
      room BLOB NOT NULL REFERENCES room (id_hash) ON DELETE CASCADE,
      device BLOB NOT NULL CHECK (length(device) = 16),
      PRIMARY KEY (room, device)
    ) STRICT, WITHOUT ROWID;
    """

  private static let withRoom = "with the room: until 90 days pass without anybody in it, or it is deleted"

  static let inventory: [StoredTable] = [
    StoredTable(
      "room", row: "A room that a host keeps, or that has invitations",
      fields: [
        StoredField("id_hash", "SHA-256 of the room id", purpose: "to know the room again", kept: withRoom),
        StoredField(
          "gate_hash", "SHA-256 of the gate", purpose: "to let in only who has the link (and password)", kept: withRoom),
        StoredField(
          "host_digest", "first 10 bytes of SHA-256 of the host's public key, as in the link",
          purpose: "to check who hosts", kept: withRoom),
        StoredField("created_day", "a day", purpose: "for the operator's list", kept: withRoom),
        StoredField("used_day", "a day", purpose: "to forget the room in time", kept: withRoom),
        StoredField("kept", "yes or no", purpose: "whether a host asked that it last", kept: withRoom),
      ]),
    StoredTable(
      "invitation", row: "A personal invitation to a room",
      fields: [
        StoredField("room", "`id_hash` of its room", purpose: "to which room it leads", kept: withRoom),
        StoredField("id", "16 bytes of a hash of its public key", purpose: "to know it again", kept: withRoom),
        StoredField("position", "a number", purpose: "the order in which they were made", kept: withRoom),
        StoredField(
          "chain", "signed certificates: public keys, role, uses, end; no names",
          purpose: "to check it and to show hosts who invited whom", kept: withRoom),
        StoredField(
          "label", "for whom, sealed with a key from the link: the node cannot read it",
          purpose: "that hosts know their invitations again", kept: withRoom),
        StoredField("used", "a number", purpose: "to hold it to its number of uses", kept: withRoom),
        StoredField(
          "devices", "16 bytes of a hash of a device key that is made for this room alone, for each use",
          purpose: "that it works on no other device", kept: withRoom),
        StoredField("revoked", "yes or no", purpose: "that it stays revoked", kept: withRoom),
      ]),
    StoredTable(
      "ban", row: "A device that was banned from a room",
      fields: [
        StoredField("room", "`id_hash` of the room", purpose: "where it may not come back", kept: withRoom),
        StoredField(
          "device", "16 bytes of a hash of a device key that is made for this room alone",
          purpose: "to know the device again", kept: withRoom),
      ]),
  ]
}
