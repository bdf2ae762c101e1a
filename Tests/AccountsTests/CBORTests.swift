import Testing

@testable import Accounts

@Suite("CBOR of authenticators")
struct CBORTests {
  /// What is refused, and why (RFC 8949 §3, §4.2.1; CTAP 2.1 §8).
  static let bad: [([UInt8], CBORError)] = [
    ([], .truncated), ([0x18], .truncated), ([0x18, 23], .unsupported), ([0x19, 0, 255], .unsupported),
    ([0x1A, 0, 0, 255, 255], .unsupported), ([0x1B, 0, 0, 0, 0, 255, 255, 255, 255], .unsupported),
    ([0x1C], .unsupported), ([0x1F], .unsupported), ([0x5F, 0x41, 0, 0xFF], .unsupported),
    ([0x9F, 0xFF], .unsupported),
    ([0xBF, 0xFF], .unsupported), ([0xC0, 0], .unsupported), ([0xF9, 0, 0], .unsupported), ([0xFB], .unsupported),
    ([0xF8, 32], .unsupported), ([0xF3], .unsupported), ([0x42, 0], .truncated),
    ([0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated), ([0x9A, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
    ([0xBB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
    ([0x81, 0x81, 0x81, 0x81, 0x81, 0], .tooDeep),
  ]

  @Test("what CTAP does not allow is refused", arguments: bad)
  func refused(_ bytes: [UInt8], _ error: CBORError) {
    var reader = CBORReader(bytes[...])
    #expect(throws: error) { try reader.skip() }
  }

  static let good: [[UInt8]] = [
    [0x00], [0x17], [0x18, 24], [0x19, 1, 0], [0x20], [0x43, 1, 2, 3], [0x63, 0x61, 0x62, 0x63], [0x80], [0xA0],
    [0x82, 1, 0x81, 2], [0xA1, 0x61, 0x61, 0xF5], [0xF4], [0xF6], [0x81, 0x81, 0x81, 0x81, 0],
  ]

  @Test("what CTAP allows is passed to its end", arguments: good)
  func passed(_ bytes: [UInt8]) throws {
    var reader = CBORReader(bytes[...])
    try reader.skip()
    try reader.finish()
  }

  @Test("every cut of a value is refused, and bytes after it are")
  func cuts() throws {
    let value: [UInt8] = [0xA2, 0x63, 0x66, 0x6D, 0x74, 0x64, 0x6E, 0x6F, 0x6E, 0x65, 0x61, 0x78, 0x42, 1, 2]
    for length in 0..<value.count {
      var reader = CBORReader(value[..<length])
      #expect(throws: CBORError.truncated) { try reader.skip() }
    }
    var reader = CBORReader((value + [0])[...])
    try reader.skip()
    #expect(throws: CBORError.trailingBytes) { try reader.finish() }
  }

  static let keys: [([UInt8], Bool)] = {
    let x = [0x21, 0x58, 32] + [UInt8](repeating: 1, count: 32)
    let y = [0x22, 0x58, 32] + [UInt8](repeating: 2, count: 32)
    let p256: [UInt8] = [0xA5, 1, 2, 3, 0x26, 0x20, 1] + x + y
    let ed25519: [UInt8] = [0xA4, 1, 1, 3, 0x27, 0x20, 6] + x
    return [
      (p256, true), (ed25519, true),
      ([0xA4, 1, 2, 3, 0x26, 0x20, 1] + x, false),
      // Compressed y, another curve, another algorithm, an entry twice, an optional parameter, a short coordinate.
      ([0xA5, 1, 2, 3, 0x26, 0x20, 1] + x + [0x22, 0xF5], false), ([0xA5, 1, 2, 3, 0x26, 0x20, 2] + x + y, false),
      ([0xA5, 1, 2, 3, 0x27, 0x20, 1] + x + y, false), ([0xA5, 1, 2, 3, 0x26, 3, 0x26] + x + y, false),
      ([0xA6, 1, 2, 3, 0x26, 0x20, 1] + x + y + [4, 0x80], false),
      ([0xA4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 31] + [UInt8](repeating: 1, count: 31), false),
      ([0xA0], false), ([0x80], false), ([], false), ([0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], false),
    ]
  }()

  @Test("COSE keys are ES256 or EdDSA with exactly their parameters", arguments: keys)
  func coseKeys(_ bytes: [UInt8], _ isGood: Bool) {
    var reader = CBORReader(bytes[...])
    #expect(((try? COSEKey(from: &reader)) != nil) == isGood)
  }

  @Test("a key survives being kept; other algorithms and sizes are none")
  func kept() {
    for key in [COSEKey.es256([UInt8](repeating: 3, count: 64)), .edDSA([UInt8](repeating: 4, count: 32))] {
      #expect(COSEKey(algorithm: key.algorithm, bytes: key.bytes) == key)
      #expect(COSEKey(algorithm: key.algorithm, bytes: key.bytes + [0]) == nil)
    }
    #expect(COSEKey(algorithm: -257, bytes: [UInt8](repeating: 0, count: 64)) == nil)
  }

  @Test("authenticator data: flags, lengths and what follows must fit", arguments: 0..<256)
  func flags(_ flags: Int) {
    let head = [UInt8](repeating: 7, count: 32) + [UInt8(flags), 0, 0, 1, 2]
    let parsed = try? AuthenticatorData(head)
    let isPossible = flags & 0b1100_0000 == 0 && flags & 0b1_1000 != 0b1_0000
    #expect((parsed != nil) == isPossible)
    if let parsed {
      #expect(parsed.isPresent == (flags & 1 != 0) && parsed.isVerified == (flags & 4 != 0) && parsed.signCount == 258)
    }
  }
}
