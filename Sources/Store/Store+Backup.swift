internal import Foundation
internal import GRDB
internal import Glibc

extension Store {
  /// What `restore` leaves of the database that was there before.
  package static let replacedName = fileName + ".before-restore"

  /// Writes all that is stored, as it is at one moment, into the new file `path`, for the owner's eyes only. The node goes on
  /// working meanwhile. The file is there when it is whole and has been looked through, not before.
  package func backup(to path: String) async throws(StoreError) {
    guard !FileManager.default.fileExists(atPath: path) else { throw .exists(path: path) }
    let partial = path + ".partial"
    try Self.makeEmpty(partial)
    do {
      try await withWriter { try $0.execute(sql: "VACUUM INTO ?", arguments: [partial]) }
      try Self.examineCopy(partial)
      try Self.synchronize(partial)
    } catch {
      unlink(partial)
      throw StoreError(error, path: path)
    }
    guard rename(partial, path) == 0 else { throw Self.unwritable(path) }
    try Self.synchronize((path as NSString).deletingLastPathComponent)
  }

  /// Puts the backup `path` in the place of the database in `folder`. Refuses while a node runs there, and when the backup is not
  /// sound. What was there before stays beside it as `replacedName`; whenever this is cut short, one of the two is in place, whole.
  package static func restore(_ path: String, into folder: String) throws(StoreError) {
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    try makeFolder(folder)
    let lock = try FolderLock(folder: folder)
    defer { withExtendedLifetime(lock) {} }
    let database = folder + "/" + fileName
    let fresh = database + ".restoring"
    try copy(path, to: fresh)
    do throws(StoreError) {
      try examineCopy(fresh)
      try synchronize(fresh)
    } catch {
      unlink(fresh)
      throw error.about(path)
    }
    try putAside(database, as: folder + "/" + replacedName)
    guard rename(fresh, database) == 0 else { throw unwritable(database) }
    try synchronize(folder)
  }

  /// The log goes with its file: beside another one it would be worked into that.
  private static func putAside(_ database: String, as replaced: String) throws(StoreError) {
    for suffix in ["", "-wal"] {
      unlink(replaced + suffix)
      guard access(database + suffix, F_OK) == 0 else { continue }
      guard link(database + suffix, replaced + suffix) == 0 else { throw unwritable(replaced + suffix) }
    }
    unlink(database + "-wal")
    unlink(database + "-shm")
  }

  private static func copy(_ source: String, to destination: String) throws(StoreError) {
    try makeEmpty(destination)
    guard let input = FileHandle(forReadingAtPath: source) else {
      throw .unwritable(path: source, reason: "it cannot be read")
    }
    do {
      let output = FileHandle(forWritingAtPath: destination)
      while let chunk = try input.read(upToCount: 1 << 20), !chunk.isEmpty { try output?.write(contentsOf: chunk) }
      try output?.close()
    } catch {
      unlink(destination)
      throw .full
    }
  }

  /// Throws unless the file is a sound database of this program, not a newer one's. Leaves no file beside it.
  private static func examineCopy(_ path: String) throws(StoreError) {
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(1_000, StoreLimits.database))
      defer { try? queue.close() }
      try queue.writeWithoutTransaction { database in
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
          throw StoreError.foreign(path: path)
        }
        try examine(database, path: path)
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func makeEmpty(_ path: String) throws(StoreError) {
    unlink(path)
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritable(path) }
    Glibc.close(descriptor)
  }

  /// On the disk, not only on its way there.
  private static func synchronize(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable(path) }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw unwritable(path) }
  }

  private static func unwritable(_ path: String) -> StoreError {
    errno == ENOSPC ? .full : .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}

extension StoreError {
  /// The same of the file that the operator named, not of the copy that was looked at.
  fileprivate func about(_ path: String) -> StoreError {
    switch self {
    case .foreign: .foreign(path: path)
    case .damaged(_, let finding): .damaged(path: path, finding: finding)
    case .newer: .newer(path: path)
    default: self
    }
  }
}
