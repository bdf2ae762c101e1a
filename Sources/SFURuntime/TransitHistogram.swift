package import Bytes

/// How long datagrams took through the node: from the moment when the kernel took a datagram in to the end of the flush
/// that sent what it caused. Counts datagrams sent; what waited for the pacer is left out. A trivial value.
package struct TransitHistogram: Equatable, Sendable {
  package static var bucketCount: Int { 16 }

  /// Datagrams by time, the last bucket without an upper bound.
  package private(set) var counts = InlineArray<16, UInt64>(repeating: 0)
  package private(set) var count: UInt64 = 0
  /// All times together.
  package private(set) var sum = TimeDelta.zero

  package init() {}

  /// The upper bound of bucket `index`, itself included; nil for the last.
  package static func bound(of index: Int) -> TimeDelta? {
    index < bucketCount - 1 ? .microseconds(bounds[index]) : nil
  }

  @inline(__always)
  private static var bounds: InlineArray<15, Int64> {
    [50, 100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 50_000]
  }

  /// `datagrams` left `time` after what caused them came. A clock that was set back counts as no time.
  package mutating func record(_ time: TimeDelta, datagrams: Int) {
    let time = max(time, .zero)
    var index = 0
    let bounds = Self.bounds
    while index < Self.bucketCount - 1, time.nanoseconds > bounds[index] &* 1_000 { index &+= 1 }
    counts[index] &+= UInt64(datagrams)
    count &+= UInt64(datagrams)
    sum = sum + TimeDelta(nanoseconds: time.nanoseconds &* Int64(datagrams))
  }

  /// The time that a share of the datagrams (0...1) kept within, between the bounds of a bucket in proportion. Zero without
  /// any; the last bound for what lies beyond it.
  package func quantile(_ share: Double) -> TimeDelta {
    guard count > 0 else { return .zero }
    let wanted = share * Double(count)
    var below = 0.0
    var lower = TimeDelta.zero
    for index in 0..<Self.bucketCount {
      guard let upper = Self.bound(of: index) else { break }
      let here = Double(counts[index])
      if here > 0, below + here >= wanted {
        let part = max(0, wanted - below) / here
        return lower + TimeDelta(nanoseconds: Int64(part * Double((upper - lower).nanoseconds)))
      }
      below += here
      lower = upper
    }
    return lower
  }

  /// Both together, as of two shards.
  package static func + (a: TransitHistogram, b: TransitHistogram) -> TransitHistogram { a.combined(b, &+) }

  /// What came after `start`, an earlier state of the same histogram.
  package static func - (end: TransitHistogram, start: TransitHistogram) -> TransitHistogram {
    end.combined(start, &-)
  }

  private func combined(_ other: TransitHistogram, _ operation: (UInt64, UInt64) -> UInt64) -> TransitHistogram {
    var result = TransitHistogram()
    for index in 0..<Self.bucketCount { result.counts[index] = operation(counts[index], other.counts[index]) }
    result.count = operation(count, other.count)
    let nanoseconds = operation(UInt64(bitPattern: sum.nanoseconds), UInt64(bitPattern: other.sum.nanoseconds))
    result.sum = TimeDelta(nanoseconds: Int64(bitPattern: nanoseconds))
    return result
  }

  package static func == (a: TransitHistogram, b: TransitHistogram) -> Bool {
    for index in 0..<bucketCount where a.counts[index] != b.counts[index] { return false }
    return a.count == b.count && a.sum == b.sum
  }
}
