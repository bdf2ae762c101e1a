package import Bytes

/// What was sent and is not yet reported on: a ring of the last 1,024 transport-wide numbers (libwebrtc's
/// `TransportFeedbackAdapter`). It turns the statuses of a feedback into results with send times, each packet once.
package struct SentPacketHistory {
  /// Packets remembered: half a second at 20 Mbit/s, a round trip and an interval of feedback; 8 kB.
  package static let capacity = 1_024

  /// One word: the send time in units of 1,024 ns modulo 2^32 (73 minutes), the size in 14 bits, the state in 2, and the
  /// probe cluster in 16.
  private struct Entry {
    var bits: UInt64

    @inline(__always)
    init(sendTime: Instant, size: Int, probe: UInt16) {
      bits = UInt64(UInt32(truncatingIfNeeded: sendTime.nanoseconds >> 10))
      bits |= UInt64(truncatingIfNeeded: min(size, 0x3fff)) << 32 | UInt64(probe) << 48
    }

    var ticks: UInt32 { UInt32(truncatingIfNeeded: bits) }
    var size: Int { Int(truncatingIfNeeded: bits >> 32 & 0x3fff) }
    var probe: UInt16 { UInt16(truncatingIfNeeded: bits >> 48) }
    var state: UInt64 {
      get { bits >> 46 & 3 }
      set { bits = bits & ~(3 << 46) | newValue << 46 }
    }
  }

  static var heapBytes: Int { capacity * MemoryLayout<Entry>.stride }

  private static var pending: UInt64 { 0 }
  private static var lost: UInt64 { 1 }
  private static var reported: UInt64 { 2 }
  /// Pending, and sent twice.
  private static var copied: UInt64 { 3 }

  /// Nil before the first packet: whoever is sent nothing needs none.
  private var entries: UnsafeMutablePointer<Entry>?
  /// Extended number of the newest packet; -1 before the first.
  private var newest: Int64 = -1
  private var first: Int64 = 0
  private var newestSendTime = Instant.zero
  private var arrivals = ArrivalClock()

  /// Memory is freed by `destroy`.
  package init() {}

  package func destroy() { entries?.deallocate() }

  /// A packet leaves with the number `sequence`, one more than the last. `probe` is its cluster, 0 for none; `size` in
  /// bytes.
  @inline(__always)
  package mutating func add(_ sequence: UInt16, size: Int, probe: UInt16, at now: Instant) {
    if newest < 0 {
      first = Int64(sequence)
      newest = first
    }
    newest &+= Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: newest)))
    newestSendTime = now
    let entries = self.entries ?? .allocate(capacity: Self.capacity)
    self.entries = entries
    entries[Int(newest & Int64(Self.capacity - 1))] = Entry(sendTime: now, size: size, probe: probe)
  }

  /// A packet is sent a second time under its number. One that was called lost stays so when the copy arrives.
  @inline(__always)
  mutating func noteCopy(of sequence: UInt16) {
    let age = Int64(UInt16(truncatingIfNeeded: newest) &- sequence)
    guard let entries, newest >= 0, age < Int64(Self.capacity), newest &- age >= first else { return }
    let slot = Int((newest &- age) & Int64(Self.capacity - 1))
    switch entries[slot].state {
    case Self.pending: entries[slot].state = Self.copied
    case Self.lost: entries[slot].state = Self.reported
    default: break
    }
  }

  /// Nothing is older than what a wrap of the ticks takes.
  private func sendTime(_ entry: Entry) -> Instant {
    let newestTicks = newestSendTime.nanoseconds >> 10
    let age = UInt32(truncatingIfNeeded: newestTicks) &- entry.ticks
    return Instant(nanoseconds: (newestTicks &- Int64(age)) << 10)
  }

  /// Puts one status into `report`: `arrival` in microseconds of the receiver's clock, nil when it had not arrived.
  /// Numbers that were not sent, are forgotten, or were reported before are ignored.
  package mutating func note(_ sequence: UInt16, arrival: Int64?, in report: inout FeedbackReport) {
    guard let entries, newest >= 0 else { return }
    let age = Int64(UInt16(truncatingIfNeeded: newest) &- sequence)
    let number = newest &- age
    guard age < Int64(Self.capacity), number >= first else { return }
    let slot = Int(number & Int64(Self.capacity - 1))
    let entry = entries[slot]
    guard let arrival else {
      guard entry.state == Self.pending || entry.state == Self.copied else { return }
      entries[slot].state = entry.state == Self.copied ? Self.reported : Self.lost
      report.addLost(size: entry.size, sendTime: sendTime(entry))
      return
    }
    guard entry.state != Self.reported else { return }
    entries[slot].state = Self.reported
    var result = PacketResult(
      sendTime: sendTime(entry), receiveTime: arrivals.extend(arrival), size: Int32(entry.size), probe: entry.probe)
    result.hasCopy = entry.state == Self.copied
    report.add(result, wasLost: entry.state == Self.lost)
  }
}

/// Undoes the wrap of feedback's reference time (24 bits of 64 ms, draft-holmer-rmcat-transport-wide-cc-extensions-01
/// §3.1).
struct ArrivalClock {
  private static var period: Int64 { 1 << 24 * 64_000 }
  private var last: Int64?
  /// Microseconds.
  private var extended: Int64 = 0

  /// The receiver's clock without wraps, for differences only.
  mutating func extend(_ microseconds: Int64) -> Instant {
    guard let last else {
      last = microseconds
      // Far from zero, so that earlier arrivals are not negative.
      extended = 1_000_000_000_000
      return Instant(nanoseconds: extended &* 1_000)
    }
    var step = microseconds &- last
    if step.magnitude >= UInt64(Self.period / 2) {
      step %= Self.period
      if step >= Self.period / 2 { step -= Self.period }
      if step < -Self.period / 2 { step += Self.period }
    }
    self.last = microseconds
    extended &+= step
    return Instant(nanoseconds: extended &* 1_000)
  }
}
