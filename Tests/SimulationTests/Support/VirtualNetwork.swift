import Bytes
import RTCCore

/// What a path does to datagrams.
struct PathProfile {
  var latency: TimeDelta
  /// Added to each datagram at random, 0...jitter: what overtakes is reordering.
  var jitter: TimeDelta
  /// Of 1,000.
  var lossPerMille: Int

  static let perfect = PathProfile(latency: .milliseconds(10), jitter: .zero, lossPerMille: 0)
  static let lossy = PathProfile(latency: .milliseconds(30), jitter: .milliseconds(25), lossPerMille: 50)
}

/// The last mile of a client: a rate and a queue that drops its tail.
struct Bottleneck {
  /// Bits a second.
  var rate: DataRate
  /// What the queue holds, as time.
  var limit = TimeDelta.milliseconds(400)
  private var free = Instant.zero
  /// The longest that a datagram waited since the last call of `takeWorst`.
  private var worst = TimeDelta.zero

  init(rate: DataRate) { self.rate = rate }

  /// When a datagram that enters now has passed; nil when the queue is full.
  mutating func pass(_ count: Int, at now: Instant) -> Instant? {
    let wait = max(.zero, free - now)
    guard wait <= limit else { return nil }
    worst = max(worst, wait)
    // IP and UDP headers take their part.
    free = max(free, now) + rate.time(for: count + 28)
    return free
  }

  mutating func takeWorst() -> TimeDelta {
    defer { worst = .zero }
    return worst
  }
}

/// Datagrams on their way, by time of arrival; those of one moment in the order they were sent.
struct VirtualNetwork {
  struct Datagram {
    let arrival: Instant
    let order: UInt64
    let from: TransportAddress
    let to: TransportAddress
    let bytes: [UInt8]
  }

  private var heap: [Datagram] = []
  private var order: UInt64 = 0
  private var random: SeededRandom
  /// By the port of the client that receives.
  var bottlenecks: [UInt16: Bottleneck] = [:]
  private(set) var sent = 0
  private(set) var lost = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  var nextArrival: Instant { heap.first?.arrival ?? .distantFuture }

  mutating func send(
    _ bytes: [UInt8], from: TransportAddress, to: TransportAddress, at now: Instant, _ path: PathProfile
  ) {
    sent += 1
    guard Int.random(in: 0..<1_000, using: &random) >= path.lossPerMille else {
      lost += 1
      return
    }
    guard let start = bottlenecks[to.port] == nil ? now : bottlenecks[to.port]!.pass(bytes.count, at: now) else {
      lost += 1
      return
    }
    let extra = path.jitter > .zero ? Int64.random(in: 0...path.jitter.nanoseconds, using: &random) : 0
    order += 1
    push(
      Datagram(
        arrival: start + path.latency + TimeDelta(nanoseconds: extra), order: order, from: from, to: to, bytes: bytes))
  }

  /// The first datagram that has arrived at `now`.
  mutating func receive(at now: Instant) -> Datagram? {
    guard let first = heap.first, first.arrival <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first
  }

  private static func isBefore(_ a: Datagram, _ b: Datagram) -> Bool {
    a.arrival != b.arrival ? a.arrival < b.arrival : a.order < b.order
  }

  private mutating func push(_ datagram: Datagram) {
    heap.append(datagram)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.isBefore(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, Self.isBefore(heap[child + 1], heap[child]) { child += 1 }
      guard Self.isBefore(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}

/// What somebody sends in one call, before the network gets it.
struct Outbox: DatagramSink {
  private let slot: UnsafeMutableRawBufferPointer
  private(set) var datagrams: [(to: TransportAddress, bytes: [UInt8])] = []

  init() { slot = .allocate(byteCount: 1_500, alignment: 16) }

  func free() { slot.deallocate() }

  mutating func reserve() -> UnsafeMutableRawBufferPointer { slot }

  mutating func commit(length: Int, to address: TransportAddress) {
    datagrams.append((address, Array(UnsafeRawBufferPointer(rebasing: slot[..<length]))))
  }

  mutating func empty() { datagrams.removeAll(keepingCapacity: true) }
}

/// SplitMix64.
struct SeededRandom: RandomNumberGenerator {
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
