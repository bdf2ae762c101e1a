import Accounts
import Testing

@testable import AccountServices

@Suite("Password hashing")
struct HasherTests {
  static let cheap = Argon2Cost(memory: 8 * 1024, passes: 1, lanes: 1)
  private static let secret = [UInt8](repeating: 5, count: 32)

  /// RFC 9106 §5.3 uses a secret and associated data, which are not used here. So the vectors are those of the reference
  /// implementation's own test (Argon2id 1.3, 256 MiB is left out): password, somesalt, t = 2, m = 2^16, p = 1.
  @Test("Vector: Argon2id as the reference implementation computes it")
  func vector() {
    let tag = PasswordHasher.tag(
      Array("password".utf8), Array("somesalt".utf8), Argon2Cost(memory: 1 << 16, passes: 2, lanes: 1))
    let hexadecimal = tag?.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hexadecimal == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7")
  }

  @Test("a secret is verified by its own hash, and salts differ")
  func verify() async throws {
    let hasher = PasswordHasher(cost: Self.cheap)
    let hash = try await hasher.hash(Self.secret)
    #expect(try await hasher.verify(Self.secret, hash))
    #expect(try await !hasher.verify([UInt8](repeating: 6, count: 32), hash))
    #expect(try await !hasher.verify(Self.secret, nil))
    let again = try await hasher.hash(Self.secret)
    #expect(again.salt != hash.salt && again.tag != hash.tag)
  }

  @Test("as many run as may, as many wait as may, and who comes then is turned away at once")
  func bounded() async {
    let hasher = PasswordHasher(cost: Argon2Cost(memory: 32 * 1024, passes: 2, lanes: 1), limit: 1, queue: 4)
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 { group.addTask { (try? await hasher.hash(Self.secret)) != nil } }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    let hashed = outcomes.count { $0 }
    #expect(hashed >= 4 && hashed < 40)
    // It goes on afterwards.
    await #expect(throws: Never.self) { try await hasher.hash(Self.secret) }
  }

  @Test("without a hash to compare as much is computed")
  func sameWork() async throws {
    let hasher = PasswordHasher(cost: Self.cheap)
    let hash = try await hasher.hash(Self.secret)
    let before = hasher.runs
    _ = try await hasher.verify([UInt8](repeating: 6, count: 32), hash)
    #expect(hasher.runs == before + 1)
    _ = try await hasher.verify(Self.secret, nil)
    #expect(hasher.runs == before + 2)
  }

  @Test("the cost is found by measuring, within what may be asked of a machine, and an earlier one in the band stays")
  func calibration() async {
    let hasher = PasswordHasher(cost: Self.cheap)
    let cost = await hasher.calibrate(earlier: nil)
    #expect(hasher.cost == cost)
    #expect(Argon2Cost.memoryRange.contains(cost.memory) && Argon2Cost.passRange.contains(cost.passes))
    #expect(cost.memory >= Argon2Cost.least.memory)
    #expect(await hasher.calibrate(earlier: Self.cheap) != Self.cheap, "too cheap for any machine")
  }
}
