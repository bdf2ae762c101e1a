import Accounts
import Bytes
import Signaling

/// Ways in: registration, password, TOTP, recovery code.
extension AccountDesk {
  func register(
    _ request: AccountRequest.Registration, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    var invitation: [UInt8]?
    switch settings.registration {
    case .closed: throw .closed
    case .open: break
    case .invitation:
      guard let token = request.invitation else { throw .noInvitation }
      invitation = NativeAccountCrypto.sha256(token)
    }
    try rates.register(source: visit.source, now: clock.now())
    let id = [UInt8].unpredictable(16)
    let opened = newSession(of: id, request.device)
    let account = AccountRecord(
      id: id, name: request.name, password: try await hasher.hash(request.secret), key: request.key,
      vault: request.vault, vaultVersion: request.vault == nil ? 0 : 1, totp: nil, created: today)
    try await keeper.create(
      NewAccount(
        account: account, recovery: request.recovery, session: opened.session, invitation: invitation,
        limit: settings.limit))
    if let old = digest(visit.token) { try await keeper.end(session: old) }
    return signedIn(account, opened.token, by: "password", key: account.key)
  }

  func logIn(
    _ name: AccountName, _ secret: [UInt8], _ device: String, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let found = try await keeper.account(named: name)
    try await verify(secret, found, name: name, visit)
    guard let found, let details = try await keeper.details(found.id) else { throw .wrong }
    // As it is now: its hash may have been renewed just above.
    let account = details.account
    guard account.totp != nil || !details.passkeys.isEmpty else {
      return try await open(account, device, by: "password", key: account.key, ifHash: account.password, visit)
    }
    let token = [UInt8].unpredictable(32)
    let totp = account.totp.flatMap { TOTPSeal.open($0, secret: secret, account: account.id) }
    pending.begin(
      token,
      Pending(
        account: account.id, hash: account.password, totp: totp, hasPasskeys: !details.passkeys.isEmpty,
        device: device),
      until: clock.now() + AccountLimits.ceremony)
    var steps: [JSONValue] = []
    if totp != nil { steps.append(.string("totp")) }
    if !details.passkeys.isEmpty { steps.append(.string("passkey")) }
    return AccountAnswer([
      JSONMember("signedIn", .bool(false)), JSONMember("pending", .string(Base64URL.encode(token))),
      JSONMember("steps", .array(steps)),
    ])
  }

  func finishLogin(
    _ token: [UInt8], code: String, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let now = clock.now()
    guard var waiting = pending.look(token, now: now), let key = waiting.totp else { throw .expired }
    try rates.code(account: waiting.account, now: now)
    let last = steps[waiting.account] ?? firstStep
    guard
      let step = TOTP.match(
        code, key: key, unixSeconds: clock.unixSeconds(), after: last, by: NativeAccountCrypto.self)
    else {
      waiting.wrongCodes += 1
      pending.update(token, waiting)
      if waiting.wrongCodes >= AccountLimits.codes { _ = pending.take(token, now: now) }
      throw .wrong
    }
    steps[waiting.account] = step
    _ = pending.take(token, now: now)
    guard let account = try await keeper.account(waiting.account) else { throw .wrong }
    return try await open(account, waiting.device, by: "password", key: account.key, ifHash: waiting.hash, visit)
  }

  func recover(
    _ proof: [UInt8], _ device: String, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    // Whose it is, the keeper knows.
    let opened = newSession(of: [], device)
    guard
      let found = try await keeper.recover(
        check: NativeAccountCrypto.sha256(proof), session: opened.session, replacing: digest(visit.token))
    else { throw .wrong }
    let id = found.account.id
    steps[id] = nil
    pending.remove { $0.account == id }
    recovered.begin(opened.session.digest, id, until: clock.now() + AccountLimits.afterRecovery)
    return signedIn(found.account, opened.token, by: "recovery", key: found.key)
  }

  func logOut(_ visit: AccountVisit) async throws(AccountError) -> AccountAnswer {
    if let digest = digest(visit.token) { try await keeper.end(session: digest) }
    return AccountAnswer(cookie: .clear)
  }

  /// A new session, always with a token of its own: what the visitor brought is never taken up, and ends.
  func open(
    _ account: AccountRecord, _ device: String, by way: String, key: [UInt8]?, ifHash hash: PasswordHash?,
    _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let opened = newSession(of: account.id, device)
    try await keeper.open(opened.session, ifHash: hash, replacing: digest(visit.token))
    return signedIn(account, opened.token, by: way, key: key)
  }

  private func signedIn(_ account: AccountRecord, _ token: [UInt8], by way: String, key: [UInt8]?) -> AccountAnswer {
    var members = [
      JSONMember("signedIn", .bool(true)), JSONMember("name", .string(account.name.text)),
      JSONMember("by", .string(way)),
    ]
    if let key { members.append(JSONMember("key", .string(Base64URL.encode(key)))) }
    return AccountAnswer(members, cookie: .set(token))
  }
}
