/// An account as it is kept. Bytes are sealed or hashed where the comment says so; days, never times.
package struct AccountRecord: Equatable, Sendable {
  /// 16 random bytes; the user handle of its passkeys.
  package var id: [UInt8]
  package var name: AccountName
  package var password: PasswordHash
  /// The vault key, wrapped with the password: 60 bytes.
  package var key: [UInt8]
  /// Sealed by the person's browser; the node cannot open it.
  package var vault: [UInt8]?
  /// Counts the writes of the vault.
  package var vaultVersion: Int
  /// The TOTP key, sealed under a key that comes from the password's secret: whoever has the store alone has no codes.
  package var totp: [UInt8]?
  package var created: Day

  package init(
    id: [UInt8], name: AccountName, password: PasswordHash, key: [UInt8], vault: [UInt8]?, vaultVersion: Int,
    totp: [UInt8]?, created: Day
  ) {
    self.id = id
    self.name = name
    self.password = password
    self.key = key
    self.vault = vault
    self.vaultVersion = vaultVersion
    self.totp = totp
    self.created = created
  }
}

/// A browser that is signed in.
package struct SessionRecord: Equatable, Sendable {
  /// SHA-256 of the cookie's 32 random bytes.
  package var digest: [UInt8]
  package var account: [UInt8]
  /// 8 random bytes, by which the list of devices names it.
  package var device: [UInt8]
  package var label: String
  package var created: Day
  package var used: Day

  package init(digest: [UInt8], account: [UInt8], device: [UInt8], label: String, created: Day, used: Day) {
    self.digest = digest
    self.account = account
    self.device = device
    self.label = label
    self.created = created
    self.used = used
  }

  /// False once it was unused, or has lasted, too long.
  package func isValid(on day: Day) -> Bool {
    day.number - used.number <= AccountLimits.idleDays && day.number - created.number <= AccountLimits.sessionDays
  }
}

/// A passkey.
package struct PasskeyRecord: Equatable, Sendable {
  /// Credential id, 1 to 1,023 bytes.
  package var id: [UInt8]
  package var account: [UInt8]
  package var publicKey: COSEKey
  package var signCount: UInt32
  package var label: String
  /// The vault key, wrapped by the passkey's PRF: 60 bytes, or nil.
  package var key: [UInt8]?
  package var created: Day

  package init(
    id: [UInt8], account: [UInt8], publicKey: COSEKey, signCount: UInt32, label: String, key: [UInt8]?, created: Day
  ) {
    self.id = id
    self.account = account
    self.publicKey = publicKey
    self.signCount = signCount
    self.label = label
    self.key = key
    self.created = created
  }
}

/// A recovery code that has not been used.
package struct RecoveryRecord: Equatable, Sendable {
  /// SHA-256 of the code's proof, 32 bytes.
  package var check: [UInt8]
  /// The vault key, wrapped with the code: 60 bytes; nil for a code that an operator gave.
  package var key: [UInt8]?

  package init(check: [UInt8], key: [UInt8]?) {
    self.check = check
    self.key = key
  }
}

/// An invitation to make an account.
package struct AccountInvitationRecord: Equatable, Sendable {
  /// SHA-256 of its 16 random bytes.
  package var digest: [UInt8]
  /// Accounts that may still be made with it.
  package var uses: Int
  /// The last day on which it works.
  package var expires: Day

  package init(digest: [UInt8], uses: Int, expires: Day) {
    self.digest = digest
    self.uses = uses
    self.expires = expires
  }
}

/// An account with all that belongs to it.
package struct AccountDetails: Equatable, Sendable {
  package var account: AccountRecord
  package var sessions: [SessionRecord]
  package var passkeys: [PasskeyRecord]
  /// Recovery codes left.
  package var recovery: Int

  package init(account: AccountRecord, sessions: [SessionRecord], passkeys: [PasskeyRecord], recovery: Int) {
    self.account = account
    self.sessions = sessions
    self.passkeys = passkeys
    self.recovery = recovery
  }
}
