package import Accounts

/// Where accounts are kept. Each method is one transaction: done wholly when it returns, not at all when it throws. Every method may
/// throw `unavailable`; which others, it says.
package protocol AccountKeeping: Sendable {
  func account(named name: AccountName) async throws(AccountError) -> AccountRecord?
  func account(_ id: [UInt8]) async throws(AccountError) -> AccountRecord?
  /// Sessions and passkeys in the order in which they were made.
  func details(_ id: [UInt8]) async throws(AccountError) -> AccountDetails?
  func session(_ digest: [UInt8]) async throws(AccountError) -> SessionRecord?
  func passkey(_ id: [UInt8]) async throws(AccountError) -> PasskeyRecord?

  /// Throws `taken` for a name or skeleton that exists, `noInvitation` when it has no use left or is over on the session's day, `limit`.
  func create(_ new: NewAccount) async throws(AccountError)
  /// Throws `wrong` unless the account exists with that hash (nil: with any). `replacing` is the digest of a session that ends. Of the
  /// account's others the longest unused goes when there are too many.
  func open(_ session: SessionRecord, ifHash hash: PasswordHash?, replacing: [UInt8]?) async throws(AccountError)
  func touch(session digest: [UInt8], on day: Day) async throws(AccountError)
  func end(session digest: [UInt8]) async throws(AccountError)
  /// False when the account has no such device.
  func end(device: [UInt8], of account: [UInt8]) async throws(AccountError) -> Bool
  func endSessions(of account: [UInt8], except digest: [UInt8]?) async throws(AccountError)

  /// Throws `wrong` when the hash is another meanwhile.
  func setPassword(_ change: PasswordChange) async throws(AccountError)
  /// The same password, hashed at another cost. Nothing happens when the hash is another meanwhile.
  func upgrade(_ account: [UInt8], from old: PasswordHash, to new: PasswordHash) async throws(AccountError)
  /// The new version; nil when `version` is not the present one.
  func setVault(_ sealed: [UInt8], version: Int, of account: [UInt8]) async throws(AccountError) -> Int?
  /// Throws `wrong` when the hash is another meanwhile, under whose secret the key was not sealed.
  func setTOTP(_ sealed: [UInt8]?, of account: [UInt8], ifHash hash: PasswordHash) async throws(AccountError)
  /// Throws `limit`, and `taken` for a credential that exists, whosever it is.
  func add(_ passkey: PasskeyRecord) async throws(AccountError)
  /// Throws `wrong` unless the counter is still `old`: a captured answer counts once.
  func count(passkey id: [UInt8], from old: UInt32, to new: UInt32) async throws(AccountError)
  /// False when the account has no such passkey.
  func remove(passkey id: [UInt8], of account: [UInt8]) async throws(AccountError) -> Bool
  func renewRecovery(_ records: [RecoveryRecord], of account: [UInt8]) async throws(AccountError)
  /// Uses a code up, switches TOTP off and opens `session` for the code's account; nil when there is no such code.
  func recover(
    check: [UInt8], session: SessionRecord, replacing: [UInt8]?
  ) async throws(AccountError) -> (account: AccountRecord, key: [UInt8]?)?
  func delete(_ account: [UInt8]) async throws(AccountError)

  /// What earlier starts hashed with.
  func cost() async throws(AccountError) -> Argon2Cost?
  func setCost(_ cost: Argon2Cost) async throws(AccountError)
  /// Sessions and invitations that are over.
  func forget(on day: Day) async throws(AccountError)
}
