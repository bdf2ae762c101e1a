internal import Bytes

/// A layer that its sender stops by itself, while smaller ones go on, and starts again: senders whose network just about carries
/// it do so every few seconds, and each stop is a picture that stands still. Such a layer is not taken for a while.
struct LayerReturn {
  /// Held this long after a stop; twice as long when it stops again soon, up to the most.
  private static var firstHold: TimeDelta { .seconds(5) }
  private static var longestHold: TimeDelta { .seconds(40) }
  private static var soon: TimeDelta { .seconds(30) }

  private var wasSent = false
  private var hold = TimeDelta.zero
  private(set) var heldUntil = Instant.zero

  func isHeld(at now: Instant) -> Bool { now < heldUntil }

  /// Whether the layer may be taken. `isSent`: packets come. `isPaused`: it was the node that said that nobody takes it.
  mutating func mayTake(isSent: Bool, smallerGoOn: Bool, isPaused: Bool, now: Instant) -> Bool {
    if wasSent && !isSent && smallerGoOn && !isPaused {
      hold = hold > .zero && now - heldUntil < Self.soon ? min(hold * 2, Self.longestHold) : Self.firstHold
      heldUntil = now + hold
    }
    wasSent = isSent && !isPaused
    return isSent && (!smallerGoOn || !isHeld(at: now))
  }
}
