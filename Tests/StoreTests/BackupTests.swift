import DiskFaults
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Backup and restore")
struct BackupTests {
  let folder = Folder()
  let elsewhere = Folder()

  private var file: String { elsewhere.path + "/copy" }

  init() throws {
    try FileManager.default.createDirectory(atPath: elsewhere.path, withIntermediateDirectories: true)
  }

  @Test("a command makes a backup while the node works and writes; it is one whole file, for the owner only")
  func whileRunning() async throws {
    let node = try folder.open()
    try await node.apply((0..<50).map { .put(.sample($0)) })
    let command = try folder.open(as: .command)
    async let backup: Void = command.backup(to: file)
    for number in 50..<80 { try await node.apply([.put(.sample(number))]) }
    try await backup
    #expect(elsewhere.mode("copy") == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == ["copy"])
    try Store.restore(file, into: elsewhere.path + "/new")
    let restored = try await Store.open(folder: elsewhere.path + "/new", as: .node).rooms()
    #expect(restored.count >= 50 && restored.contains(.sample(49)))
  }

  @Test("a backup never takes the place of a file")
  func exists() async throws {
    let store = try folder.open()
    try Data("keep me".utf8).write(to: URL(filePath: file))
    await #expect(throws: StoreError.exists(path: file)) { try await store.backup(to: file) }
    #expect(FileManager.default.contents(atPath: file) == Data("keep me".utf8))
  }

  @Test("a backup that finds the disk full leaves nothing behind", .enabled(if: FullDisk.canBeMade, "needs root"))
  func backupOnFullDisk() async throws {
    let disk = try FullDisk(bytes: 64 << 10)
    let store = try folder.open()
    try await store.apply((0..<500).map { .put(.sample($0)) })
    await #expect(throws: StoreError.full) { try await store.backup(to: disk.path + "/copy") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
  }

  @Test("restoring brings back what was, and keeps what is beside it")
  func restores() async throws {
    var node: Store? = try folder.open()
    try await node?.apply([.put(.sample(1))])
    try await node?.backup(to: file)
    try await node?.apply([.put(.sample(2)), .delete(StoredRoom.sample(1).idHash)])
    try node?.close()
    node = nil
    try Store.restore(file, into: folder.path)
    #expect(folder.mode(Store.fileName) == 0o600)
    #expect(try await folder.open().rooms() == [.sample(1)])
    try Store.restore(folder.path + "/" + Store.replacedName, into: elsewhere.path)
    #expect(try await elsewhere.open().rooms() == [.sample(2)])
  }

  @Test("a log that a crash left is put aside with its file, never worked into the restored one")
  func leftLog() async throws {
    let store = try folder.open()
    try await store.apply([.put(.sample(1))])
    try await store.backup(to: file)
    try await store.apply([.put(.sample(2))])
    // What a killed node leaves: the file and its log as they are now.
    let crashed = Folder()
    try FileManager.default.createDirectory(atPath: crashed.path, withIntermediateDirectories: true)
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: crashed.database + suffix)
    }
    try Store.restore(file, into: crashed.path)
    #expect(try await crashed.open().rooms() == [.sample(1)])
    #expect(FileManager.default.fileExists(atPath: crashed.path + "/" + Store.replacedName + "-wal"))
  }

  @Test("restoring is refused while a node runs")
  func inUse() async throws {
    let node = try folder.open()
    try await node.apply([.put(.sample(1))])
    try await node.backup(to: file)
    #expect(throws: StoreError.inUse(folder: folder.path)) { try Store.restore(file, into: folder.path) }
    #expect(try await node.rooms() == [.sample(1)])
  }

  @Test("what is no sound backup is refused, under its own name, and nothing is changed")
  func unsound() async throws {
    var store: Store? = try folder.open()
    try await store?.apply((0..<200).map { .put(.sample($0)) })
    try await store?.backup(to: file)
    try store?.close()
    store = nil
    let good = try #require(FileManager.default.contents(atPath: file))
    var bad = good
    for index in stride(from: bad.count / 2, to: bad.count, by: 97) { bad[index] ^= 0x5A }
    for (content, word) in [(Data("no".utf8), "foreign"), (Data(), "foreign"), (bad, "damaged")] {
      try content.write(to: URL(filePath: file))
      do throws(StoreError) {
        try Store.restore(file, into: folder.path)
        Issue.record("\(word) was restored")
      } catch {
        #expect(error.word == word && error.description.contains(file))
      }
    }
    #expect(throws: StoreError.missing(path: file + "x")) { try Store.restore(file + "x", into: folder.path) }
    #expect(try await folder.open().rooms().count == 200)
    #expect(!FileManager.default.fileExists(atPath: folder.database + ".restoring"))
  }
}
