import Accounts
import Bytes
import Signaling

/// What people do with an account that they are signed in to.
extension AccountDesk {
  /// The members of `Account` in docs/accounts.md.
  func describe(_ session: SessionRecord) async throws(AccountError) -> [JSONMember] {
    guard let details = try await keeper.details(session.account) else { throw .signedOut }
    let passkeys = details.passkeys.map { passkey in
      JSONValue.object([
        JSONMember("id", .string(Base64URL.encode(passkey.id))), JSONMember("label", .string(passkey.label)),
        JSONMember("created", .string("\(passkey.created)")), JSONMember("opens", .bool(passkey.key != nil)),
      ])
    }
    let devices = details.sessions.filter { $0.isValid(on: today) }.map { device in
      JSONValue.object([
        JSONMember("id", .string(Base64URL.encode(device.device))), JSONMember("label", .string(device.label)),
        JSONMember("created", .string("\(device.created)")), JSONMember("used", .string("\(device.used)")),
        JSONMember("current", .bool(device.digest == session.digest)),
      ])
    }
    return [
      JSONMember("name", .string(details.account.name.text)),
      JSONMember("created", .string("\(details.account.created)")),
      JSONMember("totp", .bool(details.account.totp != nil)), JSONMember("passkeys", .array(passkeys)),
      JSONMember("recovery", .integer(Int64(details.recovery))), JSONMember("devices", .array(devices)),
      JSONMember("newPassword", .bool(recovered.look(session.digest, now: clock.now()) != nil)),
    ]
  }

  func vault(of account: AccountRecord) -> [JSONMember] {
    var members = [
      JSONMember("version", .integer(Int64(account.vaultVersion))),
      JSONMember("key", .string(Base64URL.encode(account.key))),
    ]
    if let sealed = account.vault { members.append(JSONMember("sealed", .string(Base64URL.encode(sealed)))) }
    return members
  }

  func export(_ session: SessionRecord) async throws(AccountError) -> AccountAnswer {
    let account = try await account(session)
    let members = try await describe(session)
    return AccountAnswer(
      [JSONMember("exported", .string("\(today)"))] + members + [
        JSONMember("vault", .object(vault(of: account)))
      ])
  }

  func write(
    _ sealed: [UInt8], _ version: Int, _ session: SessionRecord
  ) async throws(AccountError) -> AccountAnswer {
    guard let version = try await keeper.setVault(sealed, version: version, of: session.account) else {
      throw .conflict
    }
    return AccountAnswer([JSONMember("version", .integer(Int64(version)))])
  }

  func setPassword(
    _ request: AccountRequest.NewPassword, _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account: AccountRecord
    if let secret = request.secret {
      account = try await confirm(secret, session, visit)
    } else {
      guard recovered.take(session.digest, now: clock.now()) == session.account else { throw .wrong }
      account = try await self.account(session)
    }
    guard let current = try await keeper.account(account.id) else { throw .signedOut }
    let key = request.secret.flatMap { secret in
      current.totp.flatMap { TOTPSeal.open($0, secret: secret, account: account.id) }
    }
    let totp = key.flatMap { TOTPSeal.seal($0, secret: request.newSecret, account: account.id) }
    let opened = newSession(of: account.id, session.label)
    try await keeper.setPassword(
      PasswordChange(
        account: account.id, old: current.password, new: try await hasher.hash(request.newSecret), key: request.key,
        totp: totp, vault: request.vault, session: opened.session))
    endCeremonies(of: account.id)
    return AccountAnswer(cookie: .set(opened.token))
  }

  func beginTOTP(
    _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account = try await confirm(secret, session, visit)
    guard let hash = try await keeper.account(account.id)?.password else { throw .signedOut }
    let key = [UInt8].unpredictable(TOTP.keyBytes)
    guard let sealed = TOTPSeal.seal(key, secret: secret, account: account.id) else { throw .unavailable }
    let token = [UInt8].unpredictable(32)
    setups.begin(
      token, Setup(account: account.id, hash: hash, key: key, sealed: sealed),
      until: clock.now() + AccountLimits.ceremony)
    return AccountAnswer([
      JSONMember("setup", .string(Base64URL.encode(token))), JSONMember("key", .string(TOTP.base32(key))),
      JSONMember("uri", .string(TOTP.uri(key: key, name: account.name.text, host: visit.host))),
    ])
  }

  func confirmTOTP(
    _ token: [UInt8], _ code: String, _ session: SessionRecord
  ) async throws(AccountError) -> AccountAnswer {
    guard let setup = setups.look(token, now: clock.now()), setup.account == session.account else { throw .expired }
    try rates.code(account: setup.account, now: clock.now())
    guard
      let step = TOTP.match(
        code, key: setup.key, unixSeconds: clock.unixSeconds(), after: 0, by: NativeAccountCrypto.self)
    else { throw .wrong }
    _ = setups.take(token, now: clock.now())
    steps[setup.account] = step
    try await keeper.setTOTP(setup.sealed, of: setup.account, ifHash: setup.hash)
    return AccountAnswer()
  }

  func removeTOTP(
    _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account = try await confirm(secret, session, visit)
    guard let hash = try await keeper.account(account.id)?.password else { throw .signedOut }
    try await keeper.setTOTP(nil, of: account.id, ifHash: hash)
    return AccountAnswer()
  }

  func renewRecovery(
    _ records: [RecoveryRecord], _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account = try await confirm(secret, session, visit)
    try await keeper.renewRecovery(records, of: account.id)
    return AccountAnswer()
  }

  func end(_ device: [UInt8], _ session: SessionRecord) async throws(AccountError) -> AccountAnswer {
    guard try await keeper.end(device: device, of: session.account) else { throw .notFound }
    return AccountAnswer(cookie: device == session.device ? .clear : .keep)
  }

  func endAll(_ keep: Bool, _ session: SessionRecord) async throws(AccountError) -> AccountAnswer {
    try await keeper.endSessions(of: session.account, except: keep ? session.digest : nil)
    endCeremonies(of: session.account)
    return AccountAnswer(cookie: keep ? .keep : .clear)
  }

  func delete(
    _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account = try await confirm(secret, session, visit)
    try await keeper.delete(account.id)
    endCeremonies(of: account.id)
    steps[account.id] = nil
    return AccountAnswer(cookie: .clear)
  }

  /// Whoever is half-way in begins again.
  private func endCeremonies(of account: [UInt8]) {
    pending.remove { $0.account == account }
    setups.remove { $0.account == account }
    recovered.remove { $0 == account }
    challenges.remove { challenge in
      if case .register(account) = challenge { return true }
      return false
    }
  }
}
