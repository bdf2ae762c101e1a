internal import Accounts
internal import Foundation
internal import GRDB

extension AccountRecord {
  /// The account for which `condition` holds. One that cannot be read counts as none: nobody gets in by it.
  static func fetch(_ database: Database, _ condition: String, _ arguments: StatementArguments) throws -> Self? {
    try Row.fetchOne(database, sql: "SELECT * FROM account WHERE " + condition, arguments: arguments).flatMap(Self.init)
  }

  private init?(_ row: Row) {
    guard let name = AccountName(row["name"]), let password = PasswordHash(encoded: row.bytes("password")) else {
      return nil
    }
    self.init(
      id: row.bytes("id"), name: name, password: password, key: row.bytes("wrapped_key"),
      vault: row.optionalBytes("vault"), vaultVersion: row["vault_version"], totp: row.optionalBytes("totp"),
      created: Day(row["created_day"]))
  }

  func insert(into database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO account (id, name, skeleton, password, wrapped_key, vault, vault_version, totp, created_day)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        Data(id), name.text, name.skeleton, Data(password.encoded), Data(key), vault.map { Data($0) }, vaultVersion,
        totp.map { Data($0) }, created.number,
      ])
  }
}

extension SessionRecord {
  init(_ row: Row) {
    self.init(
      digest: row.bytes("digest"), account: row.bytes("account"), device: row.bytes("device"), label: row["label"],
      created: Day(row["created_day"]), used: Day(row["used_day"]))
  }

  static func fetchAll(_ database: Database, account: [UInt8]) throws -> [SessionRecord] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM session WHERE account = ? ORDER BY rowid", arguments: [Data(account)]
    ).map(SessionRecord.init)
  }

  /// In place of `replacing`, and of the one that was longest unused when there are too many.
  func open(in database: Database, replacing: [UInt8]?) throws {
    if let replacing {
      try database.execute(sql: "DELETE FROM session WHERE digest = ?", arguments: [Data(replacing)])
    }
    try insert(into: database)
    try database.execute(
      sql: """
        DELETE FROM session WHERE account = ?1 AND digest NOT IN
          (SELECT digest FROM session WHERE account = ?1 ORDER BY used_day DESC, rowid DESC LIMIT ?2)
        """,
      arguments: [Data(account), AccountLimits.sessions])
  }

  func insert(into database: Database) throws {
    try database.execute(
      sql: "INSERT INTO session (digest, account, device, label, created_day, used_day) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [Data(digest), Data(account), Data(device), label, created.number, used.number])
  }
}

extension PasskeyRecord {
  init?(_ row: Row) {
    guard let key = COSEKey(algorithm: row["algorithm"], bytes: row.bytes("public_key")) else { return nil }
    self.init(
      id: row.bytes("id"), account: row.bytes("account"), publicKey: key, signCount: row["sign_count"],
      label: row["label"], key: row.optionalBytes("wrapped_key"), created: Day(row["created_day"]))
  }

  func insert(into database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO passkey (id, account, algorithm, public_key, sign_count, label, wrapped_key, created_day)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        Data(id), Data(account), publicKey.algorithm, Data(publicKey.bytes), Int64(signCount), label,
        key.map { Data($0) }, created.number,
      ])
  }
}

extension RecoveryRecord {
  func insert(into database: Database, account: [UInt8]) throws {
    try database.execute(
      sql: "INSERT INTO recovery (check_hash, account, wrapped_key) VALUES (?, ?, ?)",
      arguments: [Data(check), Data(account), key.map { Data($0) }])
  }
}

extension Row {
  fileprivate func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }

  fileprivate func optionalBytes(_ column: String) -> [UInt8]? { (self[column] as Data?).map { Array($0) } }
}
