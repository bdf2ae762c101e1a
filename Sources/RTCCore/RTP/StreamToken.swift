/// A MID or RID as RTP carries it (RFC 8843 §15.1, RFC 8852): 1...16 bytes held inline, so that a packet's stream can
/// be looked up without allocating. Longer values do not occur in a one-byte extension and are refused.
package struct StreamToken: Hashable, Sendable {
  package static let maximumLength = 16

  private var high: UInt64 = 0
  private var low: UInt64 = 0
  /// Bytes in use, 1...16.
  package let count: UInt8

  /// Copies `bytes`; nil unless there are 1...16 of them.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard (1...Self.maximumLength).contains(bytes.count) else { return nil }
    count = UInt8(truncatingIfNeeded: bytes.count)
    for (index, byte) in bytes.enumerated() { place(byte, at: index) }
  }

  /// The UTF-8 bytes of an SDP token; nil unless there are 1...16 of them.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard (1...Self.maximumLength).contains(bytes.count) else { return nil }
    count = UInt8(truncatingIfNeeded: bytes.count)
    for (index, byte) in bytes.enumerated() { place(byte, at: index) }
  }

  /// Byte `index`, which must be below `count`.
  @inline(__always)
  package subscript(index: Int) -> UInt8 {
    let word = index < 8 ? high : low
    return UInt8(truncatingIfNeeded: word >> UInt64(56 &- (index & 7) &* 8))
  }

  /// The SDP form; bytes that are not UTF-8 become U+FFFD.
  package var text: String {
    var bytes: [UInt8] = []
    for index in 0..<Int(count) { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @inline(__always)
  private mutating func place(_ byte: UInt8, at index: Int) {
    let shifted = UInt64(byte) << UInt64(56 &- (index & 7) &* 8)
    if index < 8 { high |= shifted } else { low |= shifted }
  }
}
