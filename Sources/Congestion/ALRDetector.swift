internal import Bytes

/// Notices when the application sends much less than it may (libwebrtc's `AlrDetector` over an `IntervalBudget`): then
/// nothing can be learned from its traffic, and only probes find out more.
struct ALRDetector {
  /// Share of the estimate that counts as using it.
  static var usage: Double { 0.65 }
  /// Share of the budget left at which the region begins and ends.
  static var startLevel: Double { 0.8 }
  static var stopLevel: Double { 0.5 }
  /// The budget holds this much of the rate, either way.
  static var budgetWindow: TimeDelta { .milliseconds(500) }

  private(set) var started: Instant?
  private var rate = DataRate.zero
  private var limit = 0.0
  private var budget = 0.0
  private var lastSend: Instant?

  mutating func setEstimate(_ estimate: DataRate) {
    rate = estimate * Self.usage
    limit = Double(rate.bytes(in: Self.budgetWindow))
    budget = min(max(budget, -limit), limit)
  }

  @inline(__always)
  mutating func onBytesSent(_ bytes: Int, now: Instant) {
    guard let last = lastSend else {
      lastSend = now
      return
    }
    lastSend = now
    // Unused budget is kept, as libwebrtc sets it up here.
    budget = max(budget - Double(bytes), -limit)
    budget = min(budget + Double(rate.bitsPerSecond) * (now - last).seconds / 8, limit)
    let level = limit > 0 ? budget / limit : 0
    if level > Self.startLevel, started == nil {
      started = now
    } else if level < Self.stopLevel {
      started = nil
    }
  }
}
