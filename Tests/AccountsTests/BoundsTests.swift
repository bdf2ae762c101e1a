import Bytes
import Testing

@testable import Accounts

@Suite("Bounds of accounts")
struct BoundsTests {
  private func time(_ seconds: Int64) -> Instant { .zero + .seconds(1000 + seconds) }

  /// How often something is let through when it is tried once a second.
  private func passed(in seconds: Int64, _ take: (Instant) throws -> Void) -> Int {
    (0..<seconds).count { (try? take(time($0))) != nil }
  }

  @Test("guessing at one name from one source passes ten times, then once a minute")
  func oneName() {
    var rates = AccountRates()
    #expect(passed(in: 3600) { try rates.login(name: [1], source: [1], now: $0) } == 10 + 59)
  }

  @Test("guessing at one name from very many sources passes 40 times, then twice a minute")
  func manySources() {
    var rates = AccountRates()
    var number: UInt32 = 0
    let count = passed(in: 3600) { now in
      number += 1
      try rates.login(name: [1], source: [UInt8(number >> 8), UInt8(number & 255)], now: now)
    }
    #expect(count == 40 + 119)
  }

  @Test("who is turned away is told when to come again, and then is let in")
  func retry() throws {
    var rates = AccountRates()
    for _ in 0..<10 { try rates.login(name: [1], source: [1], now: time(0)) }
    #expect(throws: AccountError.tooMany(seconds: 60)) { try rates.login(name: [1], source: [1], now: time(0)) }
    #expect(throws: AccountError.tooMany(seconds: 1)) { try rates.login(name: [1], source: [1], now: time(59)) }
    try rates.login(name: [1], source: [1], now: time(60))
    try rates.login(name: [2], source: [1], now: time(60))
  }

  @Test("a flood of keys is bounded in memory and does not make a used-up one fresh")
  func flood() throws {
    var allowances = Allowances(capacity: 10, period: .seconds(60), most: 100)
    for _ in 0..<10 { try allowances.take([0xFF], now: time(0)) }
    for number in 0..<10_000 {
      try allowances.take([UInt8(number >> 8), UInt8(number & 255)], now: time(0))
      #expect(allowances.count <= 100)
    }
    #expect(throws: AccountError.self) { try allowances.take([0xFF], now: time(0)) }
  }

  @Test("ceremonies end after their time, work once when taken, and the oldest goes when there are too many")
  func ceremonies() {
    var ceremonies = Ceremonies<Int>(most: 3)
    ceremonies.begin([1], 1, until: time(10))
    #expect(ceremonies.look([1], now: time(9)) == 1)
    #expect(ceremonies.look([1], now: time(10)) == nil)
    for number in 2...5 { ceremonies.begin([UInt8(number)], number, until: time(20)) }
    #expect(ceremonies.count == 3 && ceremonies.look([2], now: time(11)) == nil)
    #expect(ceremonies.take([5], now: time(11)) == 5 && ceremonies.take([5], now: time(11)) == nil)
    ceremonies.remove { $0 == 4 }
    #expect(ceremonies.count == 1)
  }

  @Test("sessions end 30 days after the last use, 180 days after the login")
  func sessions() {
    func session(_ created: Int, _ used: Int) -> SessionRecord {
      SessionRecord(digest: [], account: [], device: [], label: "x", created: Day(created), used: Day(used))
    }
    #expect(session(0, 100).isValid(on: Day(130)) && !session(0, 100).isValid(on: Day(131)))
    #expect(session(0, 180).isValid(on: Day(180)) && !session(0, 181).isValid(on: Day(181)))
  }

  @Test("a hash is read as it was written; another version, size or cost is none")
  func hash() {
    let hash = PasswordHash(
      cost: Argon2Cost(memory: 65_536, passes: 4, lanes: 1), salt: [UInt8](repeating: 1, count: 16),
      tag: [UInt8](repeating: 2, count: 32))
    #expect(PasswordHash(encoded: hash.encoded) == hash)
    #expect(PasswordHash(encoded: hash.encoded + [0]) == nil)
    // Version, memory, passes, lanes: what a damaged or planted row could ask of this machine.
    for (index, byte) in [(3, 0x10), (4, 1), (5, 0x80), (8, 1), (11, 0), (11, 65), (15, 0), (15, 5)] as [(Int, UInt8)] {
      var bytes = hash.encoded
      bytes[index] = byte
      #expect(PasswordHash(encoded: bytes) == nil, "byte \(index)")
    }
  }

  @Test("a recovery code has 24 characters in six groups, of 120 bits")
  func recoveryCode() {
    #expect(8 * RecoveryCode.randomBytes == 120)
    #expect(RecoveryCode(random: [UInt8](repeating: 0, count: 15)).text == "0000-0000-0000-0000-0000-0000")
    #expect(RecoveryCode(random: [UInt8](repeating: 255, count: 15)).text == "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    #expect(RecoveryCode(random: Array(1...15)).text == "0410-6105-0R3G-G28A-1C60-T3GF")
  }

  @Test("base 32 is RFC 4648's (§10, without padding)")
  func base32() {
    for (text, expected) in [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
      ("foobar", "MZXW6YTBOI"),
    ] { #expect(TOTP.base32(Array(text.utf8)) == expected) }
  }
}
