import Bytes

/// What travels: IP and UDP headers are part of `bytes`.
struct SimulatedPacket {
  enum Content {
    case media(sequence: UInt16, isAudio: Bool)
    /// The place of a report in its flow's list.
    case feedback(Int)
    case segment
  }

  /// Which flow of the path it belongs to; TCP flows come after the media flows.
  var flow: Int
  var bytes: Int
  var content: Content
}

/// A bottleneck: a rate, a queue that drops its tail, losses, and jitter that keeps the order. Delays belong to flows.
final class SimulatedLink {
  var capacity: DataRate
  /// What the queue holds, as time at the link's rate.
  var queueLimit: TimeDelta = .milliseconds(300)
  var loss = 0.0
  var jitter = TimeDelta.zero

  private var queue = FIFO<SimulatedPacket>()
  private var queuedBytes = 0
  private var credit = 0.0
  private var lastExit = Instant.zero

  init(capacity: DataRate) { self.capacity = capacity }

  /// How long a packet that enters now waits.
  var queueingDelay: TimeDelta { capacity.time(for: queuedBytes) }

  /// False when the queue has no room.
  func enter(_ packet: SimulatedPacket) -> Bool {
    guard queuedBytes + packet.bytes <= max(capacity.bytes(in: queueLimit), 10_000) else { return false }
    queue.append(packet)
    queuedBytes += packet.bytes
    return true
  }

  /// Moves what the link carries in a millisecond that ends at `now`, and hands over what leaves it, with the time.
  func advance(to now: Instant, random: inout SplitMix, deliver: (SimulatedPacket, Instant) -> Void) {
    credit += Double(capacity.bitsPerSecond) / 8_000
    while let packet = queue.first, credit >= Double(packet.bytes) {
      queue.removeFirst()
      queuedBytes -= packet.bytes
      credit -= Double(packet.bytes)
      guard loss == 0 || Double.random(in: 0..<1, using: &random) >= loss else { continue }
      // Within the millisecond packets leave one after the other.
      let early = TimeDelta(nanoseconds: Int64(credit * 8e9 / Double(max(capacity.bitsPerSecond, 1))))
      let noise = jitter > .zero ? Int64.random(in: 0...jitter.nanoseconds, using: &random) : 0
      lastExit = max(lastExit, now - early + TimeDelta(nanoseconds: noise))
      deliver(packet, lastExit)
    }
    if queue.isEmpty { credit = 0 }
  }
}

/// A queue that forgets what has left in large steps.
struct FIFO<Element> {
  private var elements: [Element] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var first: Element? { isEmpty ? nil : elements[head] }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func removeFirst() {
    head += 1
    guard head > 4_096 else { return }
    elements.removeFirst(head)
    head = 0
  }

  mutating func popFirst() -> Element? {
    guard let first else { return nil }
    removeFirst()
    return first
  }
}
