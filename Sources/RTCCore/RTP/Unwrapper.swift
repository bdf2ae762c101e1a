/// Extends a counter that wraps to 64 bits, taking each value as the nearest to the last one: reordering up to half the
/// range either way is fine, a start anywhere is fine. The first value is returned as it is; packets sent before it may
/// come out negative.
package struct Unwrapper<Value: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  package private(set) var last: Int64?

  package init() {}

  /// `value` extended, remembered as the point that the next one is near.
  @inline(__always)
  package mutating func unwrap(_ value: Value) -> Int64 {
    let extended = peek(value)
    last = extended
    return extended
  }

  /// `value` extended without remembering it.
  @inline(__always)
  package func peek(_ value: Value) -> Int64 {
    guard let last else { return Int64(value) }
    let forward = value &- Value(truncatingIfNeeded: last)
    let half = Value(1) << (Value.bitWidth - 1)
    // Exactly half the range away counts as forward.
    return forward <= half
      ? last &+ Int64(forward) : last &- Int64(Value.max &- forward) &- 1
  }
}

/// RTP sequence numbers, transport-wide sequence numbers.
package typealias SequenceUnwrapper = Unwrapper<UInt16>
/// RTP timestamps.
package typealias TimestampUnwrapper = Unwrapper<UInt32>

extension UInt16 {
  /// Serial number arithmetic (RFC 1982): ahead of `other` by 1...32,767.
  @inline(__always)
  package func isNewer(than other: UInt16) -> Bool {
    self != other && self &- other < 0x8000
  }
}
