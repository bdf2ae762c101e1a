package import Bytes
import Crypto
import Glibc
package import NIOCore
import Synchronization

/// How often people may come to doors that do not open at once.
package struct KnockLimits: Equatable, Sendable {
  /// From one source, at once and in a minute: hellos that end in waiting or are refused.
  package var perSource: Int64 = 20
  /// At one room.
  package var perRoom: Int64 = 60
  /// Rooms and sources that are counted at one time.
  package var counted = 20_000
  /// People who wait in this node.
  package var waiting = 1024
  /// For how long a source is known as the same.
  package var memory = TimeDelta.seconds(3600)

  package init() {}
}

/// Buckets by key, forgotten as soon as they are full again.
struct BucketTable<Key: Hashable> {
  private var buckets: [Key: TokenBucket] = [:]
  private let capacity: Int64
  private let most: Int

  /// Each key has `capacity` at once, and gets as many in a minute.
  init(capacity: Int64, most: Int) {
    self.capacity = max(1, capacity)
    self.most = most
  }

  mutating func take(_ key: Key, now: Instant) -> Bool {
    if buckets[key] == nil {
      if buckets.count >= most { forgetTheFull(now: now) }
      guard buckets.count < most else { return false }
      let period = TimeDelta(nanoseconds: TimeDelta.seconds(60).nanoseconds / capacity)
      buckets[key] = TokenBucket(capacity: capacity, period: period, now: now)
    }
    return buckets[key]?.take(now: now) ?? false
  }

  mutating func giveBack(_ key: Key) { buckets[key]?.giveBack() }

  mutating func forgetTheFull(now: Instant) { buckets = buckets.filter { !$0.value.isFull(at: now) } }

  mutating func forgetAll() { buckets = [:] }
}

/// Where a connection comes from: nothing from which an address could be found once the salt is gone.
package struct SourceDigest: Hashable, Sendable {
  fileprivate let bytes: [UInt8]
}

/// Counts hellos by source without keeping addresses: it knows them by an HMAC whose key is made for an hour and then thrown away
/// with all that was counted.
package final class SourceMeter: Sendable {
  private struct State {
    var key: SymmetricKey
    var made: Instant
    var table: BucketTable<SourceDigest>

    mutating func expire(at now: Instant, _ memory: TimeDelta) {
      guard now - made >= memory else { return table.forgetTheFull(now: now) }
      key = SymmetricKey(size: .bits256)
      made = now
      table.forgetAll()
    }
  }

  private let state: Mutex<State>
  private let memory: TimeDelta
  private let clock: NodeClock

  package init(limits: KnockLimits, clock: NodeClock) {
    memory = limits.memory
    self.clock = clock
    state = Mutex(
      State(
        key: SymmetricKey(size: .bits256), made: clock.now,
        table: BucketTable(capacity: limits.perSource, most: limits.counted)))
  }

  /// Of an address in network order: all of IPv4, the first half of IPv6, which is what one household or machine has.
  package func digest(of address: [UInt8]) -> SourceDigest {
    state.withLock { SourceDigest(bytes: Array(HMAC<SHA256>.authenticationCode(for: address, using: $0.key))) }
  }

  /// To be asked before anything else is done for a hello; it is given back to who is let in.
  func take(_ source: SourceDigest) -> Bool {
    let now = clock.now
    return state.withLock { $0.table.take(source, now: now) }
  }

  func giveBack(_ source: SourceDigest) { state.withLock { $0.table.giveBack(source) } }

  /// To be called about once a second: a salt goes even when nobody comes.
  func expire() {
    let now = clock.now
    state.withLock { $0.expire(at: now, memory) }
  }

  /// The part of an address by which a source is known; empty for none.
  package static func network(of address: SocketAddress?) -> [UInt8] {
    guard let text = address?.ipAddress else { return [] }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return [] }
    let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
    return isMapped ? Array(bytes[12...]) : Array(bytes.prefix(8))
  }
}
