package import Bytes

/// What was sent and is not yet reported on: a ring of the last 2,048 transport-wide numbers (libwebrtc's
/// `TransportFeedbackAdapter`). It turns the statuses of a feedback into results with send times, each packet once.
package struct SentPacketHistory {
  /// Packets remembered: two seconds at 10 Mbit/s, 24 kB, touched as packets are sent.
  package static let capacity = 2_048

  /// Twelve bytes: a quarter of what a participant takes in memory are these.
  private struct Entry {
    private var timeHigh: UInt32
    private var timeLow: UInt32
    private var sizeAndState: UInt16
    let probe: UInt16

    @inline(__always)
    init(sendTime: Instant, size: Int, probe: UInt16) {
      let bits = UInt64(bitPattern: sendTime.nanoseconds)
      timeHigh = UInt32(truncatingIfNeeded: bits >> 32)
      timeLow = UInt32(truncatingIfNeeded: bits)
      sizeAndState = UInt16(min(max(0, size), 0x3FFF))
      self.probe = probe
    }

    var sendTime: Instant {
      Instant(nanoseconds: Int64(bitPattern: UInt64(timeHigh) << 32 | UInt64(timeLow)))
    }

    var size: Int { Int(sizeAndState & 0x3FFF) }

    var state: State {
      get { State(rawValue: UInt8(truncatingIfNeeded: sizeAndState >> 14)) ?? .pending }
      set { sizeAndState = sizeAndState & 0x3FFF | UInt16(newValue.rawValue) << 14 }
    }
  }

  private enum State: UInt8 { case pending, lost, reported }

  private let entries: UnsafeMutablePointer<Entry>
  /// Extended number of the newest packet; nil before the first.
  private var newest: Int64?
  private var first: Int64 = 0
  private var arrivals = ArrivalClock()

  /// Memory is freed by `destroy`.
  package init() { entries = .allocate(capacity: Self.capacity) }

  package func destroy() { entries.deallocate() }

  /// A packet leaves with the number `sequence`, one more than the last. `probe` is its cluster, 0 for none; `size` in
  /// bytes.
  @inline(__always)
  package mutating func add(_ sequence: UInt16, size: Int, probe: UInt16, at now: Instant) {
    let number = newest.map { $0 &+ Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: $0))) }
    if newest == nil { first = Int64(sequence) }
    let extended = number ?? Int64(sequence)
    newest = extended
    entries[Int(extended & Int64(Self.capacity - 1))] = Entry(sendTime: now, size: size, probe: probe)
  }

  /// Puts one status into `report`: `arrival` in microseconds of the receiver's clock, nil when it had not arrived.
  /// Numbers that were not sent, are forgotten, or were reported before are ignored.
  package mutating func note(_ sequence: UInt16, arrival: Int64?, in report: inout FeedbackReport) {
    guard let newest else { return }
    let age = Int64(UInt16(truncatingIfNeeded: newest) &- sequence)
    let number = newest &- age
    guard age < Int64(Self.capacity), number >= first else { return }
    let slot = Int(number & Int64(Self.capacity - 1))
    let entry = entries[slot]
    guard let arrival else {
      guard entry.state == .pending else { return }
      entries[slot].state = .lost
      report.addLost(size: entry.size, sendTime: entry.sendTime)
      return
    }
    guard entry.state != .reported else { return }
    entries[slot].state = .reported
    report.add(
      PacketResult(
        sendTime: entry.sendTime, receiveTime: arrivals.extend(arrival), size: Int32(entry.size), probe: entry.probe),
      wasLost: entry.state == .lost)
  }
}

/// Undoes the wrap of feedback's reference time (24 bits of 64 ms, draft-holmer-rmcat-transport-wide-cc-extensions-01
/// §3.1).
struct ArrivalClock {
  private static var period: Int64 { 1 << 24 * 64_000 }
  private var last: Int64?
  private var extended: Int64 = 0

  /// The receiver's clock without wraps, for differences only.
  mutating func extend(_ microseconds: Int64) -> Instant {
    guard let last else {
      last = microseconds
      // Far from zero, so that earlier arrivals are not negative.
      extended = 1_000_000_000_000
      return Instant(nanoseconds: extended &* 1_000)
    }
    var step = (microseconds &- last) % Self.period
    if step >= Self.period / 2 { step -= Self.period }
    if step < -Self.period / 2 { step += Self.period }
    self.last = microseconds
    extended &+= step
    return Instant(nanoseconds: extended &* 1_000)
  }
}
