/// A new account and what comes with it, to be kept together or not at all.
package struct NewAccount: Sendable {
  package var account: AccountRecord
  package var recovery: [RecoveryRecord]
  package var session: SessionRecord
  /// SHA-256 of the invitation that one use is taken from; nil when none is needed.
  package var invitation: [UInt8]?
  /// Accounts that there may be.
  package var limit: Int

  package init(
    account: AccountRecord, recovery: [RecoveryRecord], session: SessionRecord, invitation: [UInt8]?, limit: Int
  ) {
    self.account = account
    self.recovery = recovery
    self.session = session
    self.invitation = invitation
    self.limit = limit
  }
}

/// A new password and what goes with it, to be kept together or not at all.
package struct PasswordChange: Sendable {
  package var account: [UInt8]
  /// Nothing changes unless this is still the hash.
  package var old: PasswordHash
  package var new: PasswordHash
  /// The vault key, wrapped with the new password.
  package var key: [UInt8]
  package var totp: [UInt8]?
  /// A vault under another key: then recovery codes go, and the keys kept with passkeys.
  package var vault: [UInt8]?
  /// The only one that is left.
  package var session: SessionRecord

  package init(
    account: [UInt8], old: PasswordHash, new: PasswordHash, key: [UInt8], totp: [UInt8]?, vault: [UInt8]?,
    session: SessionRecord
  ) {
    self.account = account
    self.old = old
    self.new = new
    self.key = key
    self.totp = totp
    self.vault = vault
    self.session = session
  }
}
