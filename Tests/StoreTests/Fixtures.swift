import Accounts
import Foundation
import GRDB

@testable import Store

/// A folder of its own for a test, removed with it.
final class Folder: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)").path

  var database: String { path + "/" + Store.fileName }

  func open(as holder: Store.Holder = .node, busyTimeout: Int = 20, maximumBytes: Int = StoreLimits.database) throws
    -> Store
  {
    try Store.open(folder: path, as: holder, busyTimeout: busyTimeout, maximumBytes: maximumBytes)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension StoredRoom {
  /// The room number `number`, every field of it filled.
  static func sample(_ number: Int, invitations: Int = 2, used: Day = Day(20_000)) -> StoredRoom {
    let mark = [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    func bytes(_ count: Int, _ tag: UInt8) -> [UInt8] { mark + [UInt8](repeating: tag, count: count - 2) }
    return StoredRoom(
      idHash: bytes(32, 1), gateHash: bytes(32, 2), hostDigest: bytes(10, 3), created: Day(19_990), lastUsed: used,
      isKept: number % 2 == 0,
      invitations: (0..<invitations).map { index in
        StoredInvitation(
          id: [UInt8(index & 0xFF), UInt8(index >> 8)] + bytes(14, 4), chain: bytes(150, 5), label: bytes(64, 6),
          used: 1, devices: [bytes(16, 7)], isRevoked: index % 3 == 1)
      },
      bans: [StoredBan(device: bytes(16, 8))])
  }
}

extension Folder {
  /// Permission bits of a file in it.
  func mode(_ name: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path + "/" + name))?[.posixPermissions] as? Int
  }

  /// Whether any file in it has these bytes.
  func holds(_ bytes: [UInt8]) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { name in
      FileManager.default.contents(atPath: path + "/" + name)?.range(of: Data(bytes)) != nil
    }
  }

  /// Runs SQL as another program would, past everything that `Store` does.
  func tamper(_ sql: String) throws {
    let queue = try DatabaseQueue(path: database)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }
}
