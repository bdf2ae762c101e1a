import Bytes

@testable import Congestion

/// A sender and its receiver: an encoder that follows the target rate, sound, the pacer in between, and feedback.
final class SimulatedFlow {
  struct Sample {
    var time: Instant
    var target: DataRate
    var delivered: Int
  }

  let index: Int
  var controller: CongestionController
  /// The encoder's ceiling.
  var maximumVideo: DataRate
  var hasVideo = true
  var losesFeedback = false
  var begins: Instant
  var feedbackInterval = TimeDelta.milliseconds(50)
  /// One way, without the queue; the same back.
  var delay = TimeDelta.milliseconds(25)
  /// Media goes over the path's return link, and feedback over the other.
  var isReversed = false

  /// Tenths of a second before the first sample.
  private var missing = 0
  private(set) var samples: [Sample] = []
  private(set) var audioSent = 0
  private(set) var audioReceived = 0
  private(set) var deliveredBytes = 0
  private var queue = FIFO<Int>()
  private var incoming = FIFO<(at: Instant, packet: SimulatedPacket)>()
  private var queuedBytes = 0
  private var sequence: UInt16
  private var nextFrame: Instant
  private var nextAudio: Instant
  private var nextFeedback = Instant.distantFuture
  private var arrivals: [(sequence: UInt16, micros: Int64)] = []
  private var lastReported: UInt16?
  private var feedbacks: [(first: UInt16, statuses: [Int64?])] = []
  private var arrivedFeedbacks = FIFO<(at: Instant, place: Int)>()
  private var report = FeedbackReport()
  private var random: SplitMix
  /// The receiver's clock is another.
  var clockOffset: Int64

  init(index: Int, seed: UInt64, begins: Instant, maximumVideo: DataRate = .kilobits(10_000)) {
    self.index = index
    random = SplitMix(seed: seed &* 31 &+ UInt64(index))
    controller = CongestionController(CongestionConfiguration())
    self.begins = begins
    self.maximumVideo = maximumVideo
    nextFrame = begins + .milliseconds(Int64.random(in: 0..<33, using: &random))
    nextAudio = begins + .milliseconds(Int64.random(in: 0..<20, using: &random))
    sequence = UInt16.random(in: 0...UInt16.max, using: &random)
    clockOffset = Int64.random(in: 0..<1_000_000_000_000, using: &random)
  }

  deinit { controller.destroy() }

  /// What a second of sound costs.
  static let audioRate = DataRate(bitsPerSecond: (80 + 60) * 8 * 50)

  /// `link` carries media, `back` the feedback; none when nothing disturbs feedback.
  func advance(to now: Instant, link: SimulatedLink, back: SimulatedLink?) {
    guard now >= begins else { return }
    while let next = incoming.first, next.at <= now {
      incoming.removeFirst()
      take(next.packet, at: next.at)
    }
    takeFeedback(now)
    if now >= nextAudio {
      nextAudio = nextAudio + .milliseconds(20)
      audioSent += 1
      send(bytes: 80 + 32, isAudio: true, now, link)
    }
    if hasVideo, now >= nextFrame { makeFrame(now) }
    controller.setDemand(
      maximumVideo + Self.audioRate, isUnmet: controller.targetRate < maximumVideo + Self.audioRate, now: now)
    controller.process(now: now)
    probe(now, link)
    while let next = queue.first, controller.maySend(now) {
      queue.removeFirst()
      queuedBytes -= next
      send(bytes: next, isAudio: false, now, link)
    }
    if now >= nextFeedback { makeFeedback(now, back) }
  }

  func resumeVideo(_ now: Instant) {
    hasVideo = true
    nextFrame = now
  }

  /// The share of sound that has not arrived.
  var audioLoss: Double { Double(audioSent - audioReceived) / Double(max(audioSent, 1)) }

  private func makeFrame(_ now: Instant) {
    nextFrame = nextFrame + .microseconds(33_333)
    // What the queue holds is not encoded again.
    guard controller.pacer.rate.time(for: queuedBytes) < .milliseconds(200) else { return }
    let rate = min(maximumVideo, controller.targetRate - Self.audioRate)
    let factor = Double.random(in: 0.7...1.3, using: &random)
    var left = Int(Double(max(rate.bitsPerSecond, 0)) / 8 / 30 * factor)
    while left > 0 {
      let size = min(left, 1_160)
      // Headers, tag, and the 28 bytes that the controller adds.
      queue.append(size + 40)
      queuedBytes += size + 40
      left -= size + 68
    }
  }

