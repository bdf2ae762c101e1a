import Accounts
import ArgumentParser
import Foundation
import Store
import Testing

@testable import tertulia

@Suite("Commands about what is stored")
struct StoreCommandTests {
  /// A data folder with two rooms, removed with the value.
  final class DataFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)").path

    /// SHA-256 of "7K2MQ9XV4TBD0HWC" begins with other bytes: this room is known by its number alone.
    static let room = StoredRoom(
      idHash: [0xAB, 0xCD, 0xEF] + [UInt8](repeating: 1, count: 29), gateHash: [UInt8](repeating: 2, count: 32),
      hostDigest: [UInt8](repeating: 3, count: 10), created: Day(20_000), lastUsed: Day(20_780), isKept: true,
      invitations: [StoredInvitation(id: [UInt8](repeating: 4, count: 16), chain: [1])])

    init() async throws {
      let store = try Store.open(folder: path, as: .node)
      try await store.apply([.put(Self.room)])
      try store.close()
    }

    func rooms() async throws -> [StoredRoom] { try await Store.openExisting(folder: path).rooms() }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Runs a command as the shell does; what it complains of, or nil.
  private func run<Command: AsyncParsableCommand>(_: Command.Type, _ arguments: String...) async throws -> String? {
    var command = try Command.parse(arguments)
    do {
      try await command.run()
      return nil
    } catch let error as ValidationError {
      return error.message
    }
  }

  @Test("a backup is made beside a running node, and restored when it has ended")
  func backup() async throws {
    let data = try await DataFolder()
    let file = data.path + "/copy"
    let node = try Store.open(folder: data.path, as: .node)
    #expect(try await run(BackupCommand.self, file, "--data", data.path) == nil)
    #expect(try await run(BackupCommand.self, file, "--data", data.path)?.contains("exists already") == true)
    #expect(try await run(RoomCommand.Delete.self, "abcdef", "--data", data.path, "--yes") == nil)
    #expect(try await run(RestoreCommand.self, file, "--data", data.path)?.contains("A node is running") == true)
    #expect(try await node.rooms().isEmpty)
    try node.close()
    #expect(try await run(RestoreCommand.self, file, "--data", data.path) == nil)
    #expect(try await data.rooms() == [DataFolder.room])
  }

  @Test("sessions of an account that does not exist are not ended, and the words say where the names are")
  func endSessions() async throws {
    let data = try await DataFolder()
    let said = try await run(AccountCommand.EndSessions.self, "ana", "--data", data.path)
    #expect(said?.contains("There is no account of that name") == true)
    #expect(try await run(AccountCommand.EndSessions.self, "A'; --", "--data", data.path)?.contains("no name") == true)
  }

  @Test("where there is no database, commands say so and make none")
  func nothing() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)").path
    #expect(try await run(RoomCommand.List.self, "--data", path)?.contains("There is no database") == true)
    #expect(try await run(BackupCommand.self, "copy", "--data", path)?.contains("There is no database") == true)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("what is no room, or none that is kept, is not deleted", arguments: ["a room", "abcdee", "7K2MQ9XV4TBD0HWC"])
  func notDeleted(name: String) async throws {
    let data = try await DataFolder()
    #expect(try await run(RoomCommand.Delete.self, name, "--data", data.path, "--yes") != nil)
    #expect(try await data.rooms() == [DataFolder.room])
  }

  @Test("rooms are listed by number, with days and counts, for people and for programs")
  func table() throws {
    let text = RoomTable(rooms: [DataFolder.room], isJSON: false).text
    #expect(text.split(separator: "\n").count == 2)
    #expect(text.contains("abcdef010101   2024-10-04  2026-11-23  yes   1            0"))
    let json = RoomTable(rooms: [DataFolder.room], isJSON: true).text
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["number"] as? String == "abcdef" + String(repeating: "01", count: 29))
    #expect(object?["last_used"] as? String == "2026-11-23" && object?["invitations"] as? Int == 1)
    #expect(RoomTable(rooms: [], isJSON: false).text == "No room is kept.\n")
    #expect(RoomTable(rooms: [], isJSON: true).text.isEmpty)
  }
}
