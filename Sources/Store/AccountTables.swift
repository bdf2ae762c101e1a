internal import GRDB

/// The tables of accounts: their schema, and what is declared of it.
enum AccountTables {
  static func register(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("accounts 1") { database in
      try database.execute(sql: first)
    }
  }

  private static let first = """
    CREATE TABLE account (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
      name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 2 AND 32),
      skeleton TEXT NOT NULL UNIQUE CHECK (length(skeleton) BETWEEN 1 AND 32),
      password BLOB NOT NULL CHECK (length(password) = 64),
      wrapped_key BLOB NOT NULL CHECK (length(wrapped_key) = 60),
      vault BLOB CHECK (length(vault) BETWEEN 28 AND 8220),
      vault_version INTEGER NOT NULL CHECK (vault_version BETWEEN 0 AND 1000000000),
      totp BLOB CHECK (length(totp) = 48),
      created_day INTEGER NOT NULL CHECK (created_day BETWEEN 0 AND 65535)
    ) STRICT;
    CREATE TABLE session (
      digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
      account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      device BLOB NOT NULL CHECK (length(device) = 8),
      label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
      created_day INTEGER NOT NULL CHECK (created_day BETWEEN 0 AND 65535),
      used_day INTEGER NOT NULL CHECK (used_day BETWEEN 0 AND 65535)
    ) STRICT;
    CREATE INDEX session_account ON session (account);
    CREATE TABLE passkey (
      id BLOB NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
      account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      algorithm INTEGER NOT NULL CHECK (algorithm IN (-7, -8)),
      public_key BLOB NOT NULL CHECK (length(public_key) IN (32, 64)),
      sign_count INTEGER NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
      label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
      wrapped_key BLOB CHECK (length(wrapped_key) = 60),
      created_day INTEGER NOT NULL CHECK (created_day BETWEEN 0 AND 65535)
    ) STRICT;
    CREATE INDEX passkey_account ON passkey (account);
    CREATE TABLE recovery (
      check_hash BLOB NOT NULL PRIMARY KEY CHECK (length(check_hash) = 32),
      account BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      wrapped_key BLOB CHECK (length(wrapped_key) = 60)
    ) STRICT;
    CREATE INDEX recovery_account ON recovery (account);
    CREATE TABLE account_invitation (
      digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
      uses INTEGER NOT NULL CHECK (uses BETWEEN 1 AND 1000),
      expires_day INTEGER NOT NULL CHECK (expires_day BETWEEN 0 AND 65535)
    ) STRICT;
    CREATE TABLE password_cost (
      memory INTEGER NOT NULL,
      passes INTEGER NOT NULL,
      lanes INTEGER NOT NULL
    ) STRICT;
    """

  private static let withAccount = "with the account: until its owner or the operator deletes it, at once"
  private static let sessionLife = "until it is ended, 30 days after the last use, or 180 days after the login"

  static let inventory = [account, session, passkey] + small

  private static let account = StoredTable(
    "account", row: "An account that somebody made for themselves",
    fields: [
      StoredField("id", "16 random bytes", purpose: "to which account other rows belong", kept: withAccount),
      StoredField("name", "a name of the person's choosing", purpose: "to sign in with", kept: withAccount),
      StoredField(
        "skeleton", "the name with look-alike letters made equal", purpose: "that no two names look alike",
        kept: withAccount),
      StoredField(
        "password", "Argon2id parameters, salt and tag, of a secret that the browser derives from the password",
        purpose: "to check the password", kept: withAccount),
      StoredField(
        "wrapped_key", "key of the vault, encrypted with the password; the node cannot open it",
        purpose: "to open the vault in the browser", kept: withAccount),
      StoredField(
        "vault", "own rooms and settings, sealed in the browser; the node cannot read it",
        purpose: "rooms of one's own on every device", kept: withAccount),
      StoredField(
        "vault_version", "a number", purpose: "that two devices do not overwrite each other", kept: withAccount),
      StoredField(
        "totp", "key of the codes, sealed under the password's secret", purpose: "the second step",
        kept: "until it is switched off, or with the account"),
      StoredField("created_day", "a day", purpose: "for its owner and the operator's list", kept: withAccount),
    ])

  private static let session = StoredTable(
    "session", row: "A browser that is signed in",
    fields: [
      StoredField("digest", "SHA-256 of the cookie", purpose: "to know the browser again", kept: sessionLife),
      StoredField("account", "`id` of the account", purpose: "whose it is", kept: sessionLife),
      StoredField("device", "8 random bytes", purpose: "to end it from another device", kept: sessionLife),
      StoredField(
        "label", "what the page calls the browser (“Firefox, Linux”)", purpose: "the list of devices",
        kept: sessionLife),
      StoredField("created_day", "a day", purpose: "the list of devices; to end it in time", kept: sessionLife),
      StoredField("used_day", "a day", purpose: "the list of devices; to end it in time", kept: sessionLife),
    ])

  private static let keyLife = "until it is removed, or with the account"

  private static let passkey = StoredTable(
    "passkey", row: "A passkey of an account",
    fields: [
      StoredField("id", "credential id", purpose: "to ask for it and know it again", kept: keyLife),
      StoredField("account", "`id` of the account", purpose: "whose it is", kept: keyLife),
      StoredField("algorithm", "COSE number", purpose: "how to check signatures", kept: keyLife),
      StoredField("public_key", "the public key", purpose: "to check signatures", kept: keyLife),
      StoredField("sign_count", "a counter of the authenticator", purpose: "to notice a copy of it", kept: keyLife),
      StoredField("label", "what its owner calls it", purpose: "the list of passkeys", kept: keyLife),
      StoredField(
        "wrapped_key", "key of the vault, encrypted by the passkey; the node cannot open it",
        purpose: "to open the vault with it", kept: keyLife),
      StoredField("created_day", "a day", purpose: "the list of passkeys", kept: keyLife),
    ])

  private static let codeLife = "until the code is used, new ones are made, or with the account"

  private static let small = [
    StoredTable(
      "recovery", row: "A recovery code that was not used",
      fields: [
        StoredField("check_hash", "SHA-256 of what the code derives", purpose: "to check the code", kept: codeLife),
        StoredField("account", "`id` of the account", purpose: "whose it is", kept: codeLife),
        StoredField(
          "wrapped_key", "key of the vault, encrypted with the code; the node cannot open it",
          purpose: "to open the vault with it", kept: codeLife),
      ]),
    StoredTable(
      "account_invitation", row: "An invitation to make an account; not who has it",
      fields: [
        StoredField("digest", "SHA-256 of its token", purpose: "to check it", kept: "until it is used up or over"),
        StoredField("uses", "a number", purpose: "accounts it is good for yet", kept: "until it is used up or over"),
        StoredField("expires_day", "a day", purpose: "to end it in time", kept: "until it is used up or over"),
      ]),
    StoredTable(
      "password_cost", row: "What hashing a password costs on this machine",
      fields: [
        StoredField("memory", "kilobytes", purpose: "the same time for names that exist and others", kept: "always"),
        StoredField("passes", "a number", purpose: "the same", kept: "always"),
        StoredField("lanes", "a number", purpose: "the same", kept: "always"),
      ]),
  ]
}