  private func probe(_ now: Instant, _ link: SimulatedLink) {
    while let burst = controller.prober.burst(now) {
      var bytes = 0
      repeat {
        let size: Int
        if let next = queue.first {
          queue.removeFirst()
          queuedBytes -= next
          size = next
        } else {
          size = min(1_200, max(250, burst - bytes))
        }
        send(bytes: size, isAudio: false, now, link)
        bytes += size + CongestionController.overhead
      } while bytes < burst && controller.prober.isProbing
    }
  }

  private func send(bytes: Int, isAudio: Bool, _ now: Instant, _ link: SimulatedLink) {
    sequence &+= 1
    controller.onSent(sequence, bytes: bytes, now: now)
    _ = link.enter(
      SimulatedPacket(
        flow: index, bytes: bytes + CongestionController.overhead,
        content: .media(sequence: sequence, isAudio: isAudio)))
  }

  /// A packet of this flow, either way, leaves a bottleneck at `time`.
  func receive(_ packet: SimulatedPacket, at time: Instant) {
    if case .feedback(let place) = packet.content {
      arrivedFeedbacks.append((time + delay, place))
    } else {
      incoming.append((time + delay, packet))
    }
  }

  private func take(_ packet: SimulatedPacket, at now: Instant) {
    guard case .media(let sequence, let isAudio) = packet.content else { return }
    if isAudio { audioReceived += 1 }
    deliveredBytes += packet.bytes
    arrivals.append((sequence, (now.nanoseconds / 1_000 + clockOffset) / 250 * 250))
    if nextFeedback == .distantFuture { nextFeedback = now + feedbackInterval }
  }

  private func makeFeedback(_ now: Instant, _ back: SimulatedLink?) {
    nextFeedback = .distantFuture
    guard let newest = arrivals.map(\.sequence).max(by: { Int16(bitPattern: $0 &- $1) < 0 }) else { return }
    let first = lastReported.map { $0 &+ 1 } ?? arrivals[0].sequence
    var statuses = [Int64?](repeating: nil, count: Int(newest &- first) + 1)
    for arrival in arrivals where Int(arrival.sequence &- first) < statuses.count {
      statuses[Int(arrival.sequence &- first)] = arrival.micros
    }
    arrivals.removeAll(keepingCapacity: true)
    lastReported = newest
    guard !losesFeedback else { return }
    feedbacks.append((first, statuses))
    let place = feedbacks.count - 1
    // Two bytes a packet, and the headers of IP, UDP, SRTCP and feedback.
    let packet = SimulatedPacket(flow: index, bytes: 80 + 2 * statuses.count, content: .feedback(place))
    if back == nil { arrivedFeedbacks.append((now + delay, place)) } else { _ = back?.enter(packet) }
  }

  private func takeFeedback(_ now: Instant) {
    while let next = arrivedFeedbacks.first, next.at <= now {
      arrivedFeedbacks.removeFirst()
      report.begin()
      var sequence = feedbacks[next.place].first
      for status in feedbacks[next.place].statuses {
        controller.note(sequence, arrival: status, in: &report)
        sequence &+= 1
      }
      feedbacks[next.place].statuses = []
      controller.onFeedback(report, now: now)
      if let roundTrip = controller.propagationRoundTrip { controller.onRoundTrip(roundTrip) }
    }
  }

  func sample(_ now: Instant) {
    if samples.isEmpty { missing = Int(now.milliseconds / 100) - 1 }
    samples.append(Sample(time: now, target: controller.targetRate, delivered: deliveredBytes))
  }

  /// Seconds from `start` until half a second had `rate`; infinite if none had.
  func secondsUntil(_ rate: DataRate, from start: Double) -> Double {
    let end = Double(samples.count + missing) / 10
    for time in stride(from: start + 0.5, through: end, by: 0.1) where throughput(time - 0.5, time) >= rate {
      return time - start
    }
    return .infinity
  }

  /// What arrived between two times, in seconds since the start.
  func throughput(_ from: Double, _ to: Double) -> DataRate {
    // Ten samples a second, the first after a tenth.
    func delivered(_ at: Double) -> Int {
      let place = Int((at * 10).rounded()) - 1 - missing
      return place < 0 || samples.isEmpty ? 0 : samples[min(place, samples.count - 1)].delivered
    }
    return DataRate(bytes: delivered(to) - delivered(from), over: TimeDelta(nanoseconds: Int64((to - from) * 1e9)))
  }
}
