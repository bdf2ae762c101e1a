package import Bytes

/// Bounds of accounts (docs/accounts.md).
package enum AccountLimits {
  /// Bytes of a request's body.
  package static let body = 16 * 1024
  /// Bytes of what a browser calls itself, or a person their passkey.
  package static let label = 64
  /// Bytes of a vault: nonce, 8 KiB and tag.
  package static let vault = 12 + 8192 + 16
  /// Bytes of a wrapped vault key: nonce, key and tag.
  package static let wrappedKey = 60
  /// Bytes of a WebAuthn credential id (WebAuthn level 3 §4, "Credential ID").
  package static let credentialID = 1023
  package static let passkeys = 10
  package static let recoveryCodes = 10
  /// Sessions of one account; the one that was longest unused goes.
  package static let sessions = 20
  /// Days after the last use, and after the login, until a session is over.
  package static let idleDays = 30
  package static let sessionDays = 180
  /// How long a second step, a setup or a challenge may take.
  package static let ceremony = TimeDelta.seconds(300)
  /// How long after a recovery code the password may be set without the old one.
  package static let afterRecovery = TimeDelta.seconds(600)
  /// Wrong TOTP codes after one password.
  package static let codes = 5
}
