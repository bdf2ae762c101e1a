/// Hides lengths: a message is filled up to a power of two, so that its ciphertext says only which of a few buckets it
/// fell into. `0x80`, then zeros (ISO/IEC 7816-4).
enum Padding {
  /// Smallest bucket in bytes.
  static let minimum = 256

  /// nil when the content and its marker do not fit `limit`, which is a bucket itself.
  static func pad(_ content: [UInt8], limit: Int) -> [UInt8]? {
    var bucket = minimum
    while bucket < content.count + 1 { bucket *= 2 }
    guard bucket <= limit else { return nil }
    return content + [0x80] + [UInt8](repeating: 0, count: bucket - content.count - 1)
  }

  /// nil when the marker is missing. Runs on authenticated bytes only.
  static func unpad(_ padded: [UInt8]) -> [UInt8]? {
    guard let marker = padded.lastIndex(where: { $0 != 0 }), padded[marker] == 0x80 else { return nil }
    return Array(padded[..<marker])
  }
}
