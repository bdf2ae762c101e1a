/// A rate in bits a second (libwebrtc's `DataRate`).
package struct DataRate: Hashable, Comparable, Sendable {
  package var bitsPerSecond: Int64

  package init(bitsPerSecond: Int64) { self.bitsPerSecond = bitsPerSecond }

  /// `bytes` in `time`; infinite when `time` is not positive.
  package init(bytes: Int, over time: TimeDelta) {
    guard time.nanoseconds > 0 else {
      self = .infinite
      return
    }
    bitsPerSecond = Self.clamp(Double(bytes) * 8e9 / Double(time.nanoseconds))
  }

  package static var zero: DataRate { DataRate(bitsPerSecond: 0) }
  package static var infinite: DataRate { DataRate(bitsPerSecond: .max) }
  package static func kilobits(_ value: Int64) -> DataRate { DataRate(bitsPerSecond: value * 1_000) }

  package var isFinite: Bool { bitsPerSecond < .max }
  package var kilobitsPerSecond: Double { Double(bitsPerSecond) / 1_000 }

  /// Whole bytes that fit into `time`, at least 0.
  package func bytes(in time: TimeDelta) -> Int {
    Int(Self.clamp(max(0, Double(bitsPerSecond) * time.seconds / 8)))
  }

  /// How long `bytes` take; `.max` nanoseconds at rate 0.
  package func time(for bytes: Int) -> TimeDelta {
    guard bitsPerSecond > 0 else { return TimeDelta(nanoseconds: .max) }
    return TimeDelta(nanoseconds: Self.clamp(Double(bytes) * 8e9 / Double(bitsPerSecond)))
  }

  package static func < (a: DataRate, b: DataRate) -> Bool { a.bitsPerSecond < b.bitsPerSecond }
  package static func + (a: DataRate, b: DataRate) -> DataRate {
    DataRate(bitsPerSecond: a.bitsPerSecond.addingSaturating(b.bitsPerSecond))
  }
  package static func - (a: DataRate, b: DataRate) -> DataRate {
    a.isFinite ? DataRate(bitsPerSecond: a.bitsPerSecond.addingSaturating(-b.bitsPerSecond)) : a
  }
  /// Infinite stays infinite.
  package static func * (a: DataRate, factor: Double) -> DataRate {
    a.isFinite ? DataRate(bitsPerSecond: clamp(Double(a.bitsPerSecond) * factor)) : a
  }

  private static func clamp(_ value: Double) -> Int64 {
    value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
  }
}
