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

  private struct Entry {
    var receive: Instant
    var send: Instant
    var size: Int32
  }

  private static var capacity: Int { 512 }
  /// A ring ordered by arrival.
  private let window: UnsafeMutablePointer<Entry>
  private var first = 0
  private var count = 0
  private var lastDiscardedSend = Instant(nanoseconds: .min)

  /// Memory is freed by `destroy`.
  init() { window = .allocate(capacity: Self.capacity) }

  func destroy() { window.deallocate() }

  private func at(_ index: Int) -> UnsafeMutablePointer<Entry> { window + ((first &+ index) & (Self.capacity - 1)) }

  mutating func onFeedback(_ report: borrowing FeedbackReport) {
    for index in 0..<report.count { insert(report[index]) }
    while isFirstOutside { discardFirst() }
  }

  private mutating func insert(_ packet: PacketResult) {
    // The ring holds more than the window may.
    if count == Self.capacity { discardFirst() }
    var place = count
    count += 1
    while place > 0, at(place - 1).pointee.receive > packet.receiveTime {
      at(place).initialize(to: at(place - 1).pointee)
      place -= 1
    }
    at(place).initialize(to: Entry(receive: packet.receiveTime, send: packet.sendTime, size: packet.size))
    guard at(count - 1).pointee.receive - packet.receiveTime > Self.maximumReordering else { return }
    count = 0
    lastDiscardedSend = Instant(nanoseconds: .min)
  }

  private var isFirstOutside: Bool {
    guard count > 0 else { return false }
    if count > Self.maximumPackets { return true }
    let duration = at(count - 1).pointee.receive - at(0).pointee.receive
    return duration > Self.maximumDuration || count > Self.windowPackets && duration > Self.minimumDuration
  }

  private mutating func discardFirst() {
    lastDiscardedSend = max(lastDiscardedSend, at(0).pointee.send)
    first = (first &+ 1) & (Self.capacity - 1)
    count -= 1
  }

  /// What arrived in the last 0.3 s; nil when that were too few packets to tell.
  var recentBitrate: DataRate? {
    guard count > Self.recentPackets else { return nil }
    let end = at(count - 1).pointee.receive
    var (bytes, index) = (0, count - 1)
    while index > 0, end - at(index - 1).pointee.receive <= Self.recentDuration {
      bytes += Int(at(index).pointee.size)
      index -= 1
    }
    guard count - 1 - index >= Self.recentPackets else { return nil }
    return DataRate(bytes: bytes, over: max(end - at(index).pointee.receive, .milliseconds(50)))
  }

  /// Nil before ten packets.
  var bitrate: DataRate? {
    guard count >= Self.requiredPackets else { return nil }
    var (largest, second) = (TimeDelta.zero, TimeDelta.zero)
    var received = 0
    var (sent, sentPackets, lastSize) = (0, 0, 0)
    var (firstSend, lastSend) = (Instant.distantFuture, Instant(nanoseconds: .min))
    for index in 0..<count {
      let entry = at(index).pointee
      if index > 0 {
        let gap = entry.receive - at(index - 1).pointee.receive
        if gap > largest {
          second = largest
          largest = gap
        } else {
          second = max(second, gap)
        }
        // The first packet's own time lies before the window.
        received += Int(entry.size)
      }
      // Sent before something that has left the window: its send time would stretch the window.
      guard entry.send >= lastDiscardedSend else { continue }
      if entry.send > lastSend {
        lastSend = entry.send
        lastSize = Int(entry.size)
      }
      firstSend = min(firstSend, entry.send)
      sent += Int(entry.size)
      sentPackets += 1
    }
    let span = at(count - 1).pointee.receive - at(0).pointee.receive - largest + second
    let arrival = DataRate(bytes: received, over: max(span, .milliseconds(1)))
    guard sentPackets >= Self.requiredPackets else { return arrival }
    return min(arrival, DataRate(bytes: sent - lastSize, over: max(lastSend - firstSend, .milliseconds(1))))
  }
}
