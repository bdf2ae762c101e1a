package import Accounts
package import Bytes
package import Signaling

/// Who may make an account.
package enum RegistrationPolicy: String, CaseIterable, Sendable {
  case open, invitation, closed
}

/// What an operator says about accounts.
package struct AccountSettings: Equatable, Sendable {
  package var registration: RegistrationPolicy
  package var limit: Int

  package init(registration: RegistrationPolicy = .invitation, limit: Int = 1000) {
    self.registration = registration
    self.limit = limit
  }
}

/// Where the desk gets the time from: monotonic, and Unix seconds for days and TOTP.
package struct AccountClock: Sendable {
  package var now: @Sendable () -> Instant
  package var unixSeconds: @Sendable () -> Int64

  package init(now: @escaping @Sendable () -> Instant, unixSeconds: @escaping @Sendable () -> Int64) {
    self.now = now
    self.unixSeconds = unixSeconds
  }
}

/// What a request brings with it besides its body.
package struct AccountVisit: Sendable {
  /// The cookie's bytes.
  package var token: [UInt8]?
  /// A keyed digest of the address that it came from.
  package var source: [UInt8]
  /// Nil where the page's address can have no passkeys.
  package var party: RelyingParty?
  /// Name of the host that the page was loaded from, without port.
  package var host: String

  package init(token: [UInt8]?, source: [UInt8], party: RelyingParty?, host: String) {
    self.token = token
    self.source = source
    self.party = party
    self.host = host
  }
}

/// The answer to a request that succeeds.
package struct AccountAnswer: Equatable, Sendable {
  package enum Cookie: Equatable, Sendable {
    case keep
    case set([UInt8])
    case clear
  }

  package var body: JSONValue
  package var cookie: Cookie

  package init(_ members: [JSONMember] = [], cookie: Cookie = .keep) {
    body = .object(members)
    self.cookie = cookie
  }
}

/// Decides about accounts: takes requests, answers them, and keeps what they change. What was begun and not finished is in
/// memory alone, bounded.
package actor AccountDesk {
  /// The password was right, a second step is to come.
  struct Pending {
    let account: [UInt8]
    let hash: PasswordHash
    let totp: [UInt8]?
    let hasPasskeys: Bool
    /// What the browser called itself.
    let device: String
    var wrongCodes = 0
  }

  /// What a passkey was asked for.
  enum Challenge {
    case register(account: [UInt8])
    /// `pending` is the token of the first step.
    case signIn(pending: [UInt8]?)
  }

  /// A TOTP key that waits for its first code.
  struct Setup {
    let account: [UInt8]
    let hash: PasswordHash
    let key: [UInt8]
    let sealed: [UInt8]
  }

  private static let openCeremonies = 4096

  let keeper: any AccountKeeping
  let hasher: PasswordHasher
  let settings: AccountSettings
  let clock: AccountClock
  var rates = AccountRates()
  var pending = Ceremonies<Pending>(most: openCeremonies)
  var challenges = Ceremonies<Challenge>(most: openCeremonies)
  var setups = Ceremonies<Setup>(most: openCeremonies)
  /// Digests of sessions that a recovery code opened.
  var recovered = Ceremonies<[UInt8]>(most: openCeremonies)
  /// The last TOTP step that each account used. Not stored: it would tell when somebody signed in.
  var steps: [[UInt8]: Int64] = [:]
  /// Of accounts that are not in `steps`: codes of before the start may have been used, and nobody remembers.
  let firstStep: Int64

  package init(
    keeper: any AccountKeeping, hasher: PasswordHasher, settings: AccountSettings, clock: AccountClock
  ) {
    self.keeper = keeper
    self.hasher = hasher
    self.settings = settings
    self.clock = clock
    firstStep = TOTP.step(unixSeconds: clock.unixSeconds())
  }

  /// Finds out what hashing costs here, and stores it. To be called once, at start; requests need not wait for it.
  package func calibrate() async throws(AccountError) -> Argon2Cost {
    let earlier = try await keeper.cost()
    let cost = await hasher.calibrate(earlier: earlier)
    if cost != earlier { try await keeper.setCost(cost) }
    return cost
  }

  /// To be called once in a while: throws away what is over.
  package func forget() async throws(AccountError) { try await keeper.forget(on: today) }

  package func perform(_ request: AccountRequest, _ visit: AccountVisit) async throws(AccountError) -> AccountAnswer {
    try rates.check(source: visit.source, now: clock.now())
    switch request {
    case .policy: return policy(visit)
    case .register(let registration): return try await register(registration, visit)
    case .login(let name, let secret, let device): return try await logIn(name, secret, device, visit)
    case .loginTOTP(let token, let code): return try await finishLogin(token, code: code, visit)
    case .beginPasskeyLogin(let token): return try await beginPasskeyLogin(token, visit)
    case .finishPasskeyLogin(let assertion, let token, let device):
      return try await finishPasskeyLogin(assertion, token, device, visit)
    case .loginRecovery(let proof, let device): return try await recover(proof, device, visit)
    case .logout: return try await logOut(visit)
    default: return try await perform(request, try await session(of: visit), visit)
    }
  }

  /// What needs somebody who is signed in.
  private func perform(
    _ request: AccountRequest, _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    switch request {
    case .account: return AccountAnswer(try await describe(session))
    case .vault: return AccountAnswer(vault(of: try await account(session)))
    case .export: return try await export(session)
    case .writeVault(let sealed, let version): return try await write(sealed, version, session)
    case .setPassword(let change): return try await setPassword(change, session, visit)
    case .beginTOTP(let secret): return try await beginTOTP(secret, session, visit)
    case .confirmTOTP(let token, let code): return try await confirmTOTP(token, code, session)
    case .removeTOTP(let secret): return try await removeTOTP(secret, session, visit)
    case .beginPasskey(let secret): return try await beginPasskey(secret, session, visit)
    case .finishPasskey(let passkey): return try await finishPasskey(passkey, session, visit)
    case .removePasskey(let secret, let id): return try await removePasskey(id, secret, session, visit)
    case .renewRecovery(let secret, let records): return try await renewRecovery(records, secret, session, visit)
    case .endDevice(let device): return try await end(device, session)
    case .endDevices(let keep): return try await endAll(keep, session)
    case .delete(let secret): return try await delete(secret, session, visit)
    default: throw .notFound
    }
  }

  private func policy(_ visit: AccountVisit) -> AccountAnswer {
    AccountAnswer([
      JSONMember("registration", .string(settings.registration.rawValue)),
      JSONMember("passkeys", .bool(visit.party != nil)),
    ])
  }
}

