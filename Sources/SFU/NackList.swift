internal import Bytes

/// The packets that an incoming stream misses and still hopes for: a short sorted list of fixed size, so that a flood of
/// gaps costs nothing. When it overflows, or when hope is lost, the stream needs a key frame instead.
struct NackList {
  static var capacity: Int { 128 }
  /// Reordering is common and a request needless when the packet is just late.
  static var patience: TimeDelta { .milliseconds(10) }
  static var maximumTries: UInt8 { 10 }
  /// Older than this, the receivers have moved on.
  static var lifetime: TimeDelta { .milliseconds(1_500) }

  private struct Missing {
    var sequence: Int64 = 0
    var since: Instant = .zero
    var due: Instant = .zero
    var tries: UInt8 = 0
  }

  /// Ascending by sequence; the first `count` are in use.
  private var missing = InlineArray<128, Missing>(repeating: Missing())
  private(set) var count = 0
  private var lastKeyFrame = Int64.min
  /// When `collect` has something to ask for.
  private(set) var nextDue = Instant.distantFuture

  /// Notes that everything in `range` did not come. False when that is more than can be asked for: the list is then
  /// empty.
  mutating func miss(_ range: Range<Int64>, now: Instant) -> Bool {
    guard range.count <= Self.capacity - count else {
      clear()
      return false
    }
    for sequence in range {
      missing[count] = Missing(sequence: sequence, since: now, due: now + Self.patience, tries: 0)
      count += 1
    }
    nextDue = min(nextDue, now + Self.patience)
    return true
  }

  /// A packet came late or by retransmission. True if it had been missed.
  @inline(__always)
  mutating func found(_ sequence: Int64) -> Bool {
    guard count > 0, sequence >= missing[0].sequence else { return false }
    var index = 0
    while index < count, missing[index].sequence < sequence { index += 1 }
    guard index < count, missing[index].sequence == sequence else { return false }
    removeElement(at: index)
    return true
  }

  /// A key frame began at `sequence`: decoders can do without what came before it. It is still asked for, because
  /// receivers see the gap too.
  mutating func noteKeyFrame(_ sequence: Int64) { lastKeyFrame = max(lastKeyFrame, sequence) }

  mutating func clear() {
    count = 0
    nextDue = .distantFuture
  }

  /// Calls `request` with each sequence number to ask for at `now`, ascending, and plans the next attempt one round trip
  /// later. True if any that a decoder needs was given up.
  mutating func collect(now: Instant, roundTrip: TimeDelta, _ request: (UInt16) -> Void) -> Bool {
    guard now >= nextDue else { return false }
    let retry = max(roundTrip + .milliseconds(10), .milliseconds(30))
    var gaveUp = false
    var index = 0
    while index < count {
      if missing[index].tries >= Self.maximumTries || now - missing[index].since > Self.lifetime {
        if missing[index].sequence > lastKeyFrame { gaveUp = true }
        removeElement(at: index)
        continue
      }
      if now >= missing[index].due {
        missing[index].tries += 1
        missing[index].due = now + retry
        request(UInt16(truncatingIfNeeded: missing[index].sequence))
      }
      index += 1
    }
    nextDue = earliestDue()
    return gaveUp
  }

  private func earliestDue() -> Instant {
    var earliest = Instant.distantFuture
    for index in 0..<count { earliest = min(earliest, missing[index].due) }
    return earliest
  }

  private mutating func removeElement(at position: Int) {
    var index = position + 1
    while index < count {
      missing[index - 1] = missing[index]
      index += 1
    }
    count -= 1
    if count == 0 { nextDue = .distantFuture }
  }
}
