import Accounts
import Bytes
import Foundation
import Signaling
import Store
import Testing

@testable import AccountServices

@Suite("Accounts and their sessions")
struct SettingsTests {
  private static let secret = Browser.secret("correct horse")

  @Test("a stolen, invented, empty or ended cookie signs nobody in")
  func sessions() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let stolen = one.token
    for token in [nil, [], [UInt8](repeating: 0, count: 32), NativeHash.sha256(stolen ?? [])] {
      let thief = Browser(rig)
      thief.token = token
      await #expect(throws: AccountError.signedOut) { try await thief.account() }
    }
    try await one.ask(.logout)
    let thief = Browser(rig)
    thief.token = stolen
    await #expect(throws: AccountError.signedOut) { try await thief.account() }
  }

  @Test("a cookie that somebody planted is never taken up: each login has one of its own")
  func fixation() async throws {
    let rig = try AccountRig()
    try await Browser(rig).register("ana")
    let planted = [UInt8](repeating: 3, count: 32)
    let victim = Browser(rig)
    victim.token = planted
    try await victim.logIn("ana")
    #expect(victim.token != planted)
    let attacker = Browser(rig)
    attacker.token = planted
    await #expect(throws: AccountError.signedOut) { try await attacker.account() }
    // Neither is the attacker's own session, planted at the victim's, worth anything afterwards.
    try await attacker.register("eve")
    let own = attacker.token
    victim.token = own
    try await victim.logIn("ana")
    await #expect(throws: AccountError.signedOut) { try await attacker.account() }
    #expect(try await victim.account().text("name") == "ana")
  }

  @Test("a new password ends every other session, and needs the old one")
  func newPassword() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let thief = Browser(rig)
    thief.token = one.token
    let other = Browser(rig)
    try await other.logIn("ana")
    func change(_ old: String?) -> AccountRequest {
      .setPassword(
        .init(
          secret: old.map(Browser.secret), newSecret: Browser.secret("another"),
          key: [UInt8](repeating: 1, count: 60), vault: nil))
    }
    for old in ["guess", nil] { await #expect(throws: AccountError.wrong) { try await one.ask(change(old)) } }
    try await one.ask(change("correct horse"))
    for ended in [thief, other] { await #expect(throws: AccountError.signedOut) { try await ended.account() } }
    #expect(try await one.account().list("devices").count == 1)
    #expect(try await one.ask(.vault).bytes("key") == [UInt8](repeating: 1, count: 60))
  }

  @Test("TOTP goes on after a new password")
  func totpStays() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let key = try await one.enrolTOTP()
    try await one.ask(
      .setPassword(
        .init(secret: Self.secret, newSecret: Browser.secret("another"), key: Browser.key, vault: nil)))
    let other = Browser(rig)
    let waiting = try await other.logIn("ana", "another")
    #expect(waiting.list("steps") == [.string("totp")])
    let code = other.code(key, later: 1)
    #expect(try await other.ask(.loginTOTP(pending: waiting.bytes("pending"), code: code))["signedIn"] == .bool(true))
    try await other.ask(.removeTOTP(secret: Browser.secret("another")))
    #expect(try await Browser(rig).logIn("ana", "another")["signedIn"] == .bool(true))
  }

  @Test("a login that overtakes a new password or a deletion comes to nothing")
  func overtaken() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let key = try await one.enrolTOTP()
    let thief = Browser(rig)
    let waiting = try await thief.logIn("ana").bytes("pending")
    try await one.ask(
      .setPassword(
        .init(secret: Self.secret, newSecret: Browser.secret("another"), key: Browser.key, vault: nil)))
    await #expect(throws: AccountError.expired) {
      try await thief.ask(.loginTOTP(pending: waiting, code: thief.code(key, later: 1)))
    }
    let record = try await rig.record("ana")
    var old = record.password
    old.salt[0] ^= 1
    let session = SessionRecord(
      digest: NativeHash.sha256("x"), account: record.id, device: [UInt8](repeating: 1, count: 8), label: "x",
      created: record.created, used: record.created)
    await #expect(throws: AccountError.wrong) { try await rig.archive.open(session, ifHash: old, replacing: nil) }
    try await rig.archive.delete(record.id)
    await #expect(throws: AccountError.wrong) { try await rig.archive.open(session, ifHash: nil, replacing: nil) }
  }

  @Test("deletion needs the password, takes effect at once, and leaves nothing in the files")
  func deletion() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    let vault = (0..<1000).map { _ in UInt8.random(in: 0...255) }
    try await one.register("ana delete me")
    try await one.ask(.writeVault(sealed: vault, version: 0))
    let other = Browser(rig)
    try await other.logIn("ana delete me")
    #expect(holds(rig, Array("ana delete me".utf8)) && holds(rig, Array(vault[100..<200])))
    await #expect(throws: AccountError.wrong) { try await one.ask(.delete(secret: Browser.secret("guess"))) }
    try await one.ask(.delete(secret: Self.secret))
    #expect(one.token == nil)
    await #expect(throws: AccountError.signedOut) { try await other.account() }
    await #expect(throws: AccountError.wrong) { try await other.logIn("ana delete me") }
    #expect(!holds(rig, Array("ana delete me".utf8)) && !holds(rig, Array(vault[100..<200])))
    try await Browser(rig).register("ana delete me")
  }

  private func holds(_ rig: AccountRig, _ bytes: [UInt8]) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: rig.folder)) ?? []
    return names.contains { FileManager.default.contents(atPath: rig.folder + "/" + $0)?.range(of: Data(bytes)) != nil }
  }

  @Test("devices are ended one by one or all; the longest unused goes when there are more than twenty")
  func devices() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let other = Browser(rig)
    try await other.logIn("ana")
    let id = try #require(try await one.account().list("devices").last).bytes("id")
    await #expect(throws: AccountError.notFound) { try await one.ask(.endDevice([UInt8](repeating: 0, count: 8))) }
    let eve = Browser(rig, source: 2)
    try await eve.register("eve")
    await #expect(throws: AccountError.notFound) { try await eve.ask(.endDevice(id)) }
    try await one.ask(.endDevice(id))
    await #expect(throws: AccountError.signedOut) { try await other.account() }
    rig.time.pass(86_400)
    var last = other
    for number in 0..<21 {
      last = Browser(rig, source: UInt8(10 + number))
      rig.time.pass(60)
      try await last.logIn("ana")
    }
    #expect(try await last.account().list("devices").count == 20)
    await #expect(throws: AccountError.signedOut) { try await one.account() }
    try await last.ask(.endDevices(keep: true))
    #expect(try await last.account().list("devices").count == 1)
    try await last.ask(.endDevices(keep: false))
    #expect(last.token == nil)
    #expect(try await eve.account().text("name") == "eve")
  }

  @Test("a command beside the node ends every session of one account, at once, and those of no other")
  func operatorEnds() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    let two = Browser(rig, source: 2)
    let other = Browser(rig, source: 3)
    try await one.register("ana")
    try await two.logIn("ana")
    try await other.register("bob")
    let beside = AccountArchive(store: try Store.openExisting(folder: rig.folder)) { _ in }
    #expect(try await beside.endSessions(named: try #require(AccountName("ana"))) == 2)
    await #expect(throws: AccountError.signedOut) { try await one.account() }
    await #expect(throws: AccountError.signedOut) { try await two.account() }
    #expect(try await other.account().text("name") == "bob")
    await #expect(throws: AccountError.notFound) {
      try await beside.endSessions(named: try #require(AccountName("eva")))
    }
    #expect(try await one.logIn("ana")["signedIn"] == .bool(true))
  }

  @Test("a session ends when it was not used for 30 days, and is forgotten then")
  func idle() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    rig.time.pass(30 * 86_400)
    #expect(try await one.account().list("devices").first?.text("used") == "2026-12-23")
    rig.time.pass(31 * 86_400)
    await #expect(throws: AccountError.signedOut) { try await one.account() }
    try await rig.desk.forget()
    let id = try await rig.record("ana").id
    #expect(try await rig.archive.details(id)?.sessions == [])
  }

  @Test("two devices that write the vault do not overwrite each other")
  func vault() async throws {
    let rig = try AccountRig()
    let one = Browser(rig)
    try await one.register("ana")
    let other = Browser(rig)
    try await other.logIn("ana")
    #expect(try await one.ask(.vault)["sealed"] == nil)
    let sealed = [UInt8](repeating: 1, count: 100)
    #expect(try await one.ask(.writeVault(sealed: sealed, version: 0)).number("version") == 1)
    await #expect(throws: AccountError.conflict) {
      try await other.ask(.writeVault(sealed: [UInt8](repeating: 2, count: 100), version: 0))
    }
    let read = try await other.ask(.vault)
    #expect(read.bytes("sealed") == sealed && read.number("version") == 1)
    let exported = try await other.ask(.export)
    #expect(exported.text("exported") == "2026-11-23" && exported["vault"] == read && exported.text("name") == "ana")
  }

  @Test("markup and SQL in every field are text and nothing else")
  func markup() async throws {
    let rig = try AccountRig()
    let evil = "'); DROP TABLE account; --<script>\"\\"
    let one = Browser(rig)
    let name = try #require(AccountName("ana"))
    try await one.ask(
      .register(
        .init(
          name: name, secret: Self.secret, key: Browser.key, vault: nil, recovery: [], invitation: nil, device: evil)))
    try await one.ask(.login(name: name, secret: Self.secret, device: evil + "2"))
    #expect(try await one.account().list("devices").map { $0.text("label") } == [evil + "2"])
    await #expect(throws: AccountError.expired) { try await one.ask(.loginTOTP(pending: Self.secret, code: evil)) }
    let begun = try await one.ask(.beginTOTP(secret: Self.secret))
    await #expect(throws: AccountError.wrong) {
      try await one.ask(.confirmTOTP(setup: begun.bytes("setup"), code: evil))
    }
    #expect(try await rig.archive.list().map(\.name) == ["ana"])
  }

  @Test("a disk that is full is said so, and nothing is half-written")
  func fullDisk() async throws {
    let rig = try AccountRig(maximumBytes: 70 * 4096)
    var made: [String] = []
    var failure: AccountError?
    while failure == nil, made.count < 200 {
      rig.time.pass(120)
      let name = try #require(AccountName("ana \(made.count)x"))
      let browser = Browser(rig)
      do throws(AccountError) {
        try await browser.ask(
          .register(
            .init(
              name: name, secret: Self.secret, key: Browser.key,
              vault: [UInt8](repeating: 1, count: 8000), recovery: [], invitation: nil, device: "x")))
        made.append(name.text)
      } catch {
        failure = error
        #expect(browser.token == nil)
      }
    }
    #expect(failure == .unavailable && !made.isEmpty)
    #expect(try await Set(rig.archive.list().map(\.name)) == Set(made))
    #expect(rig.failures.withLock { $0 } == [.full])
  }
}
