internal import Bytes

/// Bits a second of a stream, smoothed over about a second.
struct RateMeter {
  static var window: TimeDelta { .milliseconds(500) }
  /// Headers of IP, UDP, RTP and SRTP for each packet.
  static var overhead: Int { 28 + 12 + 16 + 16 }

  private var start: Instant
  private var bytes = 0
  private(set) var rate = DataRate.zero

  init(now: Instant) { start = now }

  /// A packet with `count` bytes of payload came.
  @inline(__always)
  mutating func add(_ count: Int, now: Instant) {
    bytes &+= count &+ Self.overhead
    let elapsed = now - start
    guard elapsed >= Self.window else { return }
    // A stream that was paused starts anew.
    let measured = DataRate(bytes: bytes, over: elapsed)
    rate =
      rate == .zero || elapsed > Self.window * 4
      ? measured : DataRate(bitsPerSecond: (rate.bitsPerSecond &+ measured.bitsPerSecond) / 2)
    start = now
    bytes = 0
  }
}
