import Accounts
import Testing

@testable import AccountServices

@Suite("TOTP (RFC 6238)")
struct TOTPTests {
  private static let key = Array("12345678901234567890".utf8)

  /// RFC 6238, appendix B, SHA-1.
  static let vectors: [(Int64, String)] = [
    (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
  ]

  @Test("Vector: the codes of the RFC", arguments: vectors)
  func vector(_ time: Int64, _ code: String) {
    let step = TOTP.step(unixSeconds: time)
    #expect(TOTP.code(key: Self.key, step: step, digits: 8, by: NativeAccountCrypto.self) == code)
    #expect(TOTP.code(key: Self.key, step: step, by: NativeAccountCrypto.self) == String(code.suffix(6)))
  }

  private func match(_ code: String, at time: Int64, after last: Int64 = 0) -> Int64? {
    TOTP.match(code, key: Self.key, unixSeconds: time, after: last, by: NativeAccountCrypto.self)
  }

  @Test("a code counts one step before and after its own, and not two")
  func window() {
    let step = TOTP.step(unixSeconds: 1_234_567_890)
    let code = TOTP.code(key: Self.key, step: step, by: NativeAccountCrypto.self)
    for (shift, counts) in [(-60, false), (-30, true), (0, true), (29, true), (30, true), (59, true), (60, false)] {
      #expect((match(code, at: step * 30 + Int64(shift)) == step) == counts, "\(shift) s")
    }
  }

  @Test("a code counts once, and none of an earlier step after it")
  func once() {
    let step = TOTP.step(unixSeconds: 1_234_567_890)
    let codes = (step - 1...step + 1).map { TOTP.code(key: Self.key, step: $0, by: NativeAccountCrypto.self) }
    #expect(match(codes[1], at: step * 30, after: step) == nil)
    #expect(match(codes[0], at: step * 30, after: step) == nil)
    #expect(match(codes[2], at: step * 30, after: step) == step + 1)
  }

  @Test(
    "what is no code of six digits is refused",
    arguments: ["", "1", "89005924", "00592", " 005924", "005924 ", "٠٠٥٩٢٤", "005924\u{0}", "-05924"])
  func refused(_ code: String) { #expect(match(code, at: 1_234_567_890) == nil) }

  @Test("the key is opened with the secret it was sealed with, for its account, and no other")
  func sealing() throws {
    let secret = [UInt8](repeating: 1, count: 32)
    let account = [UInt8](repeating: 2, count: 16)
    var sealed = try #require(TOTPSeal.seal(Self.key, secret: secret, account: account))
    #expect(sealed.count == 48)
    #expect(TOTPSeal.open(sealed, secret: secret, account: account) == Self.key)
    #expect(TOTPSeal.open(sealed, secret: account + account, account: account) == nil)
    #expect(TOTPSeal.open(sealed, secret: secret, account: secret) == nil)
    sealed[20] ^= 1
    #expect(TOTPSeal.open(sealed, secret: secret, account: account) == nil)
    #expect(TOTPSeal.open([], secret: secret, account: account) == nil)
  }

  @Test("what apps read escapes the name")
  func uri() {
    let uri = TOTP.uri(key: Self.key, name: "ana lópez&secret=x", host: "meet.example")
    #expect(
      uri == "otpauth://totp/Tertulia%20%28meet.example%29:ana%20l%C3%B3pez%26secret%3Dx"
        + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tertulia%20%28meet.example%29&algorithm=SHA1&digits=6&period=30"
    )
  }
}
