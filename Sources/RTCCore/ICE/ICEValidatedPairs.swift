import Bytes

/// The addresses of one peer that consented, at most eight: a browser with more interfaces than that loses the ones it
/// checked longest ago. Fixed size, so that a flood of spoofed source ports costs nothing.
package struct ICEValidatedPairs: Sendable {
  private struct Pair: Sendable {
    var address: TransportAddress
    var priority: UInt32
    var isNominated: Bool
    var lastCheck: Instant
  }

  static var capacity: Int { 8 }
  /// RFC 7675 §5.1.
  static var consentLifetime: TimeDelta { .seconds(30) }

  /// Where to send: the pair media arrived on last, else the best nominated, else the best validated.
  package private(set) var selected: TransportAddress?
  private var isFollowingMedia = false
  private var count = 0
  private var pairs = InlineArray<8, Pair>(
    repeating: Pair(
      address: TransportAddress(ipv4: 0, port: 0), priority: 0, isNominated: false, lastCheck: .zero))

  var isEmpty: Bool { count == 0 }

  var nextExpiry: Instant {
    var oldest = Instant.distantFuture
    for index in 0..<count { oldest = min(oldest, pairs[index].lastCheck) }
    return oldest + Self.consentLifetime
  }

  /// Whether an authentic check has come from `address` within the last 30 s.
  @inline(__always)
  package func contains(_ address: TransportAddress) -> Bool { find(address) != nil }

  /// True if `address` was not here.
  mutating func validate(
    _ address: TransportAddress, priority: UInt32, isNominated: Bool, now: Instant
  ) -> Bool {
    let known = find(address)
    let index = known ?? place()
    let wasNominated = known != nil && pairs[index].isNominated
    pairs[index] = Pair(
      address: address, priority: priority, isNominated: isNominated || wasNominated, lastCheck: now)
    if !isFollowingMedia { selected = best() }
    return known == nil
  }

  @inline(__always)
  mutating func follow(_ address: TransportAddress) {
    guard !isFollowingMedia || selected != address, contains(address) else { return }
    isFollowingMedia = true
    selected = address
  }

  mutating func expire(now: Instant) {
    var index = 0
    while index < count {
      if now - pairs[index].lastCheck >= Self.consentLifetime { remove(at: index) } else { index += 1 }
    }
  }

  private func find(_ address: TransportAddress) -> Int? {
    for index in 0..<count where pairs[index].address == address { return index }
    return nil
  }

  /// Where a new pair goes: the end, or in place of the one checked longest ago that is not in use.
  private mutating func place() -> Int {
    if count == Self.capacity { remove(at: oldestUnused()) }
    count += 1
    return count - 1
  }

  private func oldestUnused() -> Int {
    var oldest = pairs[0].address == selected ? 1 : 0
    for index in 0..<count where pairs[index].address != selected && pairs[index].lastCheck < pairs[oldest].lastCheck {
      oldest = index
    }
    return oldest
  }

  private mutating func remove(at index: Int) {
    let wasSelected = pairs[index].address == selected
    count -= 1
    pairs[index] = pairs[count]
    guard wasSelected else { return }
    isFollowingMedia = false
    selected = best()
  }

  /// RFC 8445 §8.1.1: nominated first, then by the priority the peer gave the path.
  private func best() -> TransportAddress? {
    var best: Pair?
    for index in 0..<count where best.map({ Self.isBetter(pairs[index], than: $0) }) ?? true { best = pairs[index] }
    return best?.address
  }

  private static func isBetter(_ a: Pair, than b: Pair) -> Bool {
    a.isNominated != b.isNominated ? a.isNominated : a.priority > b.priority
  }
}
