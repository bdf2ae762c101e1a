import Accounts
import Bytes
import Signaling
import Store
import Testing

@testable import AccountServices

@Suite("Signing in and out")
struct EntryTests {
  @Test("who registers is signed in, and signs in again elsewhere with the same name and password")
  func register() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    let made = try await one.register("ana")
    #expect(made["signedIn"] == .bool(true) && made.text("name") == "ana" && made.bytes("key") == Browser.key)
    let other = Browser(rig)
    #expect(try await other.logIn("ana")["signedIn"] == .bool(true))
    #expect(one.token != other.token && one.token?.count == 32)
    let account = try await other.account()
    #expect(account.list("devices").map { $0.text("label") } == ["Firefox, Linux", "Chromium, Android"])
    #expect(account.list("devices").map { $0["current"] == .bool(true) } == [false, true])
    #expect(account.text("created") == "2026-11-23")
  }

  @Test("a wrong password and a name that does not exist are answered alike, each after one run of Argon2id")
  func constant() async throws {
    let rig = try AccountRig()
    try await Browser(rig).register("ana")
    let stranger = Browser(rig, source: 2)
    for name in ["ana", "bob"] {
      let before = rig.hasher.runs
      await #expect(throws: AccountError.wrong) { try await stranger.logIn(name, "guess") }
      #expect(rig.hasher.runs == before + 1)
    }
    #expect(stranger.token == nil)
  }

  @Test("names that exist or look like one are taken, whoever asks")
  func taken() async throws {
    let rig = try AccountRig()
    try await Browser(rig).register("anna1")
    for name in ["anna1", "annal"] {
      await #expect(throws: AccountError.taken) { try await Browser(rig).register(name) }
    }
  }

  @Test("registration closed, by invitation, and full")
  func policy() async throws {
    let closed = Browser(try AccountRig(AccountSettings(registration: .closed)))
    await #expect(throws: AccountError.closed) { try await closed.register("ana") }
    let rig = try AccountRig(AccountSettings(registration: .invitation, limit: 2))
    let token = [UInt8](repeating: 7, count: 16)
    let today = Day(unixSeconds: AccountRig.start)
    try await rig.archive.invite(
      AccountInvitationRecord(digest: NativeHash.sha256(token), uses: 2, expires: today))
    await #expect(throws: AccountError.noInvitation) { try await Browser(rig).register("ana") }
    await #expect(throws: AccountError.noInvitation) {
      try await Browser(rig).register("ana", invitation: [UInt8](repeating: 8, count: 16))
    }
    try await Browser(rig).register("ana", invitation: token)
    await #expect(throws: AccountError.taken) { try await Browser(rig).register("ana", invitation: token) }
    try await Browser(rig).register("bob", invitation: token)
    await #expect(throws: AccountError.noInvitation) { try await Browser(rig).register("eva", invitation: token) }
    let late = [UInt8](repeating: 9, count: 16)
    try await rig.archive.invite(AccountInvitationRecord(digest: NativeHash.sha256(late), uses: 9, expires: today))
    await #expect(throws: AccountError.limit) { try await Browser(rig).register("eva", invitation: late) }
    rig.time.pass(86_400)
    await #expect(throws: AccountError.noInvitation) { try await Browser(rig).register("eva", invitation: late) }
  }

  @Test("TOTP: the password alone signs nobody in; a right code does, once")
  func totp() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let key = try await one.enrolTOTP()
    #expect(try await one.account()["totp"] == .bool(true))
    rig.time.pass(30)
    let other = Browser(rig)
    let first = try await other.logIn("ana")
    #expect(first["signedIn"] == .bool(false) && first.list("steps") == [.string("totp")] && first["key"] == nil)
    #expect(other.token == nil)
    let code = other.code(key)
    #expect(try await other.ask(.loginTOTP(pending: first.bytes("pending"), code: code))["signedIn"] == .bool(true))
    // The same code for another password, the used token, and the code of the step before.
    let second = try await Browser(rig).logIn("ana")
    for code in [code, other.code(key, later: -1)] {
      await #expect(throws: AccountError.wrong) {
        try await Browser(rig).ask(.loginTOTP(pending: second.bytes("pending"), code: code))
      }
    }
    await #expect(throws: AccountError.expired) {
      try await Browser(rig).ask(.loginTOTP(pending: first.bytes("pending"), code: other.code(key, later: 1)))
    }
    let next = try await other.ask(.loginTOTP(pending: second.bytes("pending"), code: other.code(key, later: 1)))
    #expect(next["signedIn"] == .bool(true))
  }

  @Test("the code that switched TOTP on, late codes, and late second steps are refused")
  func late() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let key = try await one.enrolTOTP()
    let used = one.code(key)
    let waiting = try await Browser(rig).logIn("ana").bytes("pending")
    await #expect(throws: AccountError.wrong) { try await Browser(rig).ask(.loginTOTP(pending: waiting, code: used)) }
    rig.time.pass(90)
    await #expect(throws: AccountError.wrong) {
      try await Browser(rig).ask(.loginTOTP(pending: waiting, code: one.code(key, later: -2)))
    }
    rig.time.pass(211)
    await #expect(throws: AccountError.expired) {
      try await Browser(rig).ask(.loginTOTP(pending: waiting, code: one.code(key)))
    }
  }

  @Test("five wrong codes end a second step, and codes are bounded for the account over all sources")
  func codeGuessing() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    _ = try await one.enrolTOTP()
    var outcomes: [AccountError] = []
    for source in UInt8(1)...4 {
      let guesser = Browser(rig, source: source)
      let waiting = try await guesser.logIn("ana").bytes("pending")
      for _ in 0..<6 {
        do { try await guesser.ask(.loginTOTP(pending: waiting, code: "000000")) } catch { outcomes.append(error) }
      }
    }
    // One was spent by switching it on.
    #expect(outcomes.count { $0 == .wrong } == 9)
    #expect(outcomes.prefix(6) == [.wrong, .wrong, .wrong, .wrong, .wrong, .expired])
    #expect(outcomes.contains(.tooMany(seconds: 300)))
  }

  @Test("after a restart no code of before counts: nobody remembers which were used")
  func restart() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let key = try await one.enrolTOTP()
    rig.time.pass(60)
    let other = Browser(rig)
    other.desk = rig.restarted()
    let waiting = try await other.logIn("ana").bytes("pending")
    await #expect(throws: AccountError.wrong) {
      try await other.ask(.loginTOTP(pending: waiting, code: other.code(key)))
    }
    rig.time.pass(30)
    #expect(try await other.ask(.loginTOTP(pending: waiting, code: other.code(key)))["signedIn"] == .bool(true))
  }

  @Test("a recovery code signs in once, gives the wrapped key, switches TOTP off, and lets a new password be set")
  func recovery() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    let proof = [UInt8](repeating: 4, count: 32)
    let wrapped = [UInt8](repeating: 5, count: 60)
    try await one.register("ana", recovery: [RecoveryRecord(check: NativeHash.sha256(proof), key: wrapped)])
    _ = try await one.enrolTOTP()
    #expect(try await one.account().number("recovery") == 1)
    let lost = Browser(rig, source: 2)
    await #expect(throws: AccountError.wrong) {
      try await lost.ask(.loginRecovery(proof: NativeHash.sha256(proof), device: "x"))
    }
    let opened = try await lost.ask(.loginRecovery(proof: proof, device: "x"))
    #expect(opened.text("by") == "recovery" && opened.bytes("key") == wrapped && opened.text("name") == "ana")
    await #expect(throws: AccountError.wrong) {
      try await Browser(rig, source: 2).ask(.loginRecovery(proof: proof, device: "x"))
    }
    let account = try await lost.account()
    #expect(account["totp"] == .bool(false) && account["newPassword"] == .bool(true) && account.number("recovery") == 0)
    // The session that was there before may not do it.
    let change = AccountRequest.NewPassword(
      secret: nil, newSecret: Browser.secret("another"), key: Browser.key, vault: nil)
    await #expect(throws: AccountError.wrong) { try await one.ask(.setPassword(change)) }
    try await lost.ask(.setPassword(change))
    await #expect(throws: AccountError.wrong) { try await lost.ask(.setPassword(change)) }
    await #expect(throws: AccountError.signedOut) { try await one.account() }
    await #expect(throws: AccountError.wrong) { try await Browser(rig).logIn("ana") }
    #expect(try await Browser(rig).logIn("ana", "another")["signedIn"] == .bool(true))
  }

  @Test("ten minutes after a recovery code the old password is needed again")
  func lateRecovery() async throws {
    let rig = try AccountRig()
    let proof = [UInt8](repeating: 4, count: 32)
    let one = Browser(rig)
    try await one.register("ana", recovery: [RecoveryRecord(check: NativeHash.sha256(proof), key: Browser.key)])
    try await one.ask(.loginRecovery(proof: proof, device: "x"))
    rig.time.pass(601)
    await #expect(throws: AccountError.wrong) {
      try await one.ask(
        .setPassword(.init(secret: nil, newSecret: Browser.secret("b"), key: Browser.key, vault: nil)))
    }
  }

  @Test("guessing passwords is bounded, and a name that does not exist is bounded as one that does")
  func guessing() async throws {
    let rig = try AccountRig()
    try await Browser(rig).register("ana")
    for name in ["ana", "bob"] {
      let guesser = Browser(rig, source: 9)
      var outcomes: [AccountError] = []
      for number in 0..<14 {
        do { try await guesser.logIn(name, "guess \(number)") } catch { outcomes.append(error as! AccountError) }
      }
      #expect(outcomes.prefix(10).allSatisfy { $0 == .wrong } && outcomes.count { $0 == .tooMany(seconds: 60) } == 4)
    }
    // Somebody else at their own place is not kept out.
    #expect(try await Browser(rig, source: 3).logIn("ana")["signedIn"] == .bool(true))
  }

  @Test("registrations from one source are bounded")
  func manyRegistrations() async throws {
    let rig = try AccountRig()
    var outcomes: [AccountError] = []
    for number in 0..<12 {
      do { try await Browser(rig).register("ana\(number)z") } catch { outcomes.append(error as! AccountError) }
    }
    #expect(outcomes == [.tooMany(seconds: 120), .tooMany(seconds: 120)])
  }

  @Test("a password that was hashed at another cost is hashed anew when its owner signs in")
  func upgrade() async throws {
    let rig = try AccountRig()
    try await Browser(rig).register("ana")
    let old = try await rig.record("ana").password
    let dearer = PasswordHasher(cost: Argon2Cost(memory: 9 * 1024, passes: 2, lanes: 1))
    let browser = Browser(rig)
    browser.desk = AccountDesk(
      keeper: rig.archive, hasher: dearer, settings: AccountSettings(), clock: rig.time.clock)
    await #expect(throws: AccountError.wrong) { try await browser.logIn("ana", "guess") }
    #expect(try await rig.record("ana").password == old)
    #expect(try await browser.logIn("ana")["signedIn"] == .bool(true))
    let new = try await rig.record("ana").password
    #expect(new.cost == dearer.cost && new.salt != old.salt)
    #expect(try await Browser(rig).logIn("ana")["signedIn"] == .bool(true))
  }
}
