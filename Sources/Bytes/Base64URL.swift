/// base64url without padding (RFC 4648 §5). One value has one spelling: a decoder that accepted others would let two
/// texts name one token.
package enum Base64URL {
  private static let alphabet = [UInt8](
    utf8: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

  package static func encode(_ bytes: [UInt8]) -> String { String(decoding: ascii(of: bytes), as: UTF8.self) }

  /// The same as ASCII, for the browser, where texts would bring more code than all the rest of this.
  package static func ascii(of bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group =
        UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
        | (left > 2 ? UInt32(bytes[index + 2]) : 0)
      for digit in 0..<min(left + 1, 4) { text.append(alphabet[Int(group >> UInt32(18 - 6 * digit)) & 0x3F]) }
      index += 3
    }
    return text
  }

  /// The bytes that `text` spells; nil for padding, other characters, an impossible length, or spare bits that are set.
  package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

  /// The same, of ASCII.
  package static func decode(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count * 3 / 4)
    var pending: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      pending = pending << 6 | value
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
      pending &= (1 << UInt32(bits)) - 1
    }
    return pending == 0 ? bytes : nil
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a") + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0") + 52)
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
