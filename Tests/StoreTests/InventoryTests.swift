import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Data inventory")
struct InventoryTests {
  let folder = Folder()

  /// Column names by table, as SQLite has them; its own tables excepted.
  private func schema(_ store: Store) async throws -> [String: [String]] {
    try await store.read { database in
      var schema: [String: [String]] = [:]
      let names = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
      for name in names {
        schema[name] = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [name])
      }
      return schema
    }
  }

  @Test("every column of the real schema is declared, and nothing else is")
  func declared() async throws {
    let schema = try await schema(folder.open())
    let declared = Dictionary(uniqueKeysWithValues: Inventory.tables.map { ($0.name, $0.fields.map(\.column)) })
    #expect(Set(schema.keys) == Set(declared.keys))
    for (table, columns) in schema { #expect(Set(columns) == Set(declared[table] ?? []), "table \(table)") }
  }

  @Test("a column that nobody declared is found")
  func undeclared() async throws {
    let store = try folder.open()
    try folder.tamper("ALTER TABLE room ADD COLUMN guest_name TEXT")
    let columns = try await schema(store)["room"] ?? []
    let declared = Inventory.tables.first { $0.name == "room" }?.fields.map(\.column) ?? []
    #expect(Set(columns).subtracting(declared) == ["guest_name"])
  }

  @Test("every declaration says what is held, why and for how long")
  func complete() {
    for table in Inventory.tables {
      #expect(!table.row.isEmpty && !table.fields.isEmpty)
      for field in table.fields {
        #expect(
          field.holds.count > 3 && field.purpose.count > 3 && field.kept.count > 3, "\(table.name).\(field.column)")
      }
    }
  }

  @Test("docs/data-inventory.md is what the code says")
  func document() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/data-inventory.md")
    let text = try String(contentsOf: path.standardizedFileURL, encoding: .utf8)
    #expect(text == Inventory.markdown, "write it anew: .build/debug/tertulia inventory > docs/data-inventory.md")
  }

  /// Tables of rooms; accounts have names by their nature, and rules of their own.
  private static let ofRooms = ["room", "invitation", "ban"]

  @Test(
    "names of guests, addresses, attendance and messages have no place: rooms have no text, no time, no free column")
  func noPlace() async throws {
    let store = try folder.open()
    let columns = try await store.read { database in
      try Self.ofRooms.flatMap { table in
        try Row.fetchAll(database, sql: "SELECT name, type FROM pragma_table_info(?)", arguments: [table]).map {
          (table: table, name: $0["name"] as String, type: $0["type"] as String)
        }
      }
    }
    #expect(columns.allSatisfy { $0.type == "BLOB" || $0.type == "INTEGER" })
    // Whole numbers are days, counts and yes or no; `CHECK` keeps each too small for a second since 1970.
    let numbers = columns.filter { $0.type == "INTEGER" }.map(\.name)
    #expect(Set(numbers) == ["created_day", "used_day", "kept", "position", "used", "revoked"])
    // Hashes and digests have one size. What is longer is certificates, and a label that is sealed before it gets here.
    let bytes = columns.filter { $0.type == "BLOB" }.map(\.name)
    #expect(
      Set(bytes) == ["id_hash", "gate_hash", "host_digest", "room", "id", "chain", "label", "devices", "device"])
  }

  static let refused = [
    "INSERT INTO room VALUES (zeroblob(32), zeroblob(32), zeroblob(10), 1790000000, 1, 1)",
    "INSERT INTO room VALUES (zeroblob(32), zeroblob(32), zeroblob(10), 1, 1790000000, 1)",
    "INSERT INTO room VALUES (zeroblob(32), zeroblob(32), zeroblob(10), 1, 1, 1790000000)",
    "INSERT INTO room VALUES ('a room id', zeroblob(32), zeroblob(10), 1, 1, 1)",
    "INSERT INTO ban VALUES (zeroblob(32), '198.51.100.7....')",
    "INSERT INTO ban VALUES (zeroblob(32), x'C6336407')",
  ]

  @Test("the database refuses a moment, a name or an address where a day or a digest belongs", arguments: refused)
  func refuses(sql: String) async throws {
    let store = try folder.open()
    await #expect(throws: StoreError.self) { try await store.write { try $0.execute(sql: sql) } }
  }
}
