internal import Bytes

/// Whether a receiver loses so much that its sound is sent twice, and how much of that its path has room for. Losses are those
/// of transport-wide feedback, which a copy does not hide (`FeedbackReport.end`), so what is decided does not undo its own
/// reason.
package struct LossRepair {
  /// Copies begin at this share, and end when it was less than the lower one for so long.
  static var beginsAt: Double { 0.02 }
  static var goesOnAt: Double { 0.01 }
  static var lasts: TimeDelta { .seconds(10) }
  /// Fewer losses in the window are chance.
  static var leastLost: Int { 3 }
  static var window: TimeDelta { .seconds(2) }
  /// Copies may take this share of the target rate, saved up for `savings`, and none of one below `leastRate`, which holds
  /// little more than somebody's sound.
  static var share: Double { 0.2 }
  static var savings: TimeDelta { .milliseconds(500) }
  static var leastRate: DataRate { .kilobits(250) }

  /// Sound is to be sent twice.
  package private(set) var isWanted = false
  /// Losses of this half of the window and of the one before it.
  private var halves = (old: (lost: 0, packets: 0), new: (lost: 0, packets: 0))
  private var halfBegan = Instant.zero
  private var lastLossy = Instant.zero
  private var bytes: Int64 = 0
  private var lastRefill = Instant.zero

  /// A feedback spoke of `packets` for the first time; `lost` is less than zero when more came late than were lost.
  mutating func note(lost: Int, packets: Int, now: Instant) {
    if now - halfBegan >= Self.window / 2 {
      halves = (now - halfBegan < Self.window ? halves.new : (0, 0), (0, 0))
      halfBegan = now
    }
    halves.new.lost += lost
    halves.new.packets += packets
    let sum = (lost: halves.old.lost + halves.new.lost, packets: halves.old.packets + halves.new.packets)
    let share = Double(sum.lost) / Double(max(1, sum.packets))
    if sum.lost >= Self.leastLost, share >= Self.goesOnAt {
      lastLossy = now
      if share >= Self.beginsAt { isWanted = true }
    }
    if now - lastLossy >= Self.lasts { isWanted = false }
  }

  /// Takes a copy of `size` bytes off what a path of rate `target` may be sent twice; false when that is used up.
  mutating func take(_ size: Int, of target: DataRate, now: Instant) -> Bool {
    guard target >= Self.leastRate else { return false }
    let rate = target * Self.share
    let saved = bytes &+ Int64(rate.bytes(in: min(now - lastRefill, Self.savings)))
    bytes = min(saved, Int64(rate.bytes(in: Self.savings)))
    lastRefill = now
    guard bytes >= Int64(size) else { return false }
    bytes &-= Int64(size)
    return true
  }
}
