/// SHA-256 of a certificate's DER encoding: the one fingerprint that this system sends and accepts in SDP
/// (`a=fingerprint:sha-256 AB:CD:...`, RFC 8122 §5). A trivial value of 32 bytes.
package struct CertificateFingerprint: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Nil unless `digest` has exactly 32 bytes.
  package init?(digest: UnsafeRawBufferPointer) {
    guard digest.count == Self.length else { return nil }
    words = digest.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
  }

  /// Reads the value part of the SDP attribute: 32 pairs of hexadecimal digits in either case, separated by colons.
  package init?(sdp text: String) {
    var digest: [UInt8] = []
    var nibble: UInt8?
    for (position, byte) in text.utf8.enumerated() {
      guard position < Self.length * 3 - 1 else { return nil }
      if position % 3 == 2 {
        guard byte == UInt8(ascii: ":") else { return nil }
        continue
      }
      guard let value = Self.hexadecimalValue(byte) else { return nil }
      if let high = nibble {
        digest.append(high << 4 | value)
        nibble = nil
      } else {
        nibble = value
      }
    }
    guard nibble == nil, let parsed = digest.withUnsafeBytes(Self.init(digest:)) else { return nil }
    self = parsed
  }

  /// Size of the digest in bytes.
  package static let length = 32

  /// The value part of the SDP attribute, in upper case as RFC 8122 §5 asks.
  package var sdp: String {
    let digits = Array("0123456789ABCDEF".utf8)
    return withBytes { bytes in
      var text: [UInt8] = []
      for (position, byte) in bytes.enumerated() {
        if position > 0 { text.append(UInt8(ascii: ":")) }
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Borrows the 32 bytes of the digest.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: words, body)
  }

  package static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
