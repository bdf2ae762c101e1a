internal import Bytes
internal import Foundation
internal import GRDB
internal import Glibc
internal import Synchronization

/// The database in the data folder: SQLite, write-ahead log, one file of one owner. Every write is one transaction, and is on
/// the disk when it returns. Reads and writes wait on threads of their own, never on those of the caller.
package final class Store: Sendable {
  /// Who opens it.
  package enum Holder: Sendable {
    /// A node: it alone, until it ends. Makes the database and brings it up to date.
    case node
    /// A command, beside a node that may be running. Makes the database, and brings it up to date, when no node runs.
    case command
  }

  package static let fileName = "tertulia.sqlite"
  /// "TERT", in the header of the file (`PRAGMA application_id`).
  static let applicationID: Int32 = 0x5445_5254

  package let path: String
  private let pool: DatabasePool
  private let lock: Mutex<FolderLock?>
  /// Turned off where writes are made, so that none begins behind it: SQLite would be handed a connection that is gone.
  private let isOpen = Atomic(true)

  /// Opens the database in `folder`, made when it is not there, after looking through all of it for damage. `busyTimeout`
  /// (milliseconds) is how long it waits for other programs; `maximumBytes` how large the file may grow.
  package static func open(
    folder: String, as holder: Holder, busyTimeout: Int = 1_000, maximumBytes: Int = StoreLimits.database
  ) throws(StoreError) -> Store {
    try makeFolder(folder)
    let lock: FolderLock?
    do throws(StoreError) {
      lock = try FolderLock(folder: folder)
    } catch {
      guard holder == .command, case .inUse = error else { throw error }
      lock = nil
    }
    let path = folder + "/" + fileName
    if lock != nil { try makeFile(path) }
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    // Before anything is opened for writing: a damaged file stays as it is.
    _ = try facts(folder: folder, busyTimeout: busyTimeout)
    do {
      let pool = try DatabasePool(path: path, configuration: configuration(busyTimeout, maximumBytes))
      try pool.writeWithoutTransaction { database in
        // GRDB trades the last transactions for speed; a use of an invitation must survive a power cut.
        try database.execute(sql: "PRAGMA synchronous = FULL")
      }
      try migrate(pool, path: path, isAllowed: lock != nil)
      return Store(path: path, pool: pool, lock: holder == .node ? lock : nil)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Opens what a node has made, as a command does, and makes nothing itself.
  package static func openExisting(folder: String) throws(StoreError) -> Store {
    let path = folder + "/" + fileName
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    return try open(folder: folder, as: .command)
  }

  /// What is found when nothing may be changed.
  package struct Facts: Equatable, Sendable {
    /// Of the file, without its log.
    package var bytes: Int
    /// A node of this version has not started on it yet.
    package var isOlder: Bool

    package init(bytes: Int, isOlder: Bool) {
      self.bytes = bytes
      self.isOlder = isOlder
    }
  }

  /// Looks through the database in `folder` for damage; nil when there is none. Changes nothing. `busyTimeout` in milliseconds.
  package static func facts(folder: String, busyTimeout: Int = 1_000) throws(StoreError) -> Facts? {
    let path = folder + "/" + fileName
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(Double(busyTimeout) / 1_000)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      return try queue.read { database in
        try examine(database, path: path)
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
        return Facts(bytes: pages * size, isOlder: try !migrator.hasCompletedMigrations(database))
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private init(path: String, pool: DatabasePool, lock: FolderLock?) {
    self.path = path
    self.pool = pool
    self.lock = Mutex(lock)
  }

  /// Ends it; the write-ahead log is worked into the file, and another node may open it. What is asked of it later throws
  /// `closed`; to close it again does nothing.
  package func close() throws(StoreError) {
    guard isOpen.load(ordering: .acquiring) else { return }
    pool.writeWithoutTransaction { database in
      // Connections that only read may be the last to close, and they leave the log as it is.
      if isOpen.exchange(false, ordering: .acquiringAndReleasing) { _ = try? database.checkpoint(.truncate) }
    }
    do { try pool.close() } catch { throw StoreError(error, path: path) }
    lock.withLock { $0 = nil }
  }

  /// Runs `body` over one state of the database.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    guard isOpen.load(ordering: .acquiring) else { throw .closed }
    do { return try await pool.read(body) } catch { throw StoreError(error, path: path) }
  }

  /// Runs `body` as one transaction: when it throws, nothing has happened.
  @discardableResult
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    try await withWriter { database in
      var value: Result<Value, any Error> = .failure(StoreError.closed)
      try database.inTransaction {
        value = .success(try body(database))
        return .commit
      }
      return try value.get()
    }
  }

  /// Runs `body` on the connection that writes, without a transaction.
  @discardableResult
  func withWriter<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    do {
      return try await pool.writeWithoutTransaction { database in
        guard isOpen.load(ordering: .acquiring) else { throw StoreError.closed }
        return try body(database)
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Like `write`, for what must be gone: afterwards the write-ahead log no longer holds it either. That other programs read
  /// meanwhile delays that part to a later erasure or to `close`, and is no error.
  @discardableResult
  func erase<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let value = try await write(body)
    _ = try? await withWriter { try $0.checkpoint(.truncate) }
    return value
  }
}

// MARK: - Opening

extension Store {
  /// Every change of the schema, oldest first. A change that has been released is never edited.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    RoomTables.register(in: &migrator)
    AccountTables.register(in: &migrator)
    return migrator
  }

  static func configuration(_ busyTimeout: Int, _ maximumBytes: Int) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Double(busyTimeout) / 1_000)
    configuration.maximumReaderCount = 2
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
      let page = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
      _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(maximumBytes / page)")
    }
    return configuration
  }

  /// Refuses what is not a sound database of this program or a newer one.
  static func examine(_ database: Database, path: String) throws {
    let identifier = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
    guard identifier == applicationID || identifier == 0 && isEmpty else { throw StoreError.foreign(path: path) }
    try check(database, path: path)
    if try migrator.hasBeenSuperseded(database) { throw StoreError.newer(path: path) }
  }

  private static func migrate(_ pool: DatabasePool, path: String, isAllowed: Bool) throws {
    let migrator = Self.migrator
    if try pool.read({ try migrator.hasCompletedMigrations($0) }) { return }
    guard isAllowed else { throw StoreError.older(path: path) }
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(applicationID)") }
    try migrator.migrate(pool)
  }

  /// Looks through the whole file.
  static func check(_ database: Database, path: String) throws {
    let finding = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
    guard finding == "ok" else { throw StoreError.damaged(path: path, finding: finding) }
    if try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") != nil {
      throw StoreError.damaged(path: path, finding: "a row belongs to nothing")
    }
  }

  static func makeFolder(_ folder: String) throws(StoreError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .unwritable(path: folder, reason: String(cString: strerror(errno)))
    }
  }

  /// Made, and kept, for the owner's eyes only; SQLite gives its other files the same mode.
  private static func makeFile(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    fchmod(descriptor, 0o600)
    Glibc.close(descriptor)
  }
}
