package import Bytes

/// A packet that arrived, as one feedback says.
package struct PacketResult: Sendable {
  package var sendTime: Instant
  /// On the receiver's clock.
  package var receiveTime: Instant
  /// Bytes.
  package var size: Int32
  /// The probe cluster it belonged to; 0 for none.
  package var probe: UInt16
  /// A copy was sent, so this may be the copy's arrival.
  var hasCopy = false
  /// It is.
  var isCopy = false

  package init(sendTime: Instant, receiveTime: Instant, size: Int32, probe: UInt16) {
    self.sendTime = sendTime
    self.receiveTime = receiveTime
    self.size = size
    self.probe = probe
  }

  /// Whether it arrived after `next`, which was sent later.
  @inline(__always)
  fileprivate func isAfter(_ next: PacketResult) -> Bool {
    // A copy leaves right after a later packet: the ticks of feedback (250 us) may make the two one.
    receiveTime > next.receiveTime || receiveTime == next.receiveTime && isCopy(before: next)
  }

  /// Whether it must be the copy, as `next`, which was sent so much later that the first would have been there, came before it.
  @inline(__always)
  fileprivate func isCopy(before next: PacketResult) -> Bool {
    hasCopy && next.sendTime - sendTime >= Self.overtaking
  }

  /// Less than from one packet of sound to the next, and more than what networks reorder by.
  private static var overtaking: TimeDelta { .milliseconds(15) }
}

/// One transport-wide feedback with send times: arrivals in the order in which packets arrived, and sums of what was
/// lost. One serves a whole node: `begin` empties it.
package struct FeedbackReport: ~Copyable {
  private static let capacity = SentPacketHistory.capacity
  private let results: UnsafeMutablePointer<PacketResult>
  package private(set) var count = 0
  /// Packets and bytes that this feedback is the first to speak of, lost ones included.
  private(set) var packets = 0
  private(set) var bytes = 0
  private(set) var lostPackets = 0
  private(set) var lostBytes = 0
  /// Arrived after an earlier feedback had called them lost.
  private(set) var recoveredPackets = 0
  private(set) var recoveredBytes = 0
  /// Of what arrived: the least difference between the receiver's clock and ours.
  private(set) var leastDelay = TimeDelta(nanoseconds: .max)
  private(set) var hasProbes = false
  /// There are results of copies.
  private var copies = false
  private(set) var firstSendTime = Instant.distantFuture
  private(set) var lastSendTime = Instant.zero

  package init() { results = .allocate(capacity: Self.capacity) }

  deinit { results.deallocate() }

  package mutating func begin() {
    count = 0
    packets = 0
    bytes = 0
    lostPackets = 0
    lostBytes = 0
    recoveredPackets = 0
    recoveredBytes = 0
    leastDelay = TimeDelta(nanoseconds: .max)
    hasProbes = false
    copies = false
    firstSendTime = .distantFuture
    lastSendTime = .zero
  }

  subscript(index: Int) -> PacketResult { results[index] }

  mutating func addLost(size: Int, sendTime: Instant) {
    count(size, sendTime)
    lostPackets &+= 1
    lostBytes &+= size
  }

  mutating func add(_ result: PacketResult, wasLost: Bool) {
    if wasLost {
      recoveredPackets &+= 1
      recoveredBytes &+= Int(result.size)
    } else {
      count(Int(result.size), result.sendTime)
    }
    guard count < Self.capacity else { return }
    leastDelay = min(leastDelay, result.receiveTime - result.sendTime)
    if result.probe != 0 { hasProbes = true }
    // Nearly sorted already: only reordered packets, and copies, move.
    var place = count
    while place > 0, results[place &- 1].isAfter(result) {
      if results[place &- 1].isCopy(before: result) {
        results[place &- 1].isCopy = true
        copies = true
      }
      (results + place).initialize(to: results[place &- 1])
      place &-= 1
    }
    (results + place).initialize(to: result)
    count &+= 1
  }

  /// All statuses were noted. A packet of which only the copy came was lost, and what the copy says of delay would be wrong.
  package mutating func end() {
    guard copies else { return }
    var kept = 0
    for index in 0..<count {
      let result = results[index]
      if result.isCopy {
        lostPackets &+= 1
        lostBytes &+= Int(result.size)
      } else {
        results[kept] = result
        kept &+= 1
      }
    }
    count = kept
    copies = false
  }

  private mutating func count(_ size: Int, _ sendTime: Instant) {
    packets &+= 1
    bytes &+= size
    firstSendTime = min(firstSendTime, sendTime)
    lastSendTime = max(lastSendTime, sendTime)
  }
}
