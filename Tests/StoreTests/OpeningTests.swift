import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Opening the store")
struct OpeningTests {
  let folder = Folder()

  private func refusal(as holder: Store.Holder = .node) -> StoreError? {
    do {
      try folder.open(as: holder).close()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  @Test("a second node is refused, a command is not, and the next node comes in when the first has ended")
  func oneNode() async throws {
    var node: Store? = try folder.open()
    #expect(refusal() == .inUse(folder: folder.path))
    let command = try folder.open(as: .command)
    try await command.apply([.put(.sample(1))])
    #expect(try await node?.rooms() == [.sample(1)])
    try node?.close()
    node = nil
    #expect(refusal() == nil)
  }

  @Test("a command makes the database when there is none, and does not keep the node away afterwards")
  func commandFirst() async throws {
    let command = try folder.open(as: .command)
    try await command.apply([.put(.sample(1))])
    let node = try folder.open()
    #expect(try await node.rooms() == [.sample(1)])
  }

  @Test("a damaged file is refused with the words to mend it, and left as it is")
  func damaged() async throws {
    let store = try folder.open()
    try await store.apply((0..<200).map { .put(.sample($0)) })
    try store.close()
    var bytes = try #require(FileManager.default.contents(atPath: folder.database))
    #expect(bytes.count > 100_000)
    // The second half, so that the header and the schema stay readable.
    for index in stride(from: bytes.count / 2, to: bytes.count, by: 97) { bytes[index] ^= 0x5A }
    try bytes.write(to: URL(filePath: folder.database))
    let error = refusal()
    #expect(error?.word == "damaged")
    #expect(error?.description.contains("tertulia restore FILE") == true)
    #expect(FileManager.default.contents(atPath: folder.database) == bytes)
  }

  @Test("a row that belongs to nothing is damage too")
  func orphan() throws {
    try folder.open().close()
    try folder.tamper(
      "PRAGMA foreign_keys = OFF; INSERT INTO ban (room, device) VALUES (zeroblob(32), zeroblob(16))")
    #expect(refusal()?.word == "damaged")
  }

  @Test("what is no database of this program is refused and left as it is")
  func foreign() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let text = Data(String(repeating: "Dear diary, ", count: 100).utf8)
    try text.write(to: URL(filePath: folder.database))
    #expect(refusal()?.word == "foreign")
    #expect(FileManager.default.contents(atPath: folder.database) == text)
    try FileManager.default.removeItem(atPath: folder.database)
    try folder.tamper("CREATE TABLE song (name TEXT)")
    #expect(refusal()?.word == "foreign")
  }

  @Test("a database of a newer version is refused by nodes and commands")
  func newer() throws {
    try folder.open().close()
    try folder.tamper("INSERT INTO grdb_migrations VALUES ('of next year')")
    #expect(refusal() == .newer(path: folder.database))
    #expect(refusal(as: .command) == .newer(path: folder.database))
  }

  @Test("beside a running node of an older version a command changes nothing")
  func older() throws {
    let node = try folder.open()
    try folder.tamper("DELETE FROM grdb_migrations")
    #expect(refusal(as: .command) == .older(path: folder.database))
    try node.close()
  }

  @Test("a start that was cut short before the first table is taken up again")
  func cutShort() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try folder.tamper("PRAGMA application_id = \(Store.applicationID)")
    #expect(refusal() == nil)
  }

  @Test("a folder that cannot be made is told with its name")
  func unwritable() throws {
    try Data().write(to: URL(filePath: folder.path))
    #expect(refusal()?.word == "unwritable")
    #expect(refusal()?.description.contains(folder.path) == true)
  }
}
