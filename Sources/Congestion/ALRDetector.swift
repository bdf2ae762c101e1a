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
  /// Bits a second.
  private var rate: Int64 = 0
  // Bits times 1e9: what a rate and nanoseconds give, so that no packet needs a division.
  private var limit: Int64 = 0
  private var budget: Int64 = 0
  private var startAbove: Int64 = 0
  private var stopBelow: Int64 = 0
  private var lastSend = Instant.distantFuture

  mutating func setEstimate(_ estimate: DataRate) {
    rate = (estimate * Self.usage).bitsPerSecond
    limit = rate &* Self.budgetWindow.nanoseconds
    startAbove = Int64(Double(limit) * Self.startLevel)
    stopBelow = Int64(Double(limit) * Self.stopLevel)
    budget = min(max(budget, -limit), limit)
  }

  @inline(__always)
  mutating func onBytesSent(_ bytes: Int, now: Instant) {
    let elapsed = min(max(now.nanoseconds &- lastSend.nanoseconds, 0), Self.budgetWindow.nanoseconds &* 2)
    lastSend = now
    // Unused budget is kept, as libwebrtc sets it up here.
    budget = max(budget &- Int64(bytes) &* 8_000_000_000, -limit)
    budget = min(budget &+ rate &* elapsed, limit)
    if budget < stopBelow {
      started = nil
    } else if budget > startAbove, started == nil {
      started = now
    }
  }
}
