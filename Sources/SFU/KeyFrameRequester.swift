internal import Bytes

/// Limits how often a sender is asked for a key frame. When many receivers want one at once, or one keeps asking, one
/// request goes out at a time, and none is forgotten.
struct KeyFrameRequester {
  /// A key frame costs as much as a second of the rest.
  static var minimumInterval: TimeDelta { .milliseconds(300) }

  private(set) var isWanted = false
  private var lastSent: Instant?

  /// Somebody needs a key frame.
  mutating func want() { isWanted = true }

  mutating func received() { isWanted = false }

  /// True when a request is to be sent now; the request counts as sent.
  mutating func takeRequest(now: Instant, roundTrip: TimeDelta) -> Bool {
    guard isWanted, due(roundTrip: roundTrip) <= now else { return false }
    lastSent = now
    return true
  }

  /// When the next request may be sent, if one is wanted.
  func due(roundTrip: TimeDelta) -> Instant {
    guard isWanted else { return .distantFuture }
    guard let lastSent else { return .zero }
    return lastSent + max(Self.minimumInterval, roundTrip + roundTrip / 2)
  }
}
