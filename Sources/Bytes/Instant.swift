/// A point on a monotonic clock, in nanoseconds since an arbitrary start. Pure code never reads a clock: it is handed one.
package struct Instant: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var zero: Instant { Instant(nanoseconds: 0) }
  package static var distantFuture: Instant { Instant(nanoseconds: .max) }

  /// Whole milliseconds, rounded down.
  package var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole microseconds, rounded down.
  package var microseconds: Int64 { nanoseconds / 1_000 }

  package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  package static func + (a: Instant, b: TimeDelta) -> Instant {
    Instant(nanoseconds: a.nanoseconds.addingSaturating(b.nanoseconds))
  }
  package static func - (a: Instant, b: TimeDelta) -> Instant {
    Instant(nanoseconds: a.nanoseconds.addingSaturating(-b.nanoseconds))
  }
  package static func - (a: Instant, b: Instant) -> TimeDelta {
    TimeDelta(nanoseconds: a.nanoseconds &- b.nanoseconds)
  }
}

/// A span of time, in nanoseconds (libwebrtc's `TimeDelta`).
package struct TimeDelta: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var zero: TimeDelta { TimeDelta(nanoseconds: 0) }
  package static func seconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000_000_000) }
  package static func milliseconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000_000) }
  package static func microseconds(_ value: Int64) -> TimeDelta { TimeDelta(nanoseconds: value * 1_000) }

  /// Whole milliseconds, rounded towards zero.
  package var milliseconds: Int64 { nanoseconds / 1_000_000 }
  /// Whole microseconds, rounded towards zero.
  package var microseconds: Int64 { nanoseconds / 1_000 }
  package var seconds: Double { Double(nanoseconds) / 1e9 }

  package static func < (a: TimeDelta, b: TimeDelta) -> Bool { a.nanoseconds < b.nanoseconds }
  package static func + (a: TimeDelta, b: TimeDelta) -> TimeDelta {
    TimeDelta(nanoseconds: a.nanoseconds &+ b.nanoseconds)
  }
  package static func - (a: TimeDelta, b: TimeDelta) -> TimeDelta {
    TimeDelta(nanoseconds: a.nanoseconds &- b.nanoseconds)
  }
  package static func * (a: TimeDelta, factor: Int64) -> TimeDelta { TimeDelta(nanoseconds: a.nanoseconds * factor) }
  package static func / (a: TimeDelta, divisor: Int64) -> TimeDelta { TimeDelta(nanoseconds: a.nanoseconds / divisor) }
}

extension Int64 {
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
