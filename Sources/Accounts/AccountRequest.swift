/// What a page asks about accounts (docs/accounts.md), within its bounds and not yet allowed.
package enum AccountRequest: Equatable, Sendable {
  /// The answer of an authenticator to a request to sign in.
  package struct Assertion: Equatable, Sendable {
    package var id: [UInt8]
    package var clientData: [UInt8]
    package var authenticatorData: [UInt8]
    package var signature: [UInt8]

    package init(
      id: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8]
    ) {
      self.id = id
      self.clientData = clientData
      self.authenticatorData = authenticatorData
      self.signature = signature
    }
  }

  package struct Registration: Equatable, Sendable {
    package var name: AccountName
    package var secret: [UInt8]
    package var key: [UInt8]
    package var vault: [UInt8]?
    package var recovery: [RecoveryRecord]
    package var invitation: [UInt8]?
    package var device: String

    package init(
      name: AccountName, secret: [UInt8], key: [UInt8], vault: [UInt8]?, recovery: [RecoveryRecord],
      invitation: [UInt8]?, device: String
    ) {
      self.name = name
      self.secret = secret
      self.key = key
      self.vault = vault
      self.recovery = recovery
      self.invitation = invitation
      self.device = device
    }
  }

  /// A new password. `secret` is the old one's.
  package struct NewPassword: Equatable, Sendable {
    package var secret: [UInt8]?
    package var newSecret: [UInt8]
    package var key: [UInt8]
    package var vault: [UInt8]?

    package init(
      secret: [UInt8]?, newSecret: [UInt8], key: [UInt8], vault: [UInt8]?
    ) {
      self.secret = secret
      self.newSecret = newSecret
      self.key = key
      self.vault = vault
    }
  }

  /// A new passkey.
  package struct NewPasskey: Equatable, Sendable {
    package var id: [UInt8]
    package var clientData: [UInt8]
    package var attestation: [UInt8]
    package var label: String
    package var key: [UInt8]?

    package init(
      id: [UInt8], clientData: [UInt8], attestation: [UInt8], label: String, key: [UInt8]?
    ) {
      self.id = id
      self.clientData = clientData
      self.attestation = attestation
      self.label = label
      self.key = key
    }
  }

  case policy
  case register(Registration)
  case login(name: AccountName, secret: [UInt8], device: String)
  case loginTOTP(pending: [UInt8], code: String)
  case beginPasskeyLogin(pending: [UInt8]?)
  case finishPasskeyLogin(Assertion, pending: [UInt8]?, device: String)
  case loginRecovery(proof: [UInt8], device: String)
  case logout
  case account
  case vault
  case writeVault(sealed: [UInt8], version: Int)
  case export
  case setPassword(NewPassword)
  case beginTOTP(secret: [UInt8])
  case confirmTOTP(setup: [UInt8], code: String)
  case removeTOTP(secret: [UInt8])
  case beginPasskey(secret: [UInt8])
  case finishPasskey(NewPasskey)
  case removePasskey(secret: [UInt8], id: [UInt8])
  case renewRecovery(secret: [UInt8], [RecoveryRecord])
  case endDevice([UInt8])
  case endDevices(keep: Bool)
  case delete(secret: [UInt8])
}

extension AccountRequest {
  /// Every endpoint, below `/api/account/`.
  private static let gets = ["policy", "account", "vault", "export"]
  private static let posts = [
    "register", "login", "login/totp", "login/passkey/begin", "login/passkey/finish", "login/recovery", "logout",
    "vault", "password", "totp/begin", "totp/confirm", "totp/remove", "passkeys/begin", "passkeys/finish",
    "passkeys/remove", "recovery/renew", "devices/end", "devices/end-all", "delete",
  ]

  /// Whether there is such an endpoint: to be asked before a body is read.
  package static func check(path: String, isPost: Bool) throws(AccountError) {
    if isPost ? posts.contains(path) : gets.contains(path) { return }
    throw isPost ? (gets.contains(path) ? .badMethod : .notFound) : (posts.contains(path) ? .badMethod : .notFound)
  }

  /// A request without body.
  package init(get path: String) throws(AccountError) {
    try Self.check(path: path, isPost: false)
    switch path {
    case "policy": self = .policy
    case "account": self = .account
    case "vault": self = .vault
    default: self = .export
    }
  }

  /// A request with the JSON of its body.
  package init(post path: String, body: [UInt8]) throws(AccountError) {
    try Self.check(path: path, isPost: true)
    var reader = try BodyReader(body)
    if let entry = try Self.entry(path, &reader) { self = entry } else { self = try Self.settings(path, &reader) }
    try reader.finish()
  }

