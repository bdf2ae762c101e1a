import Bytes

@testable import Congestion

/// A generator with a seed (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

/// A bottleneck: a rate, a queue that drops its tail, a delay, losses and jitter that keeps the order.
struct SimulatedLink {
  struct Packet {
    var flow: Int
    var sequence: UInt16
    var bytes: Int
    var isAudio: Bool
    var sent: Instant
  }

  var capacity: DataRate
  var delay: TimeDelta = .milliseconds(25)
  /// What the queue holds, as time at the link's rate.
  var queueLimit: TimeDelta = .milliseconds(300)
  var loss = 0.0
  var jitter = TimeDelta.zero

  private var queue: [Packet] = []
  private var head = 0
  private var queuedBytes = 0
  private var credit = 0.0
  private var onTheWay: [(arrival: Instant, packet: Packet)] = []
  private var arrived = 0
  private var lastArrival = Instant.zero
  private(set) var carriedBytes = 0

  init(capacity: DataRate) { self.capacity = capacity }

  /// How long a packet that enters now waits.
  var queueingDelay: TimeDelta { capacity.time(for: queuedBytes) }

  mutating func enter(_ packet: Packet) -> Bool {
    guard queuedBytes + packet.bytes <= max(capacity.bytes(in: queueLimit), 10_000) else { return false }
    queue.append(packet)
    queuedBytes += packet.bytes
    return true
  }

  /// Moves what the link carries in a millisecond that ends at `now`, and hands over what has arrived.
  mutating func advance(to now: Instant, random: inout SplitMix, deliver: (Packet, Instant) -> Void) {
    credit += Double(capacity.bitsPerSecond) / 8_000
    while head < queue.count, credit >= Double(queue[head].bytes) {
      let packet = queue[head]
      head += 1
      queuedBytes -= packet.bytes
      credit -= Double(packet.bytes)
      carriedBytes += packet.bytes
      guard Double.random(in: 0..<1, using: &random) >= loss else { continue }
      // Within the millisecond packets leave one after the other.
      let early = TimeDelta(nanoseconds: Int64(credit * 8e9 / Double(max(capacity.bitsPerSecond, 1))))
      let noise = jitter > .zero ? Int64.random(in: 0...jitter.nanoseconds, using: &random) : 0
      let arrival = max(lastArrival, now - early + delay + TimeDelta(nanoseconds: noise))
      lastArrival = arrival
      onTheWay.append((arrival, packet))
    }
    if head == queue.count { credit = 0 }
    if head > 4_096 {
      queue.removeFirst(head)
      head = 0
    }
    while arrived < onTheWay.count, onTheWay[arrived].arrival <= now {
      deliver(onTheWay[arrived].packet, onTheWay[arrived].arrival)
      arrived += 1
    }
    if arrived > 4_096 {
      onTheWay.removeFirst(arrived)
      arrived = 0
    }
  }
}
