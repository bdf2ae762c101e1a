import Accounts
import Bytes
import Testing

@testable import AccountServices

@Suite("Passkeys (WebAuthn level 3 §7)")
struct PasskeyTests {
  static let party = RelyingParty(id: "meet.example", origin: "https://meet.example:8443")
  static let challenge = [UInt8](repeating: 9, count: 32)

  private func register(
    _ authenticator: SoftAuthenticator, _ changes: SoftAuthenticator.Changes = .init()
  ) throws(PasskeyError) -> (credential: AuthenticatorData.Credential, signCount: UInt32) {
    let made = authenticator.register(Self.challenge, changes)
    return try PasskeyRegistration.verify(
      id: authenticator.id, clientData: made.clientData, attestation: made.attestation, challenge: Self.challenge,
      party: Self.party, by: NativeAccountCrypto.self)
  }

  private func verify(
    _ assertion: AccountRequest.Assertion, _ key: COSEKey, count: UInt32 = 0, needsVerification: Bool = true
  ) throws(PasskeyError) -> UInt32 {
    try PasskeyAssertion.verify(
      clientData: assertion.clientData, authenticatorData: assertion.authenticatorData, signature: assertion.signature,
      key: key, signCount: count, challenge: Self.challenge, party: Self.party, needsVerification: needsVerification,
      by: NativeAccountCrypto.self)
  }

  @Test("ES256 and EdDSA passkeys are made and sign in, and the counter goes up", arguments: [true, false])
  func ceremonies(_ isP256: Bool) throws {
    var authenticator = SoftAuthenticator(isP256: isP256, party: Self.party)
    let made = try register(authenticator)
    #expect(made.credential.id == authenticator.id && made.signCount == 0)
    #expect(try verify(authenticator.sign(Self.challenge), made.credential.key) == 1)
    #expect(try verify(authenticator.sign(Self.challenge), made.credential.key, count: 1) == 2)
  }

  typealias Change = @Sendable (inout SoftAuthenticator.Changes) -> Void

  static let changes: [(String, Change, PasskeyError)] = [
    ("type", { $0.type = "webauthn.other" }, .malformed),
    ("challenge", { $0.challenge = [UInt8](repeating: 8, count: 32) }, .challenge),
    ("short challenge", { $0.challenge = [1] }, .malformed),
    ("origin", { $0.origin = "https://meet.example" }, .origin),
    ("origin of a neighbour", { $0.origin = "https://evil.example:8443" }, .origin),
    ("http", { $0.origin = "http://meet.example:8443" }, .origin),
    ("frame", { $0.crossOrigin = true }, .framed), ("top origin", { $0.topOrigin = true }, .framed),
    ("relying party", { $0.relyingParty = "evil.example" }, .relyingParty),
    ("nobody present", { $0.flags = 0x44 }, .notPresent),
    ("backed up, and cannot be", { $0.flags = 0x55 }, .malformed),
  ]

  @Test("what was changed is refused when a passkey is made", arguments: changes.indices)
  func changedRegistration(_ index: Int) throws {
    var changes = SoftAuthenticator.Changes()
    Self.changes[index].1(&changes)
    let authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    #expect(throws: Self.changes[index].2, "\(Self.changes[index].0)") { try register(authenticator, changes) }
  }

  @Test("what was changed is refused when somebody signs in", arguments: changes.indices)
  func changedAssertion(_ index: Int) throws {
    var authenticator = SoftAuthenticator(isP256: false, party: Self.party)
    let key = try register(authenticator).credential.key
    var changes = SoftAuthenticator.Changes()
    Self.changes[index].1(&changes)
    if let flags = changes.flags { changes.flags = flags & ~0x40 }
    let assertion = try authenticator.sign(Self.challenge, changes)
    #expect(throws: Self.changes[index].2, "\(Self.changes[index].0)") { try verify(assertion, key) }
  }

