import Accounts
import Bytes
import Crypto
import DiskFaults
import Foundation
import MLSWire
import RoomRules
import Store
import Testing

@testable import Server
@testable import Signaling

@Suite("A call while the disk fails")
struct FailingDiskTests {
  private static let today = Day(20_000)

  /// A node whose kept rooms are on a disk.
  private struct Kept {
    let node: TestNode
    let store: Store
    let archive: RoomArchive
    let log = RecordedLog()

    init(folder: String) async throws {
      // Opened twice: the log of what made the tables is worked in, and what comes needs new space.
      try Store.open(folder: folder, as: .node).close()
      store = try Store.open(folder: folder, as: .node, busyTimeout: 20)
      let logger = log.logger
      archive = try await RoomArchive(store: store, maximumRooms: 100, today: today) { StoreReport.log($0, to: logger) }
      node = TestNode(keeper: ArchiveRoomKeeper(archive: archive))
    }
  }

  /// A host and a guest talk, another comes by an invitation that is made now, and the host freezes: everything reaches them,
  /// while `reason` keeps the disk from taking any of it. Then the disk works again.
  private func call(
    on kept: Kept, folder: String, reason: String, fail: () throws -> Void, recover: () throws -> Void
  ) async throws {
    let (node, room) = (kept.node, HostedRoom())
    let host = try await hosted(node, room)
    let guest = try await admitted(2, by: host, node, room)
    await host.say("keep", [JSONMember("kept", .bool(true))])
    await kept.archive.flush(today: Self.today)
    let before = try await kept.store.rooms()
    #expect(before.count == 1 && before[0].isKept && before[0].invitations.isEmpty)

    try fail()
    let key = Curve25519.Signing.PrivateKey()
    let chain = try room.invite(key)
    let members = [
      JSONMember("box", .string(Base64URL.encode(chain.wire))), JSONMember("label", .string(Base64URL.encode([7]))),
    ]
    await host.say("invite", members)
    await kept.archive.flush(today: Self.today)
    var card = HostedRoom.Card(3)
    card.invitation = key
    let invited = try Guest(node, room, card, chain: chain)
    #expect(try await invited.hello())
    try await settle(node, [host, guest, invited])
    #expect(invited.group != nil)
    await guest.box("message", [1, 2, 3])
    await host.box("freeze", try host.freezeCall())
    try await settle(node, [host, guest, invited])
    for other in [host, invited] { #expect(other.last("message")?.text("box") == Base64URL.encode([1, 2, 3])) }
    for one in [host, guest, invited] { #expect(one.last("frozen") != nil) }
    await kept.archive.flush(today: Self.today)

    #expect(kept.archive.status.failures[reason] == 2 && kept.archive.status.pending == 1)
    #expect(kept.log.text.components(separatedBy: "meetings go on").count == 2, "told once")
    #expect(try Store.facts(folder: folder) != nil, "sound")
    #expect(try await kept.store.rooms() == before)

    try recover()
    await kept.archive.flush(today: Self.today)
    #expect(kept.archive.status.pending == 0 && kept.log.text.contains("written again"))
    try kept.store.close()
    let after = try await Store.open(folder: folder, as: .node).rooms()
    #expect(after.count == 1 && after[0].invitations.map(\.chain) == [chain.wire])
    #expect(after[0].invitations.map(\.devices) == [[card.deviceDigest]])
  }

  @Test(
    "a full disk: people talk, come by invitation and are frozen; the operator is told; nothing is half-written",
    .enabled(if: FullDisk.canBeMade, "mounting needs root"))
  func full() async throws {
    let disk = try FullDisk(bytes: 1 << 20)
    try await call(
      on: try await Kept(folder: disk.path), folder: disk.path, reason: "full", fail: disk.fill, recover: disk.empty)
  }

  @Test(
    "a locked database: people talk, come by invitation and are frozen; the operator is told; nothing is half-written")
  func locked() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = try await Kept(folder: folder.path)
    let other = try OtherProgram(folder.path + "/" + Store.fileName)
    try await call(
      on: kept, folder: folder.path, reason: "locked", fail: { try other.run("BEGIN IMMEDIATE") },
      recover: { try other.run("ROLLBACK") })
  }
}
