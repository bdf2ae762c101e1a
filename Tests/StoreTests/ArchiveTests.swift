import Accounts
import DiskFaults
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

/// What an archive has told, in order.
final class Told: Sendable {
  private let list = Mutex<[ArchiveNews]>([])
  var all: [ArchiveNews] { list.withLock { $0 } }
  func add(_ news: ArchiveNews) { list.withLock { $0.append(news) } }
}

@Suite("Room archive")
struct ArchiveTests {
  let folder = Folder()
  let told = Told()

  private func archive(_ store: Store, maximumRooms: Int = 100, today: Day = Day(20_000)) async throws -> RoomArchive {
    try await RoomArchive(store: store, maximumRooms: maximumRooms, today: today) { told.add($0) }
  }

  @Test("what is put is known at once and on the disk after the next flush")
  func putAndFlush() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    #expect(archive.put(.sample(1)))
    #expect(archive.room(StoredRoom.sample(1).idHash) == .sample(1))
    #expect(try await store.rooms().isEmpty)
    await archive.flush(today: Day(20_000))
    #expect(try await store.rooms() == [.sample(1)])
    #expect(archive.status == ArchiveStatus(rooms: 1, pending: 0, written: 1))
    #expect(told.all.isEmpty)
  }

  @Test(
    "a locked database stops nobody: rooms change meanwhile, the operator is told once, and the last state is written")
  func locked() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    archive.put(.sample(1, invitations: 1))
    await archive.flush(today: Day(20_000))
    let other = try OtherProgram(folder.database)
    try other.run("BEGIN IMMEDIATE")
    archive.put(.sample(1, invitations: 5))
    archive.put(.sample(2))
    await archive.flush(today: Day(20_000))
    archive.put(.sample(1, invitations: 9))
    await archive.flush(today: Day(20_000))
    #expect(told.all == [.failing(.locked, pending: 2)])
    #expect(archive.status.failures == ["locked": 2])
    #expect(archive.room(StoredRoom.sample(1).idHash) == .sample(1, invitations: 9))
    #expect(try await store.rooms() == [.sample(1, invitations: 1)])
    try other.run("ROLLBACK")
    await archive.flush(today: Day(20_000))
    #expect(told.all.last == .recovered)
    #expect(try await store.rooms() == [.sample(1, invitations: 9), .sample(2)])
  }

  @Test("a full database stops nobody, keeps whole rooms only, and takes the rest when there is room")
  func full() async throws {
    let store = try folder.open(maximumBytes: 90 * 4_096)
    let archive = try await archive(store, maximumRooms: 400)
    for number in 0..<300 { archive.put(.sample(number, invitations: 4)) }
    await archive.flush(today: Day(20_000))
    #expect(told.all.count == 1)
    guard case .failing(.full, let pending) = told.all.first else {
      Issue.record("the operator was told \(told.all)")
      return
    }
    #expect(pending > 0 && pending <= 300)
    let stored = try await store.rooms()
    #expect(!stored.isEmpty && stored.count < 300)
    for room in stored { #expect(archive.room(room.idHash) == room) }
    for number in 0..<300 { #expect(archive.room(StoredRoom.sample(number).idHash) != nil) }
    try await store.withWriter { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
    await archive.flush(today: Day(20_000))
    #expect(told.all.last == .recovered)
    #expect(try await store.rooms().count == 300)
  }

  @Test("a disk that is really full: the same", .enabled(if: FullDisk.canBeMade, "mounting needs root"))
  func fullDisk() async throws {
    let disk = try FullDisk(bytes: 512 << 10)
    let store = try Store.open(folder: disk.path, as: .node, busyTimeout: 20)
    let archive = try await archive(store, maximumRooms: 2_000)
    for number in 0..<1_000 { archive.put(.sample(number, invitations: 4)) }
    await archive.flush(today: Day(20_000))
    guard case .failing(.full, _) = told.all.first else {
      Issue.record("the operator was told \(told.all)")
      return
    }
    #expect(archive.status.pending > 0)
    for room in try await store.rooms() { #expect(archive.room(room.idHash) == room) }
    try disk.grow(to: 64 << 20)
    await archive.flush(today: Day(20_000))
    #expect(told.all.last == .recovered)
    #expect(try await store.rooms().count == 1_000)
    try store.close()
    #expect(try await Store.open(folder: disk.path, as: .node).rooms().count == 1_000)
  }

  @Test("there are never more rooms than may be, deletions that wait included; who is known may always change")
  func bounded() async throws {
    let archive = try await archive(folder.open(), maximumRooms: 2)
    #expect(archive.put(.sample(1)) && archive.put(.sample(2)))
    #expect(archive.put(.sample(3)) == false && archive.put(.sample(4)) == false)
    #expect(archive.put(.sample(1, invitations: 7)))
    archive.delete(StoredRoom.sample(2).idHash)
    #expect(archive.put(.sample(3)) == false)
    #expect(told.all == [.noPlace])
    await archive.flush(today: Day(20_000))
    #expect(archive.put(.sample(3)) && archive.put(.sample(4)) == false)
    #expect(told.all == [.noPlace, .noPlace])
    #expect(archive.status.refused == 4)
  }

  @Test("a room that is neither kept nor has invitations is forgotten, and one that never was is not stored")
  func notWorthKeeping() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    var room = StoredRoom.sample(2)
    archive.put(room)
    await archive.flush(today: Day(20_000))
    (room.isKept, room.invitations) = (false, [])
    archive.put(room)
    archive.put(.sample(3, invitations: 0))
    #expect(archive.room(room.idHash) == nil)
    await archive.flush(today: Day(20_000))
    #expect(try await store.rooms().isEmpty)
  }

  @Test("90 days without anybody are the end of a room; one visit is a new beginning")
  func forgetting() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    archive.put(.sample(1))
    archive.put(.sample(2))
    await archive.flush(today: Day(20_090))
    #expect(archive.status.rooms == 2)
    archive.touch(StoredRoom.sample(2).idHash)
    await archive.flush(today: Day(20_091))
    #expect(told.all == [.forgotten(1)])
    #expect(try await store.rooms() == [.sample(2, used: Day(20_090))])
    let later = try await RoomArchive(store: store, maximumRooms: 9, today: Day(20_300)) { told.add($0) }
    #expect(later.status.rooms == 0)
    await later.flush(today: Day(20_300))
    #expect(try await store.rooms().isEmpty)
  }

  @Test("what a command deletes beside the running node is gone for the node too")
  func deletedElsewhere() async throws {
    let archive = try await archive(folder.open())
    archive.put(.sample(1))
    archive.put(.sample(2))
    await archive.flush(today: Day(20_000))
    let command = try folder.open(as: .command)
    try await command.apply([.delete(StoredRoom.sample(1).idHash)])
    archive.put(.sample(3))
    await archive.flush(today: Day(20_000))
    #expect(archive.room(StoredRoom.sample(1).idHash) == nil)
    #expect(archive.status.rooms == 2)
    #expect(try await command.rooms() == [.sample(2), .sample(3)])
  }

  @Test("what a command deletes stays deleted, though the room was changed here before that was noticed")
  func deletedWhileChanged() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    archive.put(.sample(1))
    await archive.flush(today: Day(20_000))
    try await folder.open(as: .command).apply([.delete(StoredRoom.sample(1).idHash)])
    archive.put(.sample(1, invitations: 3))
    archive.put(.sample(2))
    await archive.flush(today: Day(20_000))
    #expect(archive.room(StoredRoom.sample(1).idHash) == nil)
    #expect(try await store.rooms() == [.sample(2)])
    archive.put(.sample(1))
    await archive.flush(today: Day(20_000))
    #expect(try await store.rooms() == [.sample(1), .sample(2)])
  }

  @Test("a room that does not fit is told and given up; those beside it are written")
  func unwritable() async throws {
    let store = try folder.open()
    let archive = try await archive(store)
    var bad = StoredRoom.sample(2)
    bad.invitations[0].chain = []
    for room in [.sample(1), bad, .sample(3)] { archive.put(room) }
    await archive.flush(today: Day(20_000))
    #expect(try await store.rooms() == [.sample(1), .sample(3)])
    #expect(told.all.count == 1)
    #expect(archive.status.pending == 0)
  }

  @Test("a thousand rooms with ten thousand invitations are opened well within the time of a start")
  func startTime() async throws {
    let store = try folder.open()
    try await store.apply((0..<1_000).map { .put(.sample($0, invitations: 10)) })
    try store.close()
    let clock = ContinuousClock()
    let start = clock.now
    let archive = try await archive(folder.open())
    let time = start.duration(to: clock.now)
    print("opened 1,000 rooms with 10,000 invitations in \(time)")
    #expect(archive.status.rooms == 1_000)
    // Generous: a debug build on a busy machine. docs/operating.md has the figure.
    #expect(time < .seconds(10))
  }
}
