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
  /// Back to the sender.
  var returnDelay = TimeDelta.milliseconds(25)

  private(set) var samples: [Sample] = []
  private(set) var audioSent = 0
  private(set) var audioReceived = 0
  private(set) var deliveredBytes = 0
  private var queue: [Int] = []
  private var queuedBytes = 0
  private var sequence: UInt16
  private var nextFrame: Instant
  private var nextAudio: Instant
  private var nextFeedback = Instant.distantFuture
  private var arrivals: [(sequence: UInt16, micros: Int64)] = []
  private var lastReported: UInt16?
  private var feedbacks: [(at: Instant, first: UInt16, statuses: [Int64?])] = []
  private var report = FeedbackReport()
  private var random: SplitMix
  /// The receiver's clock is another.
  private let clockOffset: Int64

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

  func advance(to now: Instant, link: inout SimulatedLink) {
    guard now >= begins else { return }
    takeFeedback(now)
    if now >= nextAudio {
      nextAudio = nextAudio + .milliseconds(20)
      audioSent += 1
      send(bytes: 80 + 32, isAudio: true, now, &link)
    }
    if hasVideo, now >= nextFrame { makeFrame(now) }
    controller.setDemand(
      maximumVideo + Self.audioRate, isUnmet: controller.targetRate < maximumVideo + Self.audioRate, now: now)
    controller.process(now: now)
    probe(now, &link)
    while let next = queue.first, controller.maySend(now) {
      queue.removeFirst()
      queuedBytes -= next
      send(bytes: next, isAudio: false, now, &link)
    }
    if now >= nextFeedback { makeFeedback(now) }
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

  private func probe(_ now: Instant, _ link: inout SimulatedLink) {
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
        send(bytes: size, isAudio: false, now, &link)
        bytes += size + CongestionController.overhead
      } while bytes < burst && controller.prober.isProbing
    }
  }

  private func send(bytes: Int, isAudio: Bool, _ now: Instant, _ link: inout SimulatedLink) {
    sequence &+= 1
    controller.onSent(sequence, bytes: bytes, now: now)
    _ = link.enter(
      SimulatedLink.Packet(
        flow: index, sequence: sequence, bytes: bytes + CongestionController.overhead, isAudio: isAudio, sent: now))
  }

  func receive(_ packet: SimulatedLink.Packet, at now: Instant) {
    if packet.isAudio { audioReceived += 1 }
    deliveredBytes += packet.bytes
    arrivals.append((packet.sequence, (now.nanoseconds / 1_000 + clockOffset) / 250 * 250))
    if nextFeedback == .distantFuture { nextFeedback = now + feedbackInterval }
  }

  private func makeFeedback(_ now: Instant) {
    nextFeedback = .distantFuture
    guard let newest = arrivals.map(\.sequence).max(by: { Int16(bitPattern: $0 &- $1) < 0 }) else { return }
    let first = lastReported.map { $0 &+ 1 } ?? arrivals[0].sequence
    var statuses = [Int64?](repeating: nil, count: Int(newest &- first) + 1)
    for arrival in arrivals where Int(arrival.sequence &- first) < statuses.count {
      statuses[Int(arrival.sequence &- first)] = arrival.micros
    }
    arrivals = []
    lastReported = newest
    guard !losesFeedback else { return }
    feedbacks.append((now + returnDelay, first, statuses))
  }

  private func takeFeedback(_ now: Instant) {
    while let next = feedbacks.first, next.at <= now {
      feedbacks.removeFirst()
      report.begin()
      for (offset, status) in next.statuses.enumerated() {
        controller.note(next.first &+ UInt16(offset), arrival: status, in: &report)
      }
      controller.onFeedback(report, now: now)
      if let roundTrip = controller.propagationRoundTrip { controller.onRoundTrip(roundTrip) }
    }
  }

  func sample(_ now: Instant) {
    samples.append(Sample(time: now, target: controller.targetRate, delivered: deliveredBytes))
  }

  /// What arrived between two times, in seconds since the start.
  func throughput(_ from: Double, _ to: Double) -> DataRate {
    func delivered(_ at: Double) -> Int { samples.last { $0.time.nanoseconds <= Int64(at * 1e9) }?.delivered ?? 0 }
    return DataRate(bytes: delivered(to) - delivered(from), over: TimeDelta(nanoseconds: Int64((to - from) * 1e9)))
  }
}

/// Flows over one link, in virtual time, a millisecond at a step.
struct SimulatedPath {
  var link: SimulatedLink
  var flows: [SimulatedFlow]
  var now = Instant.zero
  var random: SplitMix
  /// Queueing delay of the link, ten times a second.
  private(set) var delays: [(time: Double, delay: TimeDelta)] = []

  init(link: SimulatedLink, flows: [SimulatedFlow], seed: UInt64) {
    self.link = link
    self.flows = flows
    random = SplitMix(seed: seed)
  }

  /// Runs until `end` seconds; `change` may alter the link at each step.
  mutating func run(until end: Double, _ change: (Double, inout SimulatedLink) -> Void = { _, _ in }) {
    var step = 0
    while now.nanoseconds < Int64(end * 1e9) {
      now = now + .milliseconds(1)
      let seconds = Double(now.nanoseconds) / 1e9
      change(seconds, &link)
      for flow in flows { flow.advance(to: now, link: &link) }
      let flows = flows
      link.advance(to: now, random: &random) { packet, at in flows[packet.flow].receive(packet, at: at) }
      step += 1
      guard step % 100 == 0 else { continue }
      for flow in flows { flow.sample(now) }
      delays.append((seconds, link.queueingDelay))
    }
  }

  func worstDelay(_ from: Double, _ to: Double) -> TimeDelta {
    delays.filter { $0.time >= from && $0.time <= to }.map(\.delay).max() ?? .zero
  }
}
