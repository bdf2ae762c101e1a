import Accounts
import Bytes
import Signaling

/// Passkeys: as second step, as only step, and making them.
extension AccountDesk {
  func beginPasskeyLogin(_ token: [UInt8]?, _ visit: AccountVisit) async throws(AccountError) -> AccountAnswer {
    guard let party = visit.party else { throw .notFound }
    var allowed: [JSONValue] = []
    if let token {
      guard let waiting = pending.look(token, now: clock.now()), waiting.hasPasskeys,
        let details = try await keeper.details(waiting.account)
      else { throw .expired }
      allowed = details.passkeys.map { Self.descriptor($0.id) }
    }
    return AccountAnswer([
      JSONMember(
        "options",
        .object([
          JSONMember("challenge", .string(challenge(.signIn(pending: token)))), JSONMember("rpId", .string(party.id)),
          JSONMember("timeout", .integer(Self.timeout)), JSONMember("allowCredentials", .array(allowed)),
          JSONMember("userVerification", .string(token == nil ? "required" : "preferred")),
        ]))
    ])
  }

  func finishPasskeyLogin(
    _ assertion: AccountRequest.Assertion, _ token: [UInt8]?, _ device: String, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let (challenge, asked) = try take(assertion.clientData)
    guard case .signIn(token) = asked, let party = visit.party else { throw .expired }
    let waiting = token.flatMap { pending.look($0, now: clock.now()) }
    guard token == nil || waiting != nil else { throw .expired }
    guard let passkey = try await keeper.passkey(assertion.id), waiting == nil || waiting?.account == passkey.account
    else { throw .wrong }
    let count: UInt32
    do {
      count = try PasskeyAssertion.verify(
        clientData: assertion.clientData, authenticatorData: assertion.authenticatorData,
        signature: assertion.signature, key: passkey.publicKey, signCount: passkey.signCount, challenge: challenge,
        party: party, needsVerification: token == nil, by: NativeAccountCrypto.self)
    } catch { throw .wrong }
    try await keeper.count(passkey: passkey.id, from: passkey.signCount, to: count)
    guard let account = try await keeper.account(passkey.account) else { throw .wrong }
    if let token { _ = pending.take(token, now: clock.now()) }
    return try await open(
      account, device, by: token == nil ? "passkey" : "password", key: token == nil ? passkey.key : account.key,
      ifHash: waiting?.hash, visit)
  }

  func beginPasskey(
    _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    guard let party = visit.party else { throw .notFound }
    let account = try await confirm(secret, session, visit)
    guard let details = try await keeper.details(account.id) else { throw .signedOut }
    guard details.passkeys.count < AccountLimits.passkeys else { throw .limit }
    return AccountAnswer([JSONMember("options", .object(creation(details, party)))])
  }

  /// PublicKeyCredentialCreationOptionsJSON (WebAuthn level 3 §5.1.9).
  private func creation(_ details: AccountDetails, _ party: RelyingParty) -> [JSONMember] {
    let account = details.account
    return [
      JSONMember(
        "rp", .object([JSONMember("id", .string(party.id)), JSONMember("name", .string("Tertulia"))])),
      JSONMember(
        "user",
        .object([
          JSONMember("id", .string(Base64URL.encode(account.id))), JSONMember("name", .string(account.name.text)),
          JSONMember("displayName", .string(account.name.text)),
        ])),
      JSONMember("challenge", .string(challenge(.register(account: account.id)))),
      JSONMember(
        "pubKeyCredParams",
        .array(
          COSEKey.algorithms.map {
            .object([JSONMember("type", .string("public-key")), JSONMember("alg", .integer($0))])
          })),
      JSONMember("timeout", .integer(Self.timeout)),
      JSONMember("excludeCredentials", .array(details.passkeys.map { Self.descriptor($0.id) })),
      JSONMember(
        "authenticatorSelection",
        .object([
          JSONMember("residentKey", .string("required")), JSONMember("requireResidentKey", .bool(true)),
          JSONMember("userVerification", .string("preferred")),
        ])),
      JSONMember("attestation", .string("none")),
    ]
  }

  func finishPasskey(
    _ request: AccountRequest.NewPasskey, _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let (challenge, asked) = try take(request.clientData)
    guard case .register(session.account) = asked, let party = visit.party else { throw .expired }
    let made: (credential: AuthenticatorData.Credential, signCount: UInt32)
    do {
      made = try PasskeyRegistration.verify(
        id: request.id, clientData: request.clientData, attestation: request.attestation, challenge: challenge,
        party: party, by: NativeAccountCrypto.self)
    } catch { throw .wrong }
    try await keeper.add(
      PasskeyRecord(
        id: made.credential.id, account: session.account, publicKey: made.credential.key, signCount: made.signCount,
        label: request.label, key: request.key, created: today))
    return AccountAnswer([JSONMember("id", .string(Base64URL.encode(made.credential.id)))])
  }

  func removePasskey(
    _ id: [UInt8], _ secret: [UInt8], _ session: SessionRecord, _ visit: AccountVisit
  ) async throws(AccountError) -> AccountAnswer {
    let account = try await confirm(secret, session, visit)
    guard try await keeper.remove(passkey: id, of: account.id) else { throw .notFound }
    return AccountAnswer()
  }

  private static let timeout = AccountLimits.ceremony.milliseconds

  private static func descriptor(_ id: [UInt8]) -> JSONValue {
    .object([JSONMember("type", .string("public-key")), JSONMember("id", .string(Base64URL.encode(id)))])
  }

  private func challenge(_ asked: Challenge) -> String {
    let challenge = [UInt8].unpredictable(32)
    challenges.begin(challenge, asked, until: clock.now() + AccountLimits.ceremony)
    return Base64URL.encode(challenge)
  }

  /// The challenge that client data answers, which works once whatever comes of it. Throws `expired`.
  private func take(_ clientData: [UInt8]) throws(AccountError) -> (challenge: [UInt8], asked: Challenge) {
    let challenge: [UInt8]
    do { challenge = try ClientData(clientData).challenge } catch { throw .wrong }
    guard let asked = challenges.take(challenge, now: clock.now()) else { throw .expired }
    return (challenge, asked)
  }
}
