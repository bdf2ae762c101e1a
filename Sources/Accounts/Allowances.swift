package import Bytes
import Signaling

/// Token buckets by key (digests of names and sources). Bounded: when there are too many, those that have used least go, so that a
/// flood of fresh keys pushes out itself and not the memory of who has used theirs up.
package struct Allowances: Sendable {
  private let capacity: Int64
  private let period: TimeDelta
  private let most: Int
  private var buckets: [[UInt8]: TokenBucket] = [:]

  /// Each key has `capacity` tokens at once, and one more every `period`.
  package init(capacity: Int64, period: TimeDelta, most: Int) {
    self.capacity = capacity
    self.period = period
    self.most = most
  }

  package var count: Int { buckets.count }

  /// Takes a token of `key`, or says after how many seconds there will be one.
  package mutating func take(_ key: [UInt8], now: Instant) throws(AccountError) {
    if buckets[key] == nil, buckets.count >= most { makeRoom(now: now) }
    var bucket = buckets[key] ?? TokenBucket(capacity: capacity, period: period, now: now)
    let taken = bucket.take(now: now)
    buckets[key] = bucket
    guard taken else { throw .tooMany(seconds: max(1, (bucket.wait(now: now).milliseconds + 999) / 1000)) }
  }

  private mutating func makeRoom(now: Instant) {
    var total: Int64 = 0
    for (_, bucket) in buckets { total += bucket.available(now: now) }
    let average = total / Int64(buckets.count)
    var gone: [[UInt8]] = []
    for (key, bucket) in buckets where bucket.available(now: now) >= average { gone.append(key) }
    for key in gone { buckets[key] = nil }
  }
}

/// How often things may be tried (docs/accounts.md, Bounds).
package struct AccountRates: Sendable {
  private static let names = 20_000

  private var nameAndSource = Allowances(capacity: 10, period: .seconds(60), most: names)
  private var name = Allowances(capacity: 40, period: .seconds(30), most: names)
  private var source = Allowances(capacity: 60, period: .seconds(1), most: names)
  private var registrations = Allowances(capacity: 10, period: .seconds(120), most: names)
  private var codes = Allowances(capacity: 10, period: .seconds(300), most: names)

  package init() {}

  /// Anything that checks something: asked first.
  package mutating func check(source key: [UInt8], now: Instant) throws(AccountError) {
    try source.take(key, now: now)
  }

  /// A password for a name, which need not exist.
  package mutating func login(name key: [UInt8], source: [UInt8], now: Instant) throws(AccountError) {
    try nameAndSource.take(key + source, now: now)
    try name.take(key, now: now)
  }

  package mutating func register(source: [UInt8], now: Instant) throws(AccountError) {
    try registrations.take(source, now: now)
  }

  /// A TOTP code for an account whose password was right.
  package mutating func code(account: [UInt8], now: Instant) throws(AccountError) {
    try codes.take(account, now: now)
  }
}