  @Test("only attestation none, with an empty statement")
  func attestation() throws {
    let authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    #expect(throws: PasskeyError.attestation) { try register(authenticator, .init(format: "packed")) }
    #expect(throws: PasskeyError.attestation) {
      try register(authenticator, .init(statement: [0xA1, 0x61, 0x61, 0x01]))
    }
    var other = authenticator
    other.id = [1, 2, 3]
    let made = authenticator.register(Self.challenge)
    #expect(throws: PasskeyError.otherCredential) {
      try PasskeyRegistration.verify(
        id: other.id, clientData: made.clientData, attestation: made.attestation, challenge: Self.challenge,
        party: Self.party, by: NativeAccountCrypto.self)
    }
  }

  @Test("a ceremony's answer is none for the other ceremony")
  func otherCeremony() throws {
    var authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    #expect(throws: PasskeyError.otherCeremony) { try register(authenticator, .init(type: "webauthn.get")) }
    let key = try register(authenticator).credential.key
    let assertion = try authenticator.sign(Self.challenge, .init(type: "webauthn.create"))
    #expect(throws: PasskeyError.otherCeremony) { try verify(assertion, key) }
  }

  @Test("another key's signature, a changed one, and one over something else are refused", arguments: [true, false])
  func signatures(_ isP256: Bool) throws {
    var authenticator = SoftAuthenticator(isP256: isP256, party: Self.party)
    let key = try register(authenticator).credential.key
    let good = try authenticator.sign(Self.challenge)
    for index in good.signature.indices {
      var bad = good
      bad.signature[index] ^= 1
      #expect(throws: PasskeyError.signature, "byte \(index)") { try verify(bad, key) }
    }
    var cut = good
    cut.signature.removeLast()
    #expect(throws: PasskeyError.signature) { try verify(cut, key) }
    let other = try authenticator.sign(Self.challenge, .init(signedData: [1, 2, 3]))
    #expect(throws: PasskeyError.signature) { try verify(other, key) }
    let foreign = try register(SoftAuthenticator(isP256: isP256, party: Self.party)).credential.key
    #expect(throws: PasskeyError.signature) { try verify(good, foreign) }
    let kind = try register(SoftAuthenticator(isP256: !isP256, party: Self.party)).credential.key
    #expect(throws: PasskeyError.signature) { try verify(good, kind) }
  }

  @Test("a counter that does not go up is a copy; without counters there is none to compare")
  func counter() throws {
    var authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    let key = try register(authenticator).credential.key
    let assertion = try authenticator.sign(Self.challenge)
    for stored in [1, 2, .max] as [UInt32] {
      #expect(throws: PasskeyError.cloned) { try verify(assertion, key, count: stored) }
    }
    authenticator.signCount = 0
    #expect(try verify(authenticator.sign(Self.challenge, counts: false), key) == 0)
    #expect(throws: PasskeyError.cloned) {
      try verify(authenticator.sign(Self.challenge, counts: false), key, count: 5)
    }
  }

  @Test("in place of a password the person must have been verified; beside it that is not asked")
  func verification() throws {
    var authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    let key = try register(authenticator).credential.key
    let assertion = try authenticator.sign(Self.challenge, .init(flags: 0x01))
    #expect(throws: PasskeyError.notVerified) { try verify(assertion, key) }
    #expect(try verify(assertion, key, needsVerification: false) == 1)
  }

  @Test("every cut of an attestation and of client data is refused")
  func cuts() throws {
    let authenticator = SoftAuthenticator(isP256: true, party: Self.party)
    let made = authenticator.register(Self.challenge)
    for length in 0..<made.attestation.count {
      #expect(throws: PasskeyError.self) {
        let data = try PasskeyRegistration.authenticatorData(Array(made.attestation[..<length]))
        _ = try AuthenticatorData(data)
      }
    }
    for length in 0..<made.clientData.count {
      #expect(throws: PasskeyError.malformed) { try ClientData(Array(made.clientData[..<length])) }
    }
    let data = try PasskeyRegistration.authenticatorData(made.attestation)
    for length in 0..<data.count {
      #expect(throws: PasskeyError.malformed) { try AuthenticatorData(Array(data[..<length])) }
    }
    #expect(throws: PasskeyError.malformed) { try AuthenticatorData(data + [0]) }
  }
}
