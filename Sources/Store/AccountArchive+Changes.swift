package import Accounts
internal import Foundation
internal import GRDB

// MARK: - Accounts

extension AccountArchive {
  package func create(_ new: NewAccount) async throws(AccountError) {
    try await change { database in
      let account = new.account
      let taken = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM account WHERE name = ? OR skeleton = ?)",
        arguments: [account.name.text, account.name.skeleton])
      if let invitation = new.invitation {
        let uses = try Int.fetchOne(
          database, sql: "SELECT uses FROM account_invitation WHERE digest = ? AND expires_day >= ?",
          arguments: [Data(invitation), account.created.number])
        // Before the name: without an invitation nobody learns which names there are.
        guard let uses else { return .noInvitation }
        if taken == true { return .taken }
        guard try Self.count(database) < new.limit else { return .limit }
        try database.execute(
          sql: uses > 1
            ? "UPDATE account_invitation SET uses = uses - 1 WHERE digest = ?"
            : "DELETE FROM account_invitation WHERE digest = ?", arguments: [Data(invitation)])
      } else {
        if taken == true { return .taken }
        guard try Self.count(database) < new.limit else { return .limit }
      }
      try account.insert(into: database)
      for record in new.recovery { try record.insert(into: database, account: account.id) }
      try new.session.insert(into: database)
      return nil
    }
  }

  private static func count(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM account") ?? 0
  }

  package func setPassword(_ change: PasswordChange) async throws(AccountError) {
    try await self.change(erasing: true) { database in
      let id = Data(change.account)
      guard try AccountRecord.fetch(database, "id = ?", [id])?.password == change.old else { return .wrong }
      try database.execute(
        sql: "UPDATE account SET password = ?, wrapped_key = ?, totp = ? WHERE id = ?",
        arguments: [Data(change.new.encoded), Data(change.key), change.totp.map { Data($0) }, id])
      if let vault = change.vault {
        try database.execute(
          sql: "UPDATE account SET vault = ?, vault_version = vault_version + 1 WHERE id = ?",
          arguments: [Data(vault), id])
        try database.execute(sql: "DELETE FROM recovery WHERE account = ?", arguments: [id])
        try database.execute(sql: "UPDATE passkey SET wrapped_key = NULL WHERE account = ?", arguments: [id])
      }
      try database.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [id])
      try change.session.insert(into: database)
      return nil
    }
  }

  package func upgrade(
    _ account: [UInt8], from old: PasswordHash, to new: PasswordHash
  ) async throws(AccountError) {
    try await change { database in
      try database.execute(
        sql: "UPDATE account SET password = ? WHERE id = ? AND password = ?",
        arguments: [Data(new.encoded), Data(account), Data(old.encoded)])
      return nil
    }
  }

  package func setVault(
    _ sealed: [UInt8], version: Int, of account: [UInt8]
  ) async throws(AccountError) -> Int? {
    try await update(erasing: false) { database in
      try database.execute(
        sql: "UPDATE account SET vault = ?, vault_version = vault_version + 1 WHERE id = ? AND vault_version = ?",
        arguments: [Data(sealed), Data(account), version])
      return database.changesCount == 1 ? version + 1 : nil
    }
  }

  package func setTOTP(
    _ sealed: [UInt8]?, of account: [UInt8], ifHash hash: PasswordHash
  ) async throws(AccountError) {
    try await change(erasing: true) { database in
      try database.execute(
        sql: "UPDATE account SET totp = ? WHERE id = ? AND password = ?",
        arguments: [sealed.map { Data($0) }, Data(account), Data(hash.encoded)])
      return database.changesCount == 1 ? nil : .wrong
    }
  }

  package func delete(_ account: [UInt8]) async throws(AccountError) {
    try await change(erasing: true) { database in
      try database.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [Data(account)])
      return nil
    }
  }
}

// MARK: - Sessions

extension AccountArchive {
  package func open(
    _ session: SessionRecord, ifHash hash: PasswordHash?, replacing: [UInt8]?
  ) async throws(AccountError) {
    try await change { database in
      let account = try AccountRecord.fetch(database, "id = ?", [Data(session.account)])
      guard let account, hash == nil || account.password == hash else { return .wrong }
      try session.open(in: database, replacing: replacing)
      return nil
    }
  }

  package func touch(session digest: [UInt8], on day: Day) async throws(AccountError) {
    try await change { database in
      try database.execute(
        sql: "UPDATE session SET used_day = ? WHERE digest = ?", arguments: [day.number, Data(digest)])
      return nil
    }
  }

