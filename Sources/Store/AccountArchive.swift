package import Accounts
internal import Foundation
internal import GRDB

/// The accounts of a node, on the disk. Each method is one transaction, done when it returns; one that throws has changed nothing.
/// Nothing is held in memory: what a command deletes beside a running node is gone for the node as well.
package struct AccountArchive: Sendable {
  let store: Store
  private let report: @Sendable (StoreError) -> Void

  /// `report` is told why the disk could not be read or written; whoever asked is told `unavailable`. Must return at once.
  package init(store: Store, report: @escaping @Sendable (StoreError) -> Void) {
    self.store = store
    self.report = report
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(AccountError) -> Value {
    do throws(StoreError) { return try await store.read(body) } catch {
      report(error)
      throw .unavailable
    }
  }

  /// One transaction. With `erasing`, what it deletes is gone from the write-ahead log as well.
  func update<Value: Sendable>(
    erasing: Bool, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(AccountError) -> Value {
    do throws(StoreError) {
      return erasing ? try await store.erase(body) : try await store.write(body)
    } catch {
      report(error)
      throw .unavailable
    }
  }

  /// One transaction that throws what `body` returns; it looks before it writes, because what was written by then stays.
  func change(
    erasing: Bool = false, _ body: @escaping @Sendable (Database) throws -> AccountError?
  ) async throws(AccountError) {
    if let error = try await update(erasing: erasing, body) { throw error }
  }
}

// MARK: - Reading

extension AccountArchive {
  package func account(named name: AccountName) async throws(AccountError) -> AccountRecord? {
    try await read { try AccountRecord.fetch($0, "name = ?", [name.text]) }
  }

  package func account(_ id: [UInt8]) async throws(AccountError) -> AccountRecord? {
    try await read { try AccountRecord.fetch($0, "id = ?", [Data(id)]) }
  }

  package func details(_ id: [UInt8]) async throws(AccountError) -> AccountDetails? {
    try await read { database in
      guard let account = try AccountRecord.fetch(database, "id = ?", [Data(id)]) else { return nil }
      return AccountDetails(
        account: account,
        sessions: try SessionRecord.fetchAll(database, account: id),
        passkeys: try Row.fetchAll(
          database, sql: "SELECT * FROM passkey WHERE account = ? ORDER BY rowid", arguments: [Data(id)]
        ).compactMap(PasskeyRecord.init),
        recovery: try Int.fetchOne(
          database, sql: "SELECT count(*) FROM recovery WHERE account = ?", arguments: [Data(id)]) ?? 0)
    }
  }

  package func session(_ digest: [UInt8]) async throws(AccountError) -> SessionRecord? {
    try await read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM session WHERE digest = ?", arguments: [Data(digest)])
        .map(SessionRecord.init)
    }
  }

  package func passkey(_ id: [UInt8]) async throws(AccountError) -> PasskeyRecord? {
    try await read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM passkey WHERE id = ?", arguments: [Data(id)])
        .flatMap(PasskeyRecord.init)
    }
  }

  package func cost() async throws(AccountError) -> Argon2Cost? {
    try await read { database in
      try Row.fetchOne(database, sql: "SELECT memory, passes, lanes FROM password_cost LIMIT 1").map {
        Argon2Cost(memory: $0["memory"], passes: $0["passes"], lanes: $0["lanes"])
      }
    }
  }
}

// MARK: - For operators

/// An account as the operator's list shows it.
package struct AccountSummary: Equatable, Sendable {
  package var name: String
  package var created: Day
  /// The last day on which a browser that is still signed in was used.
  package var used: Day?
  package var devices: Int
  package var hasTOTP: Bool
  package var passkeys: Int
}

extension AccountArchive {
  /// All accounts by name.
  package func list() async throws(AccountError) -> [AccountSummary] {
    try await read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT name, created_day, totp IS NOT NULL AS totp,
            (SELECT max(used_day) FROM session WHERE account = account.id) AS used_day,
            (SELECT count(*) FROM session WHERE account = account.id) AS devices,
            (SELECT count(*) FROM passkey WHERE account = account.id) AS passkeys
          FROM account ORDER BY name
          """
      ).map {
        AccountSummary(
          name: $0["name"], created: Day($0["created_day"]), used: ($0["used_day"] as Int?).map { Day($0) },
          devices: $0["devices"], hasTOTP: $0["totp"], passkeys: $0["passkeys"])
      }
    }
  }

  package func invite(_ invitation: AccountInvitationRecord) async throws(AccountError) {
    try await change { database in
      try database.execute(
        sql: "INSERT INTO account_invitation (digest, uses, expires_day) VALUES (?, ?, ?)",
        arguments: [Data(invitation.digest), invitation.uses, invitation.expires.number])
      return nil
    }
  }

  /// How many sessions there were that are over now. Throws `notFound`.
  package func endSessions(named name: AccountName) async throws(AccountError) -> Int {
    let ended: Int? = try await update(erasing: true) { database in
      guard let account = try AccountRecord.fetch(database, "name = ?", [name.text]) else { return nil }
      try database.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [Data(account.id)])
      return database.changesCount
    }
    guard let ended else { throw .notFound }
    return ended
  }

  /// One recovery code more. Throws `notFound`.
  package func add(_ record: RecoveryRecord, to name: AccountName) async throws(AccountError) {
    try await change { database in
      guard let account = try AccountRecord.fetch(database, "name = ?", [name.text]) else {
        return .notFound
      }
      try record.insert(into: database, account: account.id)
      return nil
    }
  }
}
