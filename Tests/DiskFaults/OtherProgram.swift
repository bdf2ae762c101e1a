import GRDB

/// Another program with the database open, which may hold it for as long as it likes.
package final class OtherProgram: Sendable {
  private let queue: DatabaseQueue

  /// `path` of the database's file.
  package init(_ path: String) throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  package func run(_ sql: String) throws { try queue.unsafeReentrantWrite { try $0.execute(sql: sql) } }
}