  package func end(session digest: [UInt8]) async throws(AccountError) {
    try await change(erasing: true) { database in
      try database.execute(sql: "DELETE FROM session WHERE digest = ?", arguments: [Data(digest)])
      return nil
    }
  }

  package func end(device: [UInt8], of account: [UInt8]) async throws(AccountError) -> Bool {
    try await update(erasing: true) { database in
      try database.execute(
        sql: "DELETE FROM session WHERE account = ? AND device = ?", arguments: [Data(account), Data(device)])
      return database.changesCount > 0
    }
  }

  package func endSessions(of account: [UInt8], except digest: [UInt8]?) async throws(AccountError) {
    try await change(erasing: true) { database in
      try database.execute(
        sql: "DELETE FROM session WHERE account = ? AND digest IS NOT ?",
        arguments: [Data(account), digest.map { Data($0) }])
      return nil
    }
  }

  package func forget(on day: Day) async throws(AccountError) {
    try await change(erasing: true) { database in
      try database.execute(
        sql: "DELETE FROM session WHERE used_day < ? OR created_day < ?",
        arguments: [day.number - AccountLimits.idleDays, day.number - AccountLimits.sessionDays])
      try database.execute(sql: "DELETE FROM account_invitation WHERE expires_day < ?", arguments: [day.number])
      return nil
    }
  }
}

// MARK: - Passkeys, recovery codes, cost

extension AccountArchive {
  package func add(_ passkey: PasskeyRecord) async throws(AccountError) {
    try await change { database in
      let exists = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM passkey WHERE id = ?)", arguments: [Data(passkey.id)])
      if exists == true { return .taken }
      let count = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM passkey WHERE account = ?", arguments: [Data(passkey.account)])
      guard count ?? 0 < AccountLimits.passkeys else { return .limit }
      guard try AccountRecord.fetch(database, "id = ?", [Data(passkey.account)]) != nil else {
        return .signedOut
      }
      try passkey.insert(into: database)
      return nil
    }
  }

  package func count(passkey id: [UInt8], from old: UInt32, to new: UInt32) async throws(AccountError) {
    try await change { database in
      try database.execute(
        sql: "UPDATE passkey SET sign_count = ? WHERE id = ? AND sign_count = ?",
        arguments: [Int64(new), Data(id), Int64(old)])
      return database.changesCount == 1 ? nil : .wrong
    }
  }

  package func remove(passkey id: [UInt8], of account: [UInt8]) async throws(AccountError) -> Bool {
    try await update(erasing: true) { database in
      try database.execute(
        sql: "DELETE FROM passkey WHERE id = ? AND account = ?", arguments: [Data(id), Data(account)])
      return database.changesCount > 0
    }
  }

  package func renewRecovery(_ records: [RecoveryRecord], of account: [UInt8]) async throws(AccountError) {
    try await change(erasing: true) { database in
      guard try AccountRecord.fetch(database, "id = ?", [Data(account)]) != nil else { return .signedOut }
      try database.execute(sql: "DELETE FROM recovery WHERE account = ?", arguments: [Data(account)])
      for record in records { try record.insert(into: database, account: account) }
      return nil
    }
  }

  package func recover(
    check: [UInt8], session: SessionRecord, replacing: [UInt8]?
  ) async throws(AccountError) -> (account: AccountRecord, key: [UInt8]?)? {
    try await update(erasing: true) { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM recovery WHERE check_hash = ?", arguments: [Data(check)])
      guard let row, var account = try AccountRecord.fetch(database, "id = ?", [row["account"] as Data]) else {
        return nil
      }
      try database.execute(sql: "DELETE FROM recovery WHERE check_hash = ?", arguments: [Data(check)])
      try database.execute(sql: "UPDATE account SET totp = NULL WHERE id = ?", arguments: [Data(account.id)])
      account.totp = nil
      var session = session
      session.account = account.id
      try session.open(in: database, replacing: replacing)
      return (account, (row["wrapped_key"] as Data?).map { Array($0) })
    }
  }

  package func setCost(_ cost: Argon2Cost) async throws(AccountError) {
    try await change { database in
      try database.execute(sql: "DELETE FROM password_cost")
      try database.execute(
        sql: "INSERT INTO password_cost (memory, passes, lanes) VALUES (?, ?, ?)",
        arguments: [Int64(cost.memory), Int64(cost.passes), Int64(cost.lanes)])
      return nil
    }
  }
}
