package import Bytes

/// What was begun and waits for its second half, by a token of 32 random bytes. Bounded: when it is full the oldest goes.
package struct Ceremonies<Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    let expires: Instant
  }

  private let most: Int
  private var entries: [[UInt8]: Entry] = [:]
  /// Tokens, oldest first; some may be gone already.
  private var order: [[UInt8]] = []

  package init(most: Int) { self.most = most }

  package var count: Int { entries.count }

  package mutating func begin(_ token: [UInt8], _ value: Value, until expires: Instant) {
    if order.count >= most {
      var kept: [[UInt8]] = []
      for token in order where entries[token] != nil { kept.append(token) }
      order = kept
      if order.count >= most { entries[order.removeFirst()] = nil }
    }
    entries[token] = Entry(value: value, expires: expires)
    order.append(token)
  }

  /// What waits under a token, which stays; nil when it is unknown or late.
  package mutating func look(_ token: [UInt8], now: Instant) -> Value? {
    guard let entry = entries[token] else { return nil }
    guard now < entry.expires else {
      entries[token] = nil
      return nil
    }
    return entry.value
  }

  /// What waits under a token, for the last time.
  package mutating func take(_ token: [UInt8], now: Instant) -> Value? {
    guard let value = look(token, now: now) else { return nil }
    entries[token] = nil
    return value
  }

  /// Replaces what waits under a token.
  package mutating func update(_ token: [UInt8], _ value: Value) { entries[token]?.value = value }

  package mutating func remove(where matches: (Value) -> Bool) {
    var gone: [[UInt8]] = []
    for (token, entry) in entries where matches(entry.value) { gone.append(token) }
    for token in gone { entries[token] = nil }
  }
}
