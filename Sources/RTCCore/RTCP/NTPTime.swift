package import Bytes

/// A time as sender reports carry it: seconds and fraction of a second, 32 bits each (RFC 3550 §4).
package struct NTPTime: Hashable, Sendable {
  package var rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Counts from the instant's own start. Receivers use differences only, so it need not be the wall clock.
  package init(_ instant: Instant) {
    let nanoseconds = UInt64(max(0, instant.nanoseconds))
    let seconds = nanoseconds / 1_000_000_000
    let fraction = ((nanoseconds % 1_000_000_000) << 32) / 1_000_000_000
    rawValue = seconds << 32 | fraction
  }

  /// The middle 32 bits, in 1/65,536 s: what report blocks echo (LSR).
  package var compact: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }
}

extension TimeDelta {
  /// A span in 1/65,536 s, as DLSR has it.
  package init(compactNTP value: UInt32) {
    self.init(nanoseconds: Int64(value) * 1_000_000_000 >> 16)
  }

  /// In 1/65,536 s, 0 when negative, at most `UInt32.max` (18 hours).
  package var compactNTP: UInt32 {
    guard nanoseconds > 0 else { return 0 }
    let seconds = nanoseconds / 1_000_000_000
    guard seconds < 65_536 else { return .max }
    return UInt32(seconds << 16 + (nanoseconds % 1_000_000_000) << 16 / 1_000_000_000)
  }
}
