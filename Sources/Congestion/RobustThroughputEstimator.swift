internal import Bytes

/// The acknowledged bitrate: what arrived in a window of at least a second and twenty packets, without its longest
/// silence, and never more than was sent (libwebrtc's `RobustThroughputEstimator`).
struct RobustThroughputEstimator {
  static var windowPackets: Int { 20 }
  static var maximumPackets: Int { 500 }
  static var requiredPackets: Int { 10 }
  static var minimumDuration: TimeDelta { .seconds(1) }
  static var maximumDuration: TimeDelta { .seconds(5) }
  /// Arrivals further out of order than this mean another clock.
  static var maximumReordering: TimeDelta { .seconds(1) }

  /// Not libwebrtc's: a fall shows first in what arrived lately.
  static var recentDuration: TimeDelta { .milliseconds(300) }
  static var recentPackets: Int { 8 }

  /// Times in units of 1,024 ns modulo 2^32: differences of seconds are all that is asked for.
  private struct Entry {
    var receive: UInt32
    var send: UInt32
  }

  private static var capacity: Int { 512 }
  static var heapBytes: Int { capacity * (MemoryLayout<Entry>.stride + MemoryLayout<UInt16>.stride) }

  private static func ticks(_ time: TimeDelta) -> UInt32 { UInt32(truncatingIfNeeded: time.nanoseconds >> 10) }
  private static func ticks(_ time: Instant) -> UInt32 { UInt32(truncatingIfNeeded: time.nanoseconds >> 10) }
  private static func span(_ ticks: UInt32) -> TimeDelta { TimeDelta(nanoseconds: Int64(ticks) << 10) }
  /// Whether `a` is later than `b`.
  private static func isLater(_ a: UInt32, _ b: UInt32) -> Bool { Int32(bitPattern: a &- b) > 0 }

  /// A ring ordered by arrival, sizes in bytes beside it.
  private let window: UnsafeMutablePointer<Entry>
  private let sizes: UnsafeMutablePointer<UInt16>
  private var first = 0
  private var count = 0
  /// All that the window holds.
  private var bytes = 0
  /// Send time of the latest that has left the window.
  private var discarded: UInt32?
  /// So many of the oldest packets hold one that was overtaken; 0 is usual, and quicker to sum up.
  private var disordered = 0

  /// The longest silences between arrivals in the window, to be found anew when one of them has left it or was divided.
  private var silences = Silences()
  private var areSilencesStale = false

  private struct Silences {
    var longest: UInt32 = 0
    var second: UInt32 = 0

    mutating func note(_ gap: UInt32) {
      guard gap > second else { return }
      second = min(gap, longest)
      longest = max(gap, longest)
    }
  }

  /// Memory is freed by `destroy`.
  init() {
    window = .allocate(capacity: Self.capacity)
    sizes = .allocate(capacity: Self.capacity)
  }

  func destroy() {
    window.deallocate()
    sizes.deallocate()
  }

  @inline(__always)
  private func place(_ index: Int) -> Int { (first &+ index) & (Self.capacity &- 1) }
  @inline(__always)
  private func at(_ index: Int) -> Entry { window[place(index)] }

  mutating func onFeedback(_ report: borrowing FeedbackReport) {
    for index in 0..<report.count { insert(report[index]) }
    while isFirstOutside { discardFirst() }
    if areSilencesStale { findSilences() }
  }

  private mutating func insert(_ packet: PacketResult) {
    // The ring holds more than the window may.
    if count == Self.capacity { discardFirst() }
    let entry = Entry(receive: Self.ticks(packet.receiveTime), send: Self.ticks(packet.sendTime))
    if count > 0, Self.isLater(at(count &- 1).receive, entry.receive &+ Self.ticks(Self.maximumReordering)) {
      clear()
      return
    }
    var index = count
    count &+= 1
    while index > 0, Self.isLater(at(index &- 1).receive, entry.receive) {
      put(at(index &- 1), sizes[place(index &- 1)], index)
      index &-= 1
    }
    let size = UInt16(clamping: packet.size)
    put(entry, size, index)
    bytes &+= Int(size)
    if index < count &- 1 {
      areSilencesStale = true
    } else if index > 0 {
      let gap = entry.receive &- at(index &- 1).receive
      silences.note(gap)
    }
    if index > 0, Self.isLater(at(index &- 1).send, entry.send) || index < count &- 1 { disordered = count }
  }

