internal import GRDB

/// Why something was not stored or not found. The description is for the operator: what happened, and what to do.
package enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder or the file cannot be made or written; the text is the system's.
  case unwritable(path: String, reason: String)
  /// A node works on this folder.
  case inUse(folder: String)
  /// There is no database where one must be.
  case missing(path: String)
  /// There is something already where a file was to be written.
  case exists(path: String)
  /// A file that is no database of this program.
  case foreign(path: String)
  /// SQLite finds it broken; the text is SQLite's and holds no data.
  case damaged(path: String, finding: String)
  /// Written by a newer version of this program.
  case newer(path: String)
  /// Written by an older version, and a node of that version still works on it.
  case older(path: String)
  /// The disk, or the place given to the database, is full.
  case full
  /// Another program holds the database for longer than this one waits.
  case locked
  /// The store was closed before.
  case closed
  /// A value that has no place in the schema, a size for instance: a fault of the caller.
  case invalid(String)
  /// Anything else that SQLite says, by its extended code: <https://www.sqlite.org/rescode.html>
  case sqlite(code: Int32)

  package var description: String {
    switch self {
    case .unwritable(let path, let reason):
      "Cannot write \(path): \(reason). Give a folder of the node's own with --data, on a disk that can be written."
    case .inUse(let folder):
      "A node is running on the data folder \(folder). Stop it first, or give another folder with --data."
    case .missing(let path): "There is no database at \(path). A node makes one on its first start; see --data."
    case .exists(let path): "\(path) exists already. Name a file that does not, or remove it first."
    case .foreign(let path): "\(path) is no database of Tertulia."
    case .damaged(let path, let finding):
      """
      The database \(path) is damaged (\(finding)). Nothing was changed. Copy the data folder to a safe place, then bring \
      back the last backup: tertulia restore FILE. Without a backup, move \(path) away: the node starts with an empty \
      one, rooms by plain link work as before, and kept rooms, invitations and accounts are gone.
      """
    case .newer(let path):
      "The database \(path) was written by a newer version. Install that version, or restore a backup of this one's."
    case .older(let path):
      "The database \(path) is of an older version, and a node of that version is running. Start that node anew first."
    case .full:
      "The disk is full, or the database has reached its \(StoreLimits.database >> 20) MB. Make room on the data folder's disk."
    case .locked:
      "Another program holds the database. If it is a backup or a shell of sqlite3, let it finish; fuser -v names it."
    case .closed: "The database is closed: the node is stopping."
    case .invalid(let what): "This does not fit into the database: \(what)."
    case .sqlite(let code):
      "SQLite gave error \(code). Look at the disk of the data folder: dmesg, df and `tertulia doctor` say more."
    }
  }

  /// A word for metrics and logs.
  package var word: String {
    switch self {
    case .unwritable: "unwritable"
    case .inUse: "in_use"
    case .missing: "missing"
    case .exists: "exists"
    case .foreign: "foreign"
    case .damaged: "damaged"
    case .newer: "newer"
    case .older: "older"
    case .full: "full"
    case .locked: "locked"
    case .closed: "closed"
    case .invalid: "invalid"
    case .sqlite: "sqlite"
    }
  }

  /// Whether the same may succeed later without anybody having changed what was asked for.
  package var isPassing: Bool {
    switch self {
    case .full, .locked, .sqlite, .unwritable: true
    default: false
    }
  }

  /// What GRDB threw. Statements and values are left out: they may be about people.
  init(_ error: any Error, path: String) {
    if let error = error as? StoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .sqlite(code: ResultCode.SQLITE_INTERRUPT.rawValue)
      return
    }
    switch error.resultCode {
    case .SQLITE_FULL: self = .full
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
    case .SQLITE_CORRUPT: self = .damaged(path: path, finding: "SQLite error \(error.extendedResultCode.rawValue)")
    case .SQLITE_NOTADB: self = .foreign(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
      self = .unwritable(path: path, reason: "SQLite error \(error.extendedResultCode.rawValue)")
    case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
      self = .invalid("SQLite error \(error.extendedResultCode.rawValue)")
    case .SQLITE_IOERR where error.extendedResultCode.rawValue == Self.writeFailed: self = .full
    default: self = .sqlite(code: error.extendedResultCode.rawValue)
    }
  }

  /// SQLITE_IOERR_WRITE: what a quota or a file size limit gives instead of a full disk.
  private static let writeFailed: Int32 = 778
}
