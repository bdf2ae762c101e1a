internal import Bytes

/// What a report block says about one incoming stream (RFC 3550 §6.4.1, A.3, A.8).
struct ReceptionStatistics {
  /// Ticks of the RTP clock per second.
  let clockRate: Int64
  private(set) var received: Int64 = 0
  private var first: Int64?
  private(set) var highest: Int64 = 0
  private var expectedBefore: Int64 = 0
  private var receivedBefore: Int64 = 0
  /// Scaled by 16, in timestamp units.
  private var jitterTimes16: Int64 = 0
  private var lastTransit: Int64?

  init(clockRate: Int64) { self.clockRate = clockRate }

  /// A packet of the primary stream; repaired ones do not count, as in libwebrtc.
  @inline(__always)
  mutating func record(sequence: Int64, timestamp: UInt32, now: Instant) {
    received &+= 1
    if let first {
      self.first = min(first, sequence)
      highest = max(highest, sequence)
    } else {
      first = sequence
      highest = sequence
    }
    let arrival = now.nanoseconds / 1_000 &* clockRate / 1_000_000
    let transit = Int64(truncatingIfNeeded: Int32(truncatingIfNeeded: arrival &- Int64(timestamp)))
    if let lastTransit {
      let difference = Int64(Int32(truncatingIfNeeded: transit &- lastTransit).magnitude)
      // A jump of more than five seconds is a new timeline, not jitter.
      if difference < 5 &* clockRate { jitterTimes16 &+= difference &- (jitterTimes16 &+ 8) >> 4 }
    }
    lastTransit = transit
  }

  /// Interarrival jitter in timestamp units.
  var jitter: UInt32 { UInt32(truncatingIfNeeded: jitterTimes16 >> 4) }

  /// Highest sequence number with its cycles, as the report block carries it.
  var extendedHighest: UInt32 { UInt32(truncatingIfNeeded: highest) }

  /// Packets that never came, since the beginning; negative with duplicates.
  var cumulativeLost: Int64 { first.map { highest - $0 + 1 - received } ?? 0 }

  /// Share lost since the last call, in 1/256.
  mutating func takeFractionLost() -> UInt8 {
    let expected = first.map { highest - $0 + 1 } ?? 0
    let expectedNow = expected - expectedBefore
    let lostNow = expectedNow - (received - receivedBefore)
    expectedBefore = expected
    receivedBefore = received
    guard expectedNow > 0, lostNow > 0 else { return 0 }
    return UInt8(clamping: lostNow * 256 / expectedNow)
  }
}
