internal import Bytes

/// Tells freezes from frames as webrtc-stats does (`freezeCount`, `totalFreezesDuration`): the time from one frame to the next
/// is one when it reaches both three times the average of the last thirty and that average plus 150 ms.
struct FreezeMeter {
  private static let window = 30

  private var gaps: [Int64] = []
  private var oldest = 0
  private var sum: Int64 = 0
  private var last: Instant?

  /// A frame has been shown. `isNew` when it is another person's than the one before: the change is nobody's freeze.
  mutating func count(_ now: Instant, isNew: Bool, _ statistics: inout TrackStatistics) {
    defer { last = now }
    guard let last, !isNew else { return forget() }
    let gap = now - last
    statistics.shownTime = statistics.shownTime + gap
    if isFreeze(gap) {
      statistics.freezes += 1
      statistics.freezeTime = statistics.freezeTime + gap
    }
    remember(gap.nanoseconds)
  }

  private func isFreeze(_ gap: TimeDelta) -> Bool {
    guard !gaps.isEmpty else { return false }
    let average = TimeDelta(nanoseconds: sum / Int64(gaps.count))
    return gap >= max(average * 3, average + .milliseconds(150))
  }

  private mutating func remember(_ gap: Int64) {
    sum += gap
    guard gaps.count == Self.window else { return gaps.append(gap) }
    sum -= gaps[oldest]
    gaps[oldest] = gap
    oldest = (oldest + 1) % Self.window
  }

  private mutating func forget() {
    gaps.removeAll(keepingCapacity: true)
    (oldest, sum) = (0, 0)
  }
}