  private func put(_ entry: Entry, _ size: UInt16, _ index: Int) {
    (window + place(index)).initialize(to: entry)
    (sizes + place(index)).initialize(to: size)
  }

  private mutating func clear() {
    count = 0
    bytes = 0
    disordered = 0
    discarded = nil
    silences = Silences()
    areSilencesStale = false
  }

  private var isFirstOutside: Bool {
    guard count > 0 else { return false }
    if count > Self.maximumPackets { return true }
    let duration = at(count &- 1).receive &- at(0).receive
    return duration > Self.ticks(Self.maximumDuration)
      || count > Self.windowPackets && duration > Self.ticks(Self.minimumDuration)
  }

  private mutating func discardFirst() {
    let send = at(0).send
    if count > 1, at(1).receive &- at(0).receive >= silences.second { areSilencesStale = true }
    if discarded.map({ Self.isLater(send, $0) }) ?? true { discarded = send }
    bytes &-= Int(sizes[first])
    first = place(1)
    count &-= 1
    disordered = max(0, disordered &- 1)
  }

  /// What arrived in the last 0.3 s; nil when that were too few packets to tell.
  var recentBitrate: DataRate? {
    guard count > Self.recentPackets else { return nil }
    let end = at(count - 1).receive
    var (bytes, index) = (0, count - 1)
    while index > 0, end &- at(index - 1).receive <= Self.ticks(Self.recentDuration) {
      bytes += Int(sizes[place(index)])
      index -= 1
    }
    guard count - 1 - index >= Self.recentPackets else { return nil }
    return DataRate(bytes: bytes, over: max(Self.span(end &- at(index).receive), .milliseconds(50)))
  }

  /// Nil before ten packets.
  var bitrate: DataRate? {
    guard count >= Self.requiredPackets else { return nil }
    // The first packet's own time lies before the window.
    let received = bytes - Int(sizes[first])
    let arrival = DataRate(bytes: received, over: max(Self.span(receiveSpan), .milliseconds(1)))
    guard let sent = disordered == 0 ? sentInOrder : sentInDisorder else { return arrival }
    return min(arrival, sent)
  }

  /// From the first arrival to the last, the longest silence taken for as long as the second longest.
  private var receiveSpan: UInt32 {
    at(count - 1).receive &- at(0).receive &- silences.longest &+ silences.second
  }

  private mutating func findSilences() {
    silences = Silences()
    areSilencesStale = false
    guard count > 1 else { return }
    var before = at(0).receive
    for index in 1..<count {
      let receive = at(index).receive
      silences.note(receive &- before)
      before = receive
    }
  }

  private var sentInOrder: DataRate? {
    let sent = bytes - Int(sizes[place(count - 1)])
    return DataRate(bytes: sent, over: max(Self.span(at(count - 1).send &- at(0).send), .milliseconds(1)))
  }

  private var sentInDisorder: DataRate? {
    var (sent, packets, lastSize) = (0, 0, 0)
    var (firstSend, lastSend) = (UInt32(0), UInt32(0))
    for index in 0..<count {
      let send = at(index).send
      // Sent before something that has left the window: its send time would stretch the window.
      if let discarded, Self.isLater(discarded, send) { continue }
      let size = Int(sizes[place(index)])
      if packets == 0 || Self.isLater(send, lastSend) {
        lastSend = send
        lastSize = size
      }
      if packets == 0 || Self.isLater(firstSend, send) { firstSend = send }
      sent += size
      packets += 1
    }
    guard packets >= Self.requiredPackets else { return nil }
    return DataRate(bytes: sent - lastSize, over: max(Self.span(lastSend &- firstSend), .milliseconds(1)))
  }
}
