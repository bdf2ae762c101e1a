internal import Bytes

/// Limits how often a sender is asked for a key frame of one stream: a key frame costs as much as a second of the rest.
/// What many receivers want becomes one request, and none is forgotten.
struct KeyFrameRequester {
  /// A request that was not answered is repeated after this, or one and a half round trips.
  static var retry: TimeDelta { .milliseconds(300) }
  /// From one request to the next, at first; it doubles while requests go on, as when a class walks in.
  static var shortestSpacing: TimeDelta { .milliseconds(300) }
  static var longestSpacing: TimeDelta { .milliseconds(1_000) }
  /// After this long without a request the spacing is short again.
  static var calm: TimeDelta { .seconds(3) }

  private(set) var isWanted = false
  private var lastSent: Instant?
  private var isAnswered = false
  private var spacing = Self.shortestSpacing

  /// Somebody needs a key frame.
  mutating func want() { isWanted = true }

  /// A key frame began.
  mutating func received() {
    isWanted = false
    isAnswered = true
  }

  /// Nobody needs one any more.
  mutating func forget() { isWanted = false }

  /// True when a request is to be sent now; the request counts as sent.
  mutating func takeRequest(now: Instant, roundTrip: TimeDelta) -> Bool {
    guard isWanted, due(roundTrip: roundTrip) <= now else { return false }
    if isAnswered {
      let goesOn = lastSent.map { now - $0 < Self.calm } ?? false
      spacing = goesOn ? min(spacing * 2, Self.longestSpacing) : Self.shortestSpacing
    }
    lastSent = now
    isAnswered = false
    return true
  }

  /// When the next request may be sent, if one is wanted.
  func due(roundTrip: TimeDelta) -> Instant {
    guard isWanted else { return .distantFuture }
    guard let lastSent else { return .zero }
    return lastSent + (isAnswered ? spacing : max(Self.retry, roundTrip + roundTrip / 2))
  }
}
