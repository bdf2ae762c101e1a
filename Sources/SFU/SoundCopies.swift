internal import Bytes

/// The last sealed datagram of each sound that one receiver hears, so that it can be sent again as it is. Sealing it anew
/// would use its nonce for other bytes (RFC 7714 §8.1), so nothing that may change, such as a send time, is ever
/// written into one. Memory (8 kB) is taken while the receiver's path loses packets, and freed by `end`.
struct SoundCopies {
  /// Sounds at a time. With more, whoever was quiet longest makes place.
  static var capacity: Int { 8 }
  /// Bytes of a datagram that is kept. Browsers' Opus takes up to 250.
  static var largest: Int { 512 }
  /// A copy that comes later than this helps nobody.
  private static var lifetime: TimeDelta { .milliseconds(100) }

  struct Copy {
    /// The transport-wide number in it.
    let number: UInt16
    /// Valid until the second `keep` from now.
    let bytes: UnsafeRawBufferPointer
  }

  private struct Lane {
    var track: Int32 = -1
    var number: UInt16 = 0
    var length: UInt16 = 0
    /// Which half of the lane's bytes holds the last one: the other takes the next.
    var half = 0
    var time = Instant.zero
  }

  private var lanes: UnsafeMutablePointer<Lane>?
  private var bytes: UnsafeMutableRawPointer?

  /// Whether anything is kept at all.
  @inline(__always)
  var isKept: Bool { lanes != nil }

  mutating func begin() {
    guard lanes == nil else { return }
    lanes = .allocate(capacity: Self.capacity)
    lanes?.initialize(repeating: Lane(), count: Self.capacity)
    bytes = .allocate(byteCount: Self.capacity * 2 * Self.largest, alignment: 16)
  }

  mutating func end() {
    lanes?.deallocate()
    bytes?.deallocate()
    lanes = nil
    bytes = nil
  }

  /// Keeps the datagram that `track` sends now, under the transport-wide `number` that it carries; gives the one before it
  /// if it is not too old.
  func keep(_ datagram: UnsafeRawBufferPointer, number: UInt16, of track: Int32, now: Instant) -> Copy? {
    guard let lanes, let bytes, let source = datagram.baseAddress else { return nil }
    let index = lane(of: track, in: lanes)
    let lane = lanes[index]
    let base = bytes + index &* 2 &* Self.largest
    let isFresh = lane.track == track && lane.length > 0 && now - lane.time <= Self.lifetime
    let half = 1 &- lane.half
    let length = datagram.count <= Self.largest ? datagram.count : 0
    (base + half &* Self.largest).copyMemory(from: source, byteCount: length)
    lanes[index] = Lane(track: track, number: number, length: UInt16(length), half: half, time: now)
    guard isFresh else { return nil }
    return Copy(
      number: lane.number,
      bytes: UnsafeRawBufferPointer(start: base + lane.half &* Self.largest, count: Int(lane.length)))
  }

  private func lane(of track: Int32, in lanes: UnsafeMutablePointer<Lane>) -> Int {
    var oldest = 0
    for index in 0..<Self.capacity {
      if lanes[index].track == track { return index }
      if lanes[index].time < lanes[oldest].time { oldest = index }
    }
    return oldest
  }
}
