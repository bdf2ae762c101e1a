import Accounts
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Store")
struct StoreTests {
  let folder = Folder()

  @Test("a room comes back as it was put, and again after the node was started anew")
  func roundTrip() async throws {
    let rooms = [StoredRoom.sample(1), .sample(2, invitations: 0)]
    let store = try folder.open()
    try await store.apply(rooms.map { .put($0) })
    #expect(try await store.rooms() == rooms)
    try store.close()
    let again = try folder.open(as: .command)
    #expect(try await again.rooms() == rooms)
  }

  @Test("the last put counts: invitations and bans that are gone from it are gone")
  func replaces() async throws {
    var room = StoredRoom.sample(1, invitations: 3)
    let store = try folder.open()
    try await store.apply([.put(room)])
    room.invitations.remove(at: 1)
    room.invitations[0].used = 2
    room.invitations[0].devices.append([UInt8](repeating: 9, count: 16))
    room.invitations[1].isRevoked = true
    room.bans = []
    room.isKept = true
    try await store.apply([.put(room)])
    #expect(try await store.rooms() == [room])
  }

  @Test("deleting a room leaves nothing of it in the files, bans and invitations included")
  func deletes() async throws {
    let store = try folder.open()
    let (gone, stays) = (StoredRoom.sample(0x4142), StoredRoom.sample(0x4344))
    try await store.apply([.put(gone), .put(stays)])
    #expect(folder.holds(gone.invitations[0].chain))
    try await store.apply([.delete(gone.idHash)])
    #expect(try await store.rooms() == [stays])
    for bytes in [gone.idHash, gone.gateHash, gone.invitations[0].chain, gone.bans[0].device] {
      #expect(!folder.holds(bytes))
    }
    #expect(folder.holds(stays.invitations[0].chain))
  }

  @Test("a change that does not fit undoes all that came with it")
  func atomicity() async throws {
    let store = try folder.open()
    var bad = StoredRoom.sample(2)
    bad.invitations[1].chain = []
    let changes: [RoomChange] = [.put(.sample(1)), .put(bad)]
    await #expect(throws: StoreError.self) { try await store.apply(changes) }
    #expect(try await store.rooms().isEmpty)
  }

  /// Each of them one value that has no place in the schema.
  static let misfits: [@Sendable (inout StoredRoom) -> Void] = [
    { $0.idHash.removeLast() }, { $0.gateHash.append(0) }, { $0.hostDigest = [] },
    { $0.invitations[0].id.append(0) },
    { $0.invitations[0].chain = [UInt8](repeating: 0, count: StoreLimits.chain + 1) },
    { $0.invitations[0].label = [UInt8](repeating: 0, count: StoreLimits.label + 1) },
    { $0.invitations[0].used = StoreLimits.uses + 1 }, { $0.invitations[0].used = -1 },
    { $0.invitations[0].devices = [[1, 2, 3]] }, { $0.bans[0].device = [] },
  ]

  @Test("a value of the wrong size is refused by the database itself", arguments: misfits.indices)
  func sizes(index: Int) async throws {
    let store = try folder.open()
    var room = StoredRoom.sample(1)
    Self.misfits[index](&room)
    do {
      try await store.apply([.put(room)])
      Issue.record("it was stored")
    } catch {
      #expect(error.word == "invalid" && !error.isPassing)
    }
    #expect(try await store.rooms().isEmpty)
  }

  static let texts = [
    "'); DROP TABLE room; --", "\" OR 1=1 --", "<script>alert(1)</script>", "%00\u{0}\u{1}", "\\x27; ATTACH 'x' AS y",
  ]

  @Test("SQL and markup are bytes like others, in every field that is long enough for them", arguments: texts)
  func injection(text: String) async throws {
    func fill(_ count: Int) -> [UInt8] {
      Array((0..<count).map { Array(text.utf8)[$0 % text.utf8.count] })
    }
    var room = StoredRoom.sample(1)
    (room.idHash, room.gateHash, room.hostDigest) = (fill(32), fill(32), fill(10))
    room.bans = [StoredBan(device: fill(16))]
    room.invitations = [
      StoredInvitation(id: fill(16), chain: fill(200), label: Array(text.utf8), devices: [fill(16)])
    ]
    let store = try folder.open()
    try await store.apply([.put(room), .put(.sample(7))])
    #expect(Set(try await store.rooms().map { $0.idHash }) == [room.idHash, StoredRoom.sample(7).idHash])
    #expect(try await store.rooms().contains(room))
    try await store.apply([.delete(room.idHash)])
    #expect(try await store.rooms() == [.sample(7)])
  }

  @Test("rooms that nobody has used for so long are forgotten, a day later and not before")
  func forgets() async throws {
    let store = try folder.open()
    try await store.apply([.put(.sample(1, used: Day(100))), .put(.sample(2, used: Day(101)))])
    #expect(try await store.forgetRooms(unusedSince: Day(100)) == 0)
    #expect(try await store.forgetRooms(unusedSince: Day(101)) == 1)
    #expect(try await store.rooms() == [.sample(2, used: Day(101))])
  }

  @Test("a store that is closed says so to whatever is asked of it, and can be closed again")
  func afterClose() async throws {
    let store = try folder.open()
    try await store.apply([.put(.sample(1))])
    try store.close()
    try store.close()
    await #expect(throws: StoreError.closed) { try await store.rooms() }
    await #expect(throws: StoreError.closed) { try await store.apply([.put(.sample(2))]) }
    await #expect(throws: StoreError.closed) { try await store.apply([.delete(StoredRoom.sample(1).idHash)]) }
    await #expect(throws: StoreError.closed) { try await store.forgetRooms(unusedSince: Day(30_000)) }
    await #expect(throws: StoreError.closed) { try await store.version() }
    await #expect(throws: StoreError.closed) { try await store.backup(to: folder.path + "/copy") }
    #expect(try await folder.open().rooms() == [.sample(1)])
  }

  @Test("writes that race with the closing are made or refused, never half of one")
  func closedMeanwhile() async throws {
    let store = try folder.open()
    let made = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<200 {
        group.addTask {
          do throws(StoreError) {
            if number == 100 { try store.close() } else { try await store.apply([.put(.sample(number))]) }
            return number
          } catch {
            return error == .closed ? nil : -1
          }
        }
      }
      return await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
    }
    #expect(!made.contains(-1) && made.contains(100))
    let kept = Set(try await folder.open().rooms().map { Int($0.idHash[0]) })
    #expect(kept == made.subtracting([100]))
  }

  @Test("files are for their owner only, whatever was there before")
  func modes() async throws {
    let store = try folder.open()
    try await store.apply([.put(.sample(1))])
    #expect(folder.mode(Store.fileName) == 0o600 && folder.mode(Store.fileName + "-wal") == 0o600)
    try store.close()
    chmod(folder.database, 0o644)
    let again = try folder.open()
    #expect(folder.mode(Store.fileName) == 0o600)
    try again.close()
  }

  @Test("connections delete for good, keep the references and log ahead", arguments: [Store.Holder.node, .command])
  func pragmas(holder: Store.Holder) async throws {
    let store = try folder.open(as: holder)
    let values = try await store.withWriter { database in
      try ["secure_delete", "foreign_keys", "journal_mode", "synchronous", "trusted_schema", "max_page_count"].map {
        try String.fetchOne(database, sql: "PRAGMA \($0)")
      }
    }
    #expect(values == ["1", "1", "wal", "2", "0", "\(StoreLimits.database / 4_096)"])
  }
}
