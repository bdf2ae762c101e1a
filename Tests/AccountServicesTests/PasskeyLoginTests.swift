import Accounts
import Bytes
import Signaling
import Testing

@testable import AccountServices

@Suite("Signing in with passkeys")
struct PasskeyLoginTests {
  private static let secret = Browser.secret("correct horse")
  private static let wrapped = [UInt8](repeating: 6, count: 60)

  private func challenge(_ answer: JSONValue) -> [UInt8] { answer["options"]?.bytes("challenge") ?? [] }

  /// Makes an account with a passkey.
  private func enrol(
    _ browser: Browser, _ name: String, isP256: Bool = true
  ) async throws -> SoftAuthenticator {
    try await browser.register(name)
    let authenticator = SoftAuthenticator(isP256: isP256, party: AccountRig.party)
    try await add(authenticator, browser)
    return authenticator
  }

  private func add(_ authenticator: SoftAuthenticator, _ browser: Browser) async throws {
    let begun = try await browser.ask(.beginPasskey(secret: Self.secret))
    let made = authenticator.register(challenge(begun))
    try await browser.ask(
      .finishPasskey(
        .init(
          id: authenticator.id, clientData: made.clientData, attestation: made.attestation, label: "<b>key</b>",
          key: Self.wrapped)))
  }

  @Test(
    "as only step: without a name, the person verified; gives the key that its PRF opens", arguments: [true, false])
  func onlyStep(_ isP256: Bool) async throws {
    let rig = try AccountRig()
    var authenticator = try await enrol(Browser(rig), "ana", isP256: isP256)
    let other = Browser(rig)
    let begun = try await other.ask(.beginPasskeyLogin(pending: nil))
    #expect(
      begun["options"]?.text("userVerification") == "required" && begun["options"]?.list("allowCredentials") == [])
    let unverified = try authenticator.sign(challenge(begun), .init(flags: 1))
    await #expect(throws: AccountError.wrong) {
      try await other.ask(.finishPasskeyLogin(unverified, pending: nil, device: "x"))
    }
    let again = try await other.ask(.beginPasskeyLogin(pending: nil))
    let done = try await other.ask(
      .finishPasskeyLogin(try authenticator.sign(challenge(again)), pending: nil, device: "x"))
    #expect(done.text("by") == "passkey" && done.bytes("key") == Self.wrapped && done.text("name") == "ana")
    let account = try await other.account()
    #expect(account.list("passkeys").first?.text("label") == "<b>key</b>")
    #expect(account.list("passkeys").first?["opens"] == .bool(true))
  }

  @Test("as second step: after the password, of that account alone")
  func secondStep() async throws {
    let rig = try AccountRig()
    var authenticator = try await enrol(Browser(rig), "ana")
    var foreign = try await enrol(Browser(rig), "eve")
    let other = Browser(rig)
    let first = try await other.logIn("ana")
    #expect(first.list("steps") == [.string("passkey")] && other.token == nil)
    let pending = first.bytes("pending")
    let begun = try await other.ask(.beginPasskeyLogin(pending: pending))
    #expect(begun["options"]?.list("allowCredentials").map { $0.bytes("id") } == [authenticator.id])
    let wrong = try foreign.sign(challenge(begun))
    await #expect(throws: AccountError.wrong) {
      try await other.ask(.finishPasskeyLogin(wrong, pending: pending, device: "x"))
    }
    // A challenge for the second step is none for the only step, nor for another second step.
    for mixed in [nil, try await other.logIn("ana").bytes("pending")] {
      let begun = try await other.ask(.beginPasskeyLogin(pending: pending))
      let assertion = try authenticator.sign(challenge(begun))
      await #expect(throws: AccountError.expired) {
        try await other.ask(.finishPasskeyLogin(assertion, pending: mixed, device: "x"))
      }
    }
    let last = try await other.ask(.beginPasskeyLogin(pending: pending))
    let assertion = try authenticator.sign(challenge(last), .init(flags: 1))
    let done = try await other.ask(.finishPasskeyLogin(assertion, pending: pending, device: "x"))
    #expect(done.text("by") == "password" && done.bytes("key") == Browser.key)
  }

  @Test("an answer that was captured signs in once and never again")
  func replay() async throws {
    let rig = try AccountRig()
    var authenticator = try await enrol(Browser(rig), "ana")
    let other = Browser(rig)
    let assertion = try authenticator.sign(challenge(try await other.ask(.beginPasskeyLogin(pending: nil))))
    try await other.ask(.finishPasskeyLogin(assertion, pending: nil, device: "x"))
    await #expect(throws: AccountError.expired) {
      try await Browser(rig).ask(.finishPasskeyLogin(assertion, pending: nil, device: "x"))
    }
    // Nor is a copy of the authenticator good for anything: its counter stands still.
    authenticator.signCount = 0
    let copy = try authenticator.sign(challenge(try await other.ask(.beginPasskeyLogin(pending: nil))))
    await #expect(throws: AccountError.wrong) {
      try await Browser(rig).ask(.finishPasskeyLogin(copy, pending: nil, device: "x"))
    }
  }

  @Test("challenges end after five minutes, and belong to who asked")
  func challenges() async throws {
    let rig = try AccountRig()
    let ana = Browser(rig)
    var authenticator = try await enrol(ana, "ana")
    let late = try authenticator.sign(challenge(try await ana.ask(.beginPasskeyLogin(pending: nil))))
    rig.time.pass(300)
    await #expect(throws: AccountError.expired) {
      try await ana.ask(.finishPasskeyLogin(late, pending: nil, device: "x"))
    }
    let invented = try authenticator.sign([UInt8](repeating: 1, count: 32))
    await #expect(throws: AccountError.expired) {
      try await ana.ask(.finishPasskeyLogin(invented, pending: nil, device: "x"))
    }
    let eve = Browser(rig)
    try await eve.register("eve")
    let made = SoftAuthenticator(isP256: true, party: AccountRig.party)
    let begun = try await ana.ask(.beginPasskey(secret: Self.secret))
    let answer = made.register(challenge(begun))
    await #expect(throws: AccountError.expired) {
      try await eve.ask(
        .finishPasskey(
          .init(
            id: made.id, clientData: answer.clientData, attestation: answer.attestation, label: "x", key: nil)))
    }
  }

  @Test("a credential is one account's; at most ten of them; removed ones sign nobody in")
  func belonging() async throws {
    let rig = try AccountRig()
    let ana = Browser(rig)
    var authenticator = try await enrol(ana, "ana")
    let eve = Browser(rig)
    try await eve.register("eve")
    await #expect(throws: AccountError.taken) { try await add(authenticator, eve) }
    await #expect(throws: AccountError.notFound) {
      try await eve.ask(.removePasskey(secret: Self.secret, id: authenticator.id))
    }
    await #expect(throws: AccountError.wrong) {
      try await ana.ask(.removePasskey(secret: Browser.secret("guess"), id: authenticator.id))
    }
    for _ in 0..<9 {
      rig.time.pass(60)
      try await add(SoftAuthenticator(isP256: false, party: AccountRig.party), ana)
    }
    rig.time.pass(60)
    await #expect(throws: AccountError.limit) { try await ana.ask(.beginPasskey(secret: Self.secret)) }
    rig.time.pass(60)
    try await ana.ask(.removePasskey(secret: Self.secret, id: authenticator.id))
    let assertion = try authenticator.sign(challenge(try await eve.ask(.beginPasskeyLogin(pending: nil))))
    await #expect(throws: AccountError.wrong) {
      try await eve.ask(.finishPasskeyLogin(assertion, pending: nil, device: "x"))
    }
  }
}