  /// Ways in; nil for other endpoints.
  private static func entry(_ path: String, _ body: inout BodyReader) throws(AccountError) -> AccountRequest? {
    switch path {
    case "register": return .register(try registration(&body))
    case "login":
      return .login(name: try name(&body), secret: try secret(&body), device: try body.label("device"))
    case "login/totp": return .loginTOTP(pending: try token("pending", &body), code: try code(&body))
    case "login/passkey/begin": return .beginPasskeyLogin(pending: try pending(&body))
    case "login/passkey/finish":
      return .finishPasskeyLogin(
        try assertion(&body), pending: try pending(&body), device: try body.label("device"))
    case "login/recovery":
      return .loginRecovery(proof: try body.bytes("proof", exactly: 32), device: try body.label("device"))
    case "logout": return .logout
    default: return nil
    }
  }

  private static func settings(_ path: String, _ body: inout BodyReader) throws(AccountError) -> AccountRequest {
    switch path {
    case "vault":
      .writeVault(sealed: try body.bytes("sealed", in: 28...AccountLimits.vault), version: try body.count("version"))
    case "password": .setPassword(try newPassword(&body))
    case "totp/begin": .beginTOTP(secret: try secret(&body))
    case "totp/confirm": .confirmTOTP(setup: try token("setup", &body), code: try code(&body))
    case "totp/remove": .removeTOTP(secret: try secret(&body))
    case "passkeys/begin": .beginPasskey(secret: try secret(&body))
    case "passkeys/finish": .finishPasskey(try newPasskey(&body))
    case "passkeys/remove":
      .removePasskey(secret: try secret(&body), id: try body.bytes("id", in: 1...AccountLimits.credentialID))
    case "recovery/renew": .renewRecovery(secret: try secret(&body), try recovery(&body))
    case "devices/end": .endDevice(try body.bytes("id", exactly: 8))
    case "devices/end-all": .endDevices(keep: try body.bool("keep"))
    default: .delete(secret: try secret(&body))
    }
  }

  private static func registration(_ body: inout BodyReader) throws(AccountError) -> Registration {
    Registration(
      name: try name(&body), secret: try secret(&body), key: try key(&body),
      vault: try body.optionalBytes("vault", in: 28...AccountLimits.vault), recovery: try recovery(&body),
      invitation: try body.optionalBytes("invitation", in: 16...16), device: try body.label("device"))
  }

  private static func newPassword(_ body: inout BodyReader) throws(AccountError) -> NewPassword {
    NewPassword(
      secret: try body.optionalBytes("secret", in: 32...32), newSecret: try body.bytes("newSecret", exactly: 32),
      key: try key(&body), vault: try body.optionalBytes("vault", in: 28...AccountLimits.vault))
  }

  private static func newPasskey(_ body: inout BodyReader) throws(AccountError) -> NewPasskey {
    NewPasskey(
      id: try body.bytes("id", in: 1...AccountLimits.credentialID),
      clientData: try body.bytes("clientDataJSON", in: 1...ClientData.maximumBytes),
      attestation: try body.bytes("attestationObject", in: 1...4096), label: try body.label("label"),
      key: try body.optionalBytes("key", in: AccountLimits.wrappedKey...AccountLimits.wrappedKey))
  }

  private static func assertion(_ body: inout BodyReader) throws(AccountError) -> Assertion {
    Assertion(
      id: try body.bytes("id", in: 1...AccountLimits.credentialID),
      clientData: try body.bytes("clientDataJSON", in: 1...ClientData.maximumBytes),
      authenticatorData: try body.bytes("authenticatorData", in: 37...2048),
      signature: try body.bytes("signature", in: 1...512))
  }

  private static func recovery(_ body: inout BodyReader) throws(AccountError) -> [RecoveryRecord] {
    var records: [RecoveryRecord] = []
    for element in try body.array("recovery", upTo: AccountLimits.recoveryCodes) {
      var reader = try BodyReader(element)
      let record = RecoveryRecord(check: try reader.bytes("check", exactly: 32), key: try key(&reader))
      try reader.finish()
      for other in records where other.check == record.check { throw .badRequest }
      records.append(record)
    }
    return records
  }

  /// A name beyond these bytes is none, whatever its letters.
  private static func name(_ body: inout BodyReader) throws(AccountError) -> AccountName {
    guard let name = AccountName(try body.text("name", upTo: 256)) else { throw .badName }
    return name
  }

  private static func secret(_ body: inout BodyReader) throws(AccountError) -> [UInt8] {
    try body.bytes("secret", exactly: 32)
  }

  private static func key(_ body: inout BodyReader) throws(AccountError) -> [UInt8] {
    try body.bytes("key", exactly: AccountLimits.wrappedKey)
  }

  private static func token(_ name: String, _ body: inout BodyReader) throws(AccountError) -> [UInt8] {
    try body.bytes(name, exactly: 32)
  }

  private static func pending(_ body: inout BodyReader) throws(AccountError) -> [UInt8]? {
    try body.optionalBytes("pending", in: 32...32)
  }

  private static func code(_ body: inout BodyReader) throws(AccountError) -> String {
    try body.text("code", upTo: 16)
  }
}
