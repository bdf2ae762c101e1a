/// Lets a burst through, and then a steady rate.
package struct TokenBucket: Sendable {
  private let capacity: Int64
  /// Time in which one token comes back.
  private let period: TimeDelta
  /// Tokens in nanoseconds of refilling, so that no fraction is lost.
  private var level: TimeDelta
  private var updated: Instant

  /// `capacity` tokens at first and at most; one more every `period`. Capacity times period must stay under a century.
  package init(capacity: Int64, period: TimeDelta, now: Instant) {
    self.capacity = capacity
    self.period = period
    level = period * capacity
    updated = now
  }

  /// Takes a token; false, taking none, when there is none.
  package mutating func take(now: Instant) -> Bool {
    if now > updated {
      level = min(level + (now - updated), period * capacity)
      updated = now
    }
    guard level >= period else { return false }
    level = level - period
    return true
  }

  /// Whole tokens that there are.
  package func available(now: Instant) -> Int64 {
    min(level + max(now - updated, .zero), period * capacity).nanoseconds / period.nanoseconds
  }

  /// Time until there is a token.
  package func wait(now: Instant) -> TimeDelta { max(period - level - max(now - updated, .zero), .zero) }

  /// Undoes a `take`.
  package mutating func giveBack() { level = min(level + period, period * capacity) }

  /// Whether it would be as new then.
  package func isFull(at now: Instant) -> Bool { level + max(now - updated, .zero) >= period * capacity }
}
