internal import Bytes

/// Limits how often one receiver's picture loss makes its sender be asked: one that complains all the time is listened
/// to ever less, one that complains too soon is remembered.
struct PictureLossLimit {
  static var shortest: TimeDelta { .milliseconds(300) }
  static var longest: TimeDelta { .seconds(10) }

  private var interval = Self.shortest
  private var lastPassed: Instant?
  private var isWaiting = false

  /// The receiver asks for a key frame: true when the request may be passed on.
  mutating func ask(now: Instant) -> Bool {
    if let lastPassed {
      let elapsed = now - lastPassed
      guard elapsed >= interval else {
        isWaiting = true
        return false
      }
      interval = elapsed >= Self.longest ? Self.shortest : min(interval * 2, Self.longest)
    }
    isWaiting = false
    lastPassed = now
    return true
  }

  /// True when a request that had to wait may be passed on now.
  mutating func takeWaiting(now: Instant) -> Bool { isWaiting && ask(now: now) }

  /// The receiver is sent a key frame.
  mutating func received() { isWaiting = false }
}
