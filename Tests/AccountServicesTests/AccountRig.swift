import Accounts
import Bytes
import Foundation
import Signaling
import Store
import Synchronization
import Testing

@testable import AccountServices

extension AccountArchive: AccountKeeping {}

/// A desk over a database of its own, under a clock that a test turns, and browsers that speak to it.
final class AccountRig: Sendable {
  static let party = RelyingParty(id: "meet.example", origin: "https://meet.example")

  let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)").path
  let store: Store
  let archive: AccountArchive
  let hasher: PasswordHasher
  let desk: AccountDesk
  let time = Time()

  /// 2026-11-23, in the middle of a TOTP step.
  static let start: Int64 = 1_795_392_015

  /// Why the store could not be read or written.
  let failures: Mutexed<[StoreError]>

  init(
    _ settings: AccountSettings = AccountSettings(registration: .open), maximumBytes: Int = StoreLimits.database
  ) throws {
    store = try Store.open(folder: folder, as: .node, maximumBytes: maximumBytes)
    let failures = Mutexed<[StoreError]>([])
    self.failures = failures
    archive = AccountArchive(store: store) { error in failures.withLock { $0.append(error) } }
    hasher = PasswordHasher(cost: HasherTests.cheap, queue: 64)
    desk = AccountDesk(keeper: archive, hasher: hasher, settings: settings, clock: time.clock)
  }

  /// Turned by hand.
  final class Time: Sendable {
    private let seconds = Mutex(AccountRig.start)

    var unixSeconds: Int64 { seconds.withLock { $0 } }

    func pass(_ time: Int64) { seconds.withLock { $0 += time } }

    var clock: AccountClock {
      AccountClock(
        now: { Instant.zero + .seconds(self.unixSeconds) }, unixSeconds: { self.unixSeconds })
    }
  }

  /// A desk over the same database, as after a restart.
  func restarted(_ settings: AccountSettings = AccountSettings(registration: .open)) -> AccountDesk {
    AccountDesk(keeper: archive, hasher: hasher, settings: settings, clock: time.clock)
  }

  /// What is kept under a name.
  func record(_ name: String) async throws -> AccountRecord {
    let name = try #require(AccountName(name))
    let record = try await archive.account(named: name)
    return try #require(record)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }
}

/// A value for several threads.
final class Mutexed<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
}

/// One browser: keeps the cookie it is given.
final class Browser {
  let rig: AccountRig
  var token: [UInt8]?
  var source: [UInt8]
  var desk: AccountDesk

  init(_ rig: AccountRig, source: UInt8 = 1) {
    self.rig = rig
    self.source = [source]
    desk = rig.desk
  }

  /// A secret for a password; any 32 bytes are one.
  static func secret(_ password: String) -> [UInt8] { NativeHash.sha256(password) }

  static let key = [UInt8](repeating: 0xAA, count: 60)

  @discardableResult
  func ask(_ request: AccountRequest) async throws(AccountError) -> JSONValue {
    let visit = AccountVisit(token: token, source: source, party: AccountRig.party, host: "meet.example")
    let answer = try await desk.perform(request, visit)
    switch answer.cookie {
    case .keep: break
    case .set(let fresh): token = fresh
    case .clear: token = nil
    }
    return answer.body
  }

  @discardableResult
  func register(
    _ name: String, _ password: String = "correct horse", recovery: [RecoveryRecord] = [], invitation: [UInt8]? = nil
  ) async throws -> JSONValue {
    try await ask(
      .register(
        .init(
          name: try #require(AccountName(name)), secret: Self.secret(password), key: Self.key, vault: nil,
          recovery: recovery, invitation: invitation, device: "Firefox, Linux")))
  }

  @discardableResult
  func logIn(_ name: String, _ password: String = "correct horse") async throws -> JSONValue {
    try await ask(
      .login(name: try #require(AccountName(name)), secret: Self.secret(password), device: "Chromium, Android"))
  }

  /// Switches TOTP on, and gives its key.
  func enrolTOTP(_ password: String = "correct horse") async throws -> [UInt8] {
    let begun = try await ask(.beginTOTP(secret: Self.secret(password)))
    let key = Base32.decode(begun.text("key"))
    try await ask(.confirmTOTP(setup: begun.bytes("setup"), code: code(key)))
    return key
  }

  /// The code of now, or of so many steps later.
  func code(_ key: [UInt8], later steps: Int64 = 0) -> String {
    TOTP.code(
      key: key, step: TOTP.step(unixSeconds: rig.time.unixSeconds) + steps, by: NativeAccountCrypto.self)
  }

  func account() async throws -> JSONValue { try await ask(.account) }
}

/// What authenticator apps do with the key that they are given.
enum Base32 {
  static func decode(_ text: String) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var bits = 0
    var pending = 0
    var bytes: [UInt8] = []
    for character in text {
      pending = (pending << 5 | (alphabet.firstIndex(of: character) ?? 0)) & 0xFFFF
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
      }
    }
    return bytes
  }
}

extension JSONValue {
  func text(_ name: String) -> String {
    guard case .string(let text)? = self[name] else { return "" }
    return text
  }

  func bytes(_ name: String) -> [UInt8] { Base64URL.decode(text(name)) ?? [] }

  func list(_ name: String) -> [JSONValue] {
    guard case .array(let elements)? = self[name] else { return [] }
    return elements
  }

  func number(_ name: String) -> Int? {
    guard case .integer(let number)? = self[name] else { return nil }
    return Int(number)
  }
}
