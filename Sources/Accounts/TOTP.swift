import Bytes

/// Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA-1, 30 s, 6 digits.
package enum TOTP {
  package static let period: Int64 = 30
  package static let digits = 6
  /// Bytes of a key (RFC 4226 §4, R6).
  package static let keyBytes = 20
  /// Steps before and after the present one whose codes are taken (RFC 6238 §5.2).
  private static let window: Int64 = 1

  /// The step that holds `unixSeconds`.
  package static func step(unixSeconds: Int64) -> Int64 { unixSeconds / period }

  /// The code of a step, in `digits` decimal digits, at most 8.
  package static func code<Crypto: AccountCrypto>(
    key: [UInt8], step: Int64, digits: Int = digits, by crypto: Crypto.Type
  ) -> String {
    let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
    return truncate(crypto.hmacSHA1(key: key, message: message), digits: digits)
  }

  /// The step that `code` is of, at `unixSeconds` or one before or after it, if that is later than `last`: a step's code works once.
  /// Takes the same time wherever the code goes wrong.
  package static func match<Crypto: AccountCrypto>(
    _ code: String, key: [UInt8], unixSeconds: Int64, after last: Int64, by crypto: Crypto.Type
  ) -> Int64? {
    let given = Array(code.utf8)
    let now = step(unixSeconds: unixSeconds)
    var matching: Int64?
    for step in (now - window)...(now + window) {
      let expected = Array(Self.code(key: key, step: step, by: crypto).utf8)
      if expected.isEqualInConstantTime(to: given), step > last, matching == nil { matching = step }
    }
    return matching
  }

  /// RFC 4226 §5.3, of a digest of 20 bytes or more.
  private static func truncate(_ digest: [UInt8], digits: Int) -> String {
    let offset = Int(digest[digest.count - 1] & 0xF)
    var number = UInt32(digest[offset] & 0x7F)
    for index in 1..<4 { number = number << 8 | UInt32(digest[offset + index]) }
    var text: [UInt8] = []
    for _ in 0..<digits {
      text.append(UInt8(ascii: "0") + UInt8(number % 10))
      number /= 10
    }
    return String(decoding: text.reversed(), as: UTF8.self)
  }

  /// Base 32 without padding (RFC 4648 §6), as apps take keys.
  package static func base32(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    return String(decoding: FiveBits.split(bytes).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// What authenticator apps read from a QR code. `host` and `name` are escaped.
  package static func uri(key: [UInt8], name: String, host: String) -> String {
    "otpauth://totp/" + escape("Tertulia (" + host + ")") + ":" + escape(name) + "?secret=" + base32(key) + "&issuer="
      + escape("Tertulia (" + host + ")") + "&algorithm=SHA1&digits=6&period=30"
  }

  /// RFC 3986 §2.1; unreserved characters stay.
  private static func escape(_ text: String) -> String {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    var escaped: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.append(byte)
      default: escaped += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}

/// Bytes in digits of five bits, the highest first; the last digit is filled with zeros.
enum FiveBits {
  static func split(_ bytes: [UInt8]) -> [UInt8] {
    var digits: [UInt8] = []
    var pending: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        digits.append(UInt8(truncatingIfNeeded: pending >> bits) & 31)
      }
      pending &= (1 << bits) - 1
    }
    if bits > 0 { digits.append(UInt8(truncatingIfNeeded: pending << (5 - bits)) & 31) }
    return digits
  }
}
