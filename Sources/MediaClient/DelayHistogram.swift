package import Bytes

/// How often which delay was seen, in buckets that are a sixteenth of a power of two wide: percentiles come out at most 7 %
/// too large. Memory and time do not depend on what is counted.
package struct DelayHistogram: Sendable {
  /// Buckets 0...15 are microseconds; from 16 on there are 16 for each power of two, up to 2^27 us (134 s).
  private var buckets = [UInt32](repeating: 0, count: 384)
  package private(set) var count: UInt64 = 0
  package private(set) var largest = TimeDelta.zero

  package init() {}

  /// Negative delays count as none, those over two minutes as two minutes.
  @inline(__always)
  package mutating func count(_ delay: TimeDelta) {
    buckets[Self.bucket(of: delay)] &+= 1
    count &+= 1
    largest = max(largest, delay)
  }

  package mutating func add(_ other: DelayHistogram) {
    for index in buckets.indices { buckets[index] &+= other.buckets[index] }
    count &+= other.count
    largest = max(largest, other.largest)
  }

  /// The delay that a share of all, 0...1, does not exceed; nil when nothing was counted.
  package func percentile(_ share: Double) -> TimeDelta? {
    guard count > 0 else { return nil }
    let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += UInt64(bucket)
      if seen >= wanted { return min(largest, .microseconds(Self.end(of: index))) }
    }
    return largest
  }

  private static func bucket(of delay: TimeDelta) -> Int {
    let microseconds = UInt64(max(0, min(delay.microseconds, (1 << 27) - 1)))
    guard microseconds >= 16 else { return Int(microseconds) }
    let power = 63 - microseconds.leadingZeroBitCount
    return (power - 3) * 16 + Int(microseconds >> UInt64(power - 4) & 15)
  }

  /// The first microsecond behind a bucket.
  private static func end(of bucket: Int) -> Int64 {
    guard bucket >= 16 else { return Int64(bucket) + 1 }
    let power = bucket / 16 + 3
    return Int64(16 + bucket % 16 + 1) << Int64(power - 4)
  }
}
