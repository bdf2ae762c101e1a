import RTCCore
import RTCSecurity
import Testing

@Suite("STUN parser, bad input") struct STUNParserTests {
  static let message = ICETestCheck().bytes()

  private static func header(type: UInt16 = 1, length: Int) -> [UInt8] {
    [UInt8(type >> 8), UInt8(type & 255), UInt8(length >> 8), UInt8(length & 255), 0x21, 0x12, 0xA4, 0x42]
      + Array(repeating: 9, count: 12)
  }

  @Test("every truncation is refused", arguments: 0..<message.count)
  func truncated(count: Int) {
    #expect(Array(Self.message[..<count]).stunError == .truncated)
  }

  @Test("trailing bytes are refused", arguments: [1, 4, 500])
  func trailing(extra: Int) {
    #expect((Self.message + Array(repeating: 0, count: extra)).stunError == .badLength)
  }

  @Test("more than 1,500 bytes are refused before anything is read")
  func oversized() {
    let body = Array(repeating: UInt8(0), count: 65_000)
    #expect((Self.header(length: 65_000) + body).stunError == .badLength)
  }

  @Test("lengths that are not whole words are refused", arguments: [1, 2, 3, 5])
  func oddLength(length: Int) {
    #expect((Self.header(length: length) + Array(repeating: 0, count: length)).stunError == .badLength)
  }

  @Test("a wrong cookie, or set leading bits, are not STUN", arguments: [0, 4, 5, 6, 7])
  func notSTUN(position: Int) {
    var bytes = Self.message
    bytes[position] ^= 0x80
    #expect(bytes.stunError == .notSTUN)
  }

  @Test("methods other than Binding are refused", arguments: [UInt16(0x0003), 0x0102, 0x3FFF, 0x0000])
  func otherMethod(type: UInt16) {
    #expect(Self.header(type: type, length: 0).stunError == .unknownType)
  }

  @Test(
    "an attribute of a size its type cannot have is refused",
    arguments: [
      [0x00, 0x08, 0x00, 0x04, 1, 2, 3, 4],  // MESSAGE-INTEGRITY of 4
      [0x80, 0x28, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8],  // FINGERPRINT of 8
      [0x00, 0x24, 0x00, 0x00],  // empty PRIORITY
      [0x00, 0x25, 0x00, 0x04, 0, 0, 0, 0],  // USE-CANDIDATE with a value
      [0x80, 0x2A, 0x00, 0x04, 0, 0, 0, 0],  // short ICE-CONTROLLING
      [0x00, 0x20, 0x00, 0x08, 0, 3, 0, 1, 1, 2, 3, 4],  // XOR-MAPPED-ADDRESS of family 3
      [0x00, 0x20, 0x00, 0x08, 0, 2, 0, 1, 1, 2, 3, 4],  // IPv6 with four bytes
      [0x00, 0x09, 0x00, 0x04, 0, 0, 7, 0],  // error 700
      [0x00, 0x09, 0x00, 0x04, 0, 0, 4, 100],  // error 4 and 100
      [0x00, 0x06, 0x00, 0x09, 1, 2, 3, 4],  // runs past the end
      [0x00, 0x06],  // half a header
    ] as [[UInt8]])
  func badAttribute(attribute: [UInt8]) {
    let padded = attribute + Array(repeating: 0, count: -attribute.count & 3)
    let isCut = attribute.count < 4
    let body = isCut ? Array(attribute) + [0, 4] : padded
    #expect((Self.header(length: body.count) + body).stunError == .badAttribute)
  }

  @Test("a username over 508 bytes is refused")
  func longUsername() {
    let body = [0x00, 0x06, 0x02, 0x00] + Array(repeating: UInt8(0x41), count: 512)
    #expect((Self.header(length: body.count) + body).stunError == .badAttribute)
  }

  @Test("nothing may follow the fingerprint")
  func afterFingerprint() {
    let body: [UInt8] = [0x80, 0x28, 0x00, 0x04, 1, 2, 3, 4, 0x80, 0x22, 0x00, 0x00]
    #expect((Self.header(length: body.count) + body).stunError == .badAttribute)
  }

  @Test("what follows the integrity does not count, unprotected as it is")
  func afterIntegrity() throws {
    let integrity = [0x00, 0x08, 0x00, 0x14] + Array(repeating: UInt8(0), count: 20)
    let body = integrity + [0x00, 0x25, 0x00, 0x00]
    try (Self.header(length: body.count) + body).withSTUN { #expect(!$0.useCandidate) }
  }

  @Test("of a repeated attribute the first counts")
  func repeated() throws {
    let body: [UInt8] = [0x00, 0x24, 0x00, 0x04, 0, 0, 0, 1, 0x00, 0x24, 0x00, 0x04, 0, 0, 0, 2]
    try (Self.header(length: body.count) + body).withSTUN { #expect($0.priority == 1) }
  }

  @Test("unknown attributes are remembered if they must be understood, eight of them, and passed over if not")
  func unknownAttributes() throws {
    let required = (0..<20).flatMap { [0x70, UInt8($0), 0x00, 0x00] as [UInt8] }
    let optional: [UInt8] = [0xC0, 0x57, 0x00, 0x04, 0, 0, 0, 0]
    try (Self.header(length: 88) + required + optional).withSTUN { message in
      #expect(message.unknownAttributes.count == 8)
      #expect(message.unknownAttributes[7] == 0x7007)
    }
    try (Self.header(length: 8) + optional).withSTUN { #expect($0.unknownAttributes.isEmpty) }
  }

  @Test("random and mutated bytes never trap, and are never authentic", arguments: [UInt64(1), 2, 3])
  func random(seed: UInt64) {
    var random = ICETestRandom(seed: seed)
    let key = Array("another password altogether".utf8)
    for _ in 0..<3000 {
      var bytes = Self.message
      if random.next() % 2 == 0 {
        for _ in 0..<(1 + random.next() % 6) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
      } else {
        bytes = (0..<(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if bytes.count >= 20 { bytes.replaceSubrange(..<8, with: Self.header(length: bytes.count - 20)[..<8]) }
      }
      let isAuthentic = try? bytes.withSTUN { message in
        _ = message.hasValidFingerprint
        return key.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) }
      }
      #expect(isAuthentic != true, "seed \(seed)")
    }
  }
}
