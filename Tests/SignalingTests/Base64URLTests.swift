import Bytes
import Testing

@Suite("base64url")
struct Base64URLTests {
  @Test(
    "encodes and decodes the vectors of RFC 4648 §10, without padding",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
      ("foobar", "Zm9vYmFy"),
    ])
  func vectors(_ plain: String, _ text: String) {
    #expect(Base64URL.encode(Array(plain.utf8)) == text)
    #expect(Base64URL.decode(text) == Array(plain.utf8))
  }

  @Test("the last two digits are - and _")
  func alphabet() { #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8") }

  @Test(
    "one value has one spelling",
    arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm9vY", "+/8", "Zm 8", "Zm8\n", "Zmé"])
  func refused(_ text: String) { #expect(Base64URL.decode(text) == nil) }

  @Test("any bytes come back", arguments: [11, 12] as [UInt64])
  func roundTrip(_ seed: UInt64) {
    var generator = SplitMix(seed: seed)
    for count in 0..<70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "seed \(seed)")
    }
  }
}