// MARK: - Sessions and passwords

extension AccountDesk {
  var today: Day { Day(unixSeconds: clock.unixSeconds()) }

  func digest(_ token: [UInt8]?) -> [UInt8]? { token.map(NativeAccountCrypto.sha256) }

  /// The session of the cookie. Throws `signedOut`.
  func session(of visit: AccountVisit) async throws(AccountError) -> SessionRecord {
    guard let digest = digest(visit.token), let session = try await keeper.session(digest),
      session.isValid(on: today)
    else { throw .signedOut }
    if session.used != today { try await keeper.touch(session: digest, on: today) }
    return session
  }

  func account(_ session: SessionRecord) async throws(AccountError) -> AccountRecord {
    guard let account = try await keeper.account(session.account) else { throw .signedOut }
    return account
  }

  /// A session that is not kept yet, and the token of its cookie.
  func newSession(of account: [UInt8], _ label: String) -> (session: SessionRecord, token: [UInt8]) {
    let token = [UInt8].unpredictable(32)
    let session = SessionRecord(
      digest: NativeAccountCrypto.sha256(token), account: account, device: .unpredictable(8), label: label,
      created: today, used: today)
    return (session, token)
  }

  /// The account of a session, once its password was given again. Throws `wrong`.
  func confirm(
    _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountRecord {
    let account = try await account(session)
    try await verify(secret, account, name: account.name, visit)
    return account
  }

  /// Throws `wrong` as well when there is no account, after the same time. Hashes again what was hashed at another cost.
  func verify(
    _ secret: [UInt8], _ account: AccountRecord?, name: AccountName, _ visit: AccountVisit
  ) async throws(AccountError) {
    let key = NativeAccountCrypto.sha256(Array(name.text.utf8))
    try rates.login(name: key, source: visit.source, now: clock.now())
    guard try await hasher.verify(secret, account?.password), let account else { throw .wrong }
    guard account.password.cost != hasher.cost else { return }
    let hash = try await hasher.hash(secret)
    try await keeper.upgrade(account.id, from: account.password, to: hash)
  }
}
