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

  /// Bytes.
  private var debt = 0.0
  /// What may be sent, and what might be if no queue in the path had to drain.
  private var target: DataRate
  private var full: DataRate
  private var lastUpdate: Instant?
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
    return debt <= bytes(in: Self.burst)
  }

  /// A packet goes, whether it had to wait or not.
  @inline(__always)
  mutating func sent(bytes: Int, now: Instant) {
    drain(now)
    debt = min(debt + Double(bytes), self.bytes(in: Self.maximumDebt))
  }

  /// When to ask again after `maySend` said no.
  package func nextSendTime(_ now: Instant) -> Instant {
    let wait = (debt - bytes(in: Self.burst)) * 8e9 / Double(max(rate.bitsPerSecond, 1))
    return now + max(Self.minimumSleep, TimeDelta(nanoseconds: Int64(max(0, min(wait, 1e9)))))
  }

  @inline(__always)
  private mutating func drain(_ now: Instant) {
    let elapsed = now - (lastUpdate ?? now)
    lastUpdate = now
    guard elapsed > .zero else { return }
    debt = max(0, debt - bytes(in: elapsed))
  }

  @inline(__always)
  private func bytes(in time: TimeDelta) -> Double {
    Double(rate.bitsPerSecond) * Double(time.nanoseconds) / 8e9
  }
}
