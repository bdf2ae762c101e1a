package import Bytes

/// Spreads bursts over time by a debt that drains at the pacing rate (libwebrtc's `PacingController`). It holds no
/// packets: it says whether the next one may go.
package struct Pacer {
  /// Pacing rate over target rate.
  static var factor: Double { 1.1 }
  /// The same before the first feedback.
  static var initialFactor: Double { 2.5 }
  /// What may go at once: the packets of a picture, and no more often than a timer is worth.
  static var burst: TimeDelta { .milliseconds(20) }
  /// Debt is forgiven beyond this, so that sound, which does not wait, cannot hold pictures up for long.
  static var maximumDebt: TimeDelta { .milliseconds(500) }
  /// Not woken more often than this.
  static var minimumSleep: TimeDelta { .milliseconds(5) }

  /// A queue that would take longer than this at the rate of a drain goes at the full rate instead.
  static var patience: TimeDelta { .milliseconds(250) }

  /// Bits times 1e9: what a rate and nanoseconds give, so that no packet needs a division.
  private var debt: Int64 = 0
  /// What may be sent, and what might be if no queue in the path had to drain.
  private var target: DataRate
  private var full: DataRate
  private var lastUpdate = Instant.distantFuture
  package private(set) var rate: DataRate
  /// The pacing rate while nothing drains.
  package var fullRate: DataRate { full }

  init(target: DataRate) {
    self.target = target * Self.initialFactor
    full = self.target
    rate = full
  }

  mutating func setTarget(_ target: DataRate, estimate: DataRate, hasFeedback: Bool) {
    let factor = hasFeedback ? Self.factor : Self.initialFactor
    self.target = target * factor
    full = estimate * factor
    rate = self.target
  }

  /// `bytes` wait outside.
  mutating func setQueue(_ bytes: Int) { rate = target.time(for: bytes) > Self.patience ? full : target }

  /// Whether a packet that can wait may go now.
  @inline(__always)
  package mutating func maySend(_ now: Instant) -> Bool {
    drain(now)
    return debt <= amount(Self.burst)
  }

  /// A packet goes, whether it had to wait or not.
  @inline(__always)
  mutating func sent(bytes: Int, now: Instant) {
    drain(now)
    debt = min(debt &+ Int64(bytes) &* 8_000_000_000, amount(Self.maximumDebt))
  }

  /// When to ask again after `maySend` said no.
  package func nextSendTime(_ now: Instant) -> Instant {
    let wait = (debt &- amount(Self.burst)) / max(rate.bitsPerSecond, 1)
    return now + max(Self.minimumSleep, TimeDelta(nanoseconds: min(wait, 1_000_000_000)))
  }

  @inline(__always)
  private mutating func drain(_ now: Instant) {
    let elapsed = now - lastUpdate
    lastUpdate = now
    // Longer than the debt can last.
    debt = max(0, debt &- amount(min(max(elapsed, .zero), .seconds(1))))
  }

  @inline(__always)
  private func amount(_ time: TimeDelta) -> Int64 { rate.bitsPerSecond &* time.nanoseconds }
}
