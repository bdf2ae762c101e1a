internal import Bytes
internal import RTCCore

/// What a receiver tells about one source (RFC 3550 §6.4.1, appendices A.3 and A.8).
struct ReceptionReport {
  /// The middle of the NTP time of the last sender report, and when it came.
  var lastSenderReport: (compact: UInt32, arrival: Instant)?

  private var unwrapper = SequenceUnwrapper()
  private var first: Int64?
  private var highest: Int64 = 0
  private(set) var received: Int64 = 0
  private var expectedBefore: Int64 = 0
  private var receivedBefore: Int64 = 0
  private var transit: Int64?
  /// In units of the RTP clock, times 16.
  private var scaledJitter: Int64 = 0

  /// Packets that there have been, by their numbers.
  var expected: Int64 { first.map { highest - $0 + 1 } ?? 0 }

  mutating func count(_ header: RTPHeader, clockRate: Int64, now: Instant) {
    let number = unwrapper.unwrap(header.sequenceNumber)
    if first == nil { (first, highest) = (number, number) }
    highest = max(highest, number)
    received += 1
    let arrival = now.microseconds * clockRate / 1_000_000
    let transit = Int64(UInt32(truncatingIfNeeded: arrival) &- header.timestamp)
    if let last = self.transit {
      let difference = abs(Int64(Int32(truncatingIfNeeded: transit &- last)))
      scaledJitter += difference - (scaledJitter + 8) / 16
    }
    self.transit = transit
  }

  mutating func block(ssrc: UInt32, now: Instant) -> ReportBlock? {
    guard first != nil else { return nil }
    let expectedNow = expected - expectedBefore
    let lostNow = expectedNow - (received - receivedBefore)
    (expectedBefore, receivedBefore) = (expected, received)
    let fraction = expectedNow > 0 && lostNow > 0 ? min(255, lostNow * 256 / expectedNow) : 0
    return ReportBlock(
      ssrc: ssrc, fractionLost: UInt8(fraction), cumulativeLost: Int32(clamping: expected - received),
      highestSequence: UInt32(truncatingIfNeeded: highest), jitter: UInt32(clamping: scaledJitter / 16),
      lastSenderReport: lastSenderReport?.compact ?? 0,
      delaySinceLastSenderReport: lastSenderReport.map { (now - $0.arrival).compactNTP } ?? 0)
  }
}
