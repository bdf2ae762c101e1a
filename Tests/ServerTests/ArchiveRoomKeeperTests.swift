import Accounts
import Foundation
import Store
import Testing

@testable import Server

@Suite("Kept rooms on the disk")
struct ArchiveRoomKeeperTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")

  private static var room: KeptRoom {
    func bytes(_ count: Int, _ tag: UInt8) -> [UInt8] { [UInt8](repeating: tag, count: count) }
    var room = KeptRoom(idHash: bytes(32, 1), gateHash: bytes(32, 2), hostDigest: bytes(10, 3), isKept: true)
    room.invitations = [
      KeptInvitation(
        id: bytes(16, 4), chain: bytes(140, 5), label: bytes(64, 6), devices: [bytes(16, 7), bytes(16, 8)]),
      KeptInvitation(id: bytes(16, 9), chain: bytes(280, 5), label: [], isRevoked: true),
    ]
    room.bans = [bytes(16, 10)]
    return room
  }

  @Test("what a room hands over comes back after the node was started anew")
  func roundTrip() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store.open(folder: folder.path, as: .node)
    let archive = try await RoomArchive(store: store, maximumRooms: 1, today: Day(100)) { _ in }
    let keeper = ArchiveRoomKeeper(archive: archive)
    #expect(keeper.takesRooms)
    keeper.remember(Self.room)
    #expect(!keeper.takesRooms && keeper.room(Self.room.idHash) == Self.room)
    await archive.flush(today: Day(101))
    keeper.used(Self.room.idHash)
    await archive.flush(today: Day(101))
    try store.close()

    let again = try Store.open(folder: folder.path, as: .node)
    let stored = try #require(try await again.rooms().first)
    #expect(stored.created == Day(100) && stored.lastUsed == Day(101))
    let keeperAgain = ArchiveRoomKeeper(archive: try await RoomArchive(store: again, maximumRooms: 1) { _ in })
    // Long after day 101 nobody has used it.
    #expect(keeperAgain.room(Self.room.idHash) == nil)
    let soon = try await RoomArchive(store: again, maximumRooms: 1, today: Day(102)) { _ in }
    #expect(ArchiveRoomKeeper(archive: soon).room(Self.room.idHash) == Self.room)
  }

  @Test("a room that is forgotten is gone, from the disk too")
  func forgets() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store.open(folder: folder.path, as: .node)
    let archive = try await RoomArchive(store: store, maximumRooms: 9) { _ in }
    let keeper = ArchiveRoomKeeper(archive: archive)
    keeper.remember(Self.room)
    await archive.flush()
    keeper.forget(Self.room.idHash)
    #expect(keeper.room(Self.room.idHash) == nil)
    await archive.flush()
    #expect(try await store.rooms().isEmpty)
  }
}
