import Bytes

/// Consent freshness of the pair in use (RFC 7675 §5.1): a request about every 5 s, each a transaction of its own and never
/// retransmitted; 30 s without an authentic response end it.
struct ICEConsent: Sendable {
  private(set) var nextCheck: Instant = .distantFuture
  /// The requests of the last 30 s, any of which may still be answered.
  private var recent = InlineArray<8, STUNTransactionID>(repeating: STUNTransactionID(high: 0, low: 0))
  private var count = 0

  static var lifetime: TimeDelta { .seconds(30) }

  /// 5 s, randomised by a fifth either way so that peers do not fall into step.
  mutating func schedule(after now: Instant, using random: inout some RandomNumberGenerator) {
    nextCheck = now + .milliseconds(4000 + Int64(truncatingIfNeeded: random.next() % 2001))
  }

  mutating func note(_ id: STUNTransactionID) {
    recent[count & 7] = id
    count &+= 1
  }

  /// True once for each request of the last eight.
  mutating func take(_ id: STUNTransactionID) -> Bool {
    for index in 0..<min(count, 8) where recent[index] == id {
      recent[index] = STUNTransactionID(high: 0, low: 0)
      return true
    }
    return false
  }

  mutating func stop() {
    self = ICEConsent()
  }
}
