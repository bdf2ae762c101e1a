import Bytes

@testable import Congestion

/// A TCP flow by losses alone: slow start, one packet more each round trip, half at a loss (RFC 5681 without its
/// timeouts, which a queue that drops its tail does not cause).
final class SimulatedTCP {
  static let segment = 1_500

  let index: Int
  let begins: Instant
  let ends: Instant
  /// Without the queue, there and back.
  let roundTrip: TimeDelta
  /// Files of 100 kB to 1 MB with pauses of 10 s in the mean between them (RFC 8867 §5.7); one without end otherwise.
  let isShort: Bool

  private(set) var deliveredBytes = 0
  private var window = 10.0
  private var threshold = Double.infinity
  private var inFlight = 0
  /// Segments still to be sent of this file.
  private var left = Int.max
  private var pausedUntil: Instant
  private var isSending: Bool
  private var acknowledgements = FIFO<Instant>()
  private var losses = FIFO<Instant>()
  private var recoversUntil = Instant.zero
  private var random: SplitMix

  init(
    index: Int, seed: UInt64, begins: Instant, ends: Instant = .distantFuture, roundTrip: TimeDelta,
    isShort: Bool = false
  ) {
    self.index = index
    self.begins = begins
    self.ends = ends
    self.roundTrip = roundTrip
    self.isShort = isShort
    pausedUntil = begins
    random = SplitMix(seed: seed &* 57 &+ UInt64(index))
    isSending = !isShort
    if isShort { left = 0 }
  }

  func advance(to now: Instant, link: SimulatedLink) {
    guard now >= begins else { return }
    takeAcknowledgements(now)
    guard now < ends else { return }
    if !isSending, now >= pausedUntil { beginFile(now) }
    while left > 0, Double(inFlight) < window {
      inFlight += 1
      left -= 1
      guard !link.enter(SimulatedPacket(flow: index, bytes: Self.segment, content: .segment)) else { continue }
      // Duplicate acknowledgements tell a round trip, queue included, later.
      losses.append(now + roundTrip + link.queueingDelay)
    }
  }

  /// A segment leaves the bottleneck at `time`.
  func receive(at time: Instant) {
    deliveredBytes += Self.segment
    acknowledgements.append(time + roundTrip)
  }

  private func takeAcknowledgements(_ now: Instant) {
    while let time = acknowledgements.first, time <= now {
      acknowledgements.removeFirst()
      inFlight -= 1
      window += window < threshold ? 1 : 1 / window
    }
    while let time = losses.first, time <= now {
      losses.removeFirst()
      inFlight -= 1
      left += left == .max ? 0 : 1
      // What was lost of one window counts once.
      guard now >= recoversUntil else { continue }
      recoversUntil = now + roundTrip + .milliseconds(100)
      threshold = max(2, window / 2)
      window = threshold
    }
    if left == 0, inFlight == 0, isSending {
      isSending = false
      let uniform = Double.random(in: 1e-6..<1, using: &random)
      pausedUntil = now + TimeDelta(nanoseconds: Int64(-Mathematics.log(uniform) * 10e9))
    }
  }

  private func beginFile(_ now: Instant) {
    left = Int.random(in: 100_000...1_000_000, using: &random) / Self.segment
    window = 10
    threshold = .infinity
    isSending = true
  }
}
