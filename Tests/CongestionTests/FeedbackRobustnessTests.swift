import Bytes
import Testing

@testable import Congestion

/// Feedback is written by strangers: whatever it says, the estimate stays in its limits and the next honest feedback counts.
@Suite("Feedback that is wrong, late or missing")
struct FeedbackRobustnessTests {
  /// A sender of 100 packets a second whose receiver has them 30 ms later.
  private struct Path: ~Copyable {
    var controller = CongestionController(CongestionConfiguration())
    var report = FeedbackReport()
    var now = Instant.zero
    var next: UInt16 = 65_000

    mutating func send(_ count: Int) {
      for _ in 0..<count {
        now = now + .milliseconds(10)
        controller.onSent(next, bytes: 1_100, now: now)
        next &+= 1
      }
    }

    /// The last `count` packets arrived, by a clock that is `offset` microseconds from ours.
    mutating func acknowledge(_ count: Int, offset: Int64 = 0) {
      report.begin()
      for back in stride(from: count, to: 0, by: -1) {
        let arrival = now.microseconds - Int64(back - 1) * 10_000 + 30_000 + offset
        controller.note(next &- UInt16(back), arrival: arrival, in: &report)
      }
      now = now + .milliseconds(60)
      controller.onFeedback(report, now: now)
      controller.process(now: now)
    }

    mutating func talk(seconds: Int, offset: Int64 = 0) {
      for _ in 0..<(seconds * 10) {
        send(10)
        acknowledge(10, offset: offset)
      }
    }

    deinit { controller.destroy() }
  }

  @Test("repeated feedback changes nothing")
  func repeated() {
    var path = Path()
    path.talk(seconds: 3)
    let (estimate, acknowledged) = (path.controller.estimate, path.controller.acknowledgedRate)
    for _ in 0..<100 {
      path.report.begin()
      for back in 1...200 { path.controller.note(path.next &- UInt16(back), arrival: 5_000, in: &path.report) }
      #expect(path.report.count == 0)
      path.controller.onFeedback(path.report, now: path.now)
    }
    #expect(path.controller.estimate == estimate)
    #expect(path.controller.acknowledgedRate == acknowledged)
  }

  @Test("packets that were never sent, are still to be sent, or are long forgotten are ignored")
  func neverSent() {
    var path = Path()
    path.send(50)
    path.report.begin()
    for ahead in 0..<30_000 { path.controller.note(path.next &+ UInt16(ahead), arrival: 1, in: &path.report) }
    for back in 51..<30_000 { path.controller.note(path.next &- UInt16(back), arrival: 1, in: &path.report) }
    #expect(path.report.count == 0)
    #expect(path.report.packets == 0)
  }

  @Test("what was reported lost and then arrived is taken off the losses, once")
  func lostAndFound() {
    var path = Path()
    path.send(10)
    path.report.begin()
    for _ in 0..<3 { path.controller.note(65_000, arrival: nil, in: &path.report) }
    #expect(path.report.lostPackets == 1)
    for _ in 0..<3 { path.controller.note(65_000, arrival: 7, in: &path.report) }
    #expect(path.report.recoveredPackets == 1)
    #expect(path.report.count == 1)
  }

  @Test(
    "random statuses keep the estimate within its limits, and honest feedback counts again",
    arguments: 1...20 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var path = Path()
    let configuration = CongestionConfiguration()
    for _ in 0..<300 {
      path.send(Int.random(in: 0...20, using: &random))
      path.report.begin()
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        let sequence = path.next &- UInt16.random(in: 0...80, using: &random)
        let arrival: Int64? =
          switch Int.random(in: 0...3, using: &random) {
          case 0: nil
          case 1: Int64.random(in: .min ... .max, using: &random)
          case 2: Int64.random(in: 0..<1 << 24 * 64_000, using: &random)
          default: path.now.microseconds
          }
        path.controller.note(sequence, arrival: arrival, in: &path.report)
      }
      path.controller.onFeedback(path.report, now: path.now)
      path.controller.process(now: path.now)
      let target = path.controller.targetRate
      #expect(target >= configuration.minimum && path.controller.estimate <= configuration.maximum, "seed \(seed)")
    }
    path.talk(seconds: 60)
    #expect(path.controller.estimate >= .kilobits(400), "seed \(seed)")
  }

  @Test(
    "the receiver's clock is set: by an hour, by a millisecond, and by a wrap",
    arguments: [3_600_000_000, -3_600_000_000, 1_000, -1_000, 1 << 24 * 64_000] as [Int64])
  func clockJumps(jump: Int64) {
    let flow = Scenario.flow(0, 1)
    var path = Scenario.path(2_000, [flow], 1)
    path.run(until: 20)
    flow.clockOffset += jump
    path.run(until: 50)
    #expect(flow.throughput(30, 50) >= .kilobits(1_700))
    #expect(path.worstDelay(30, 50) < .milliseconds(150))
  }

  @Test("without any feedback the rate stays what it was at first")
  func noFeedback() {
    var path = Path()
    for _ in 0..<600 {
      path.send(10)
      path.controller.process(now: path.now)
    }
    #expect(path.controller.estimate <= CongestionConfiguration().start)
    #expect(path.controller.estimate >= CongestionConfiguration().minimum)
  }

  @Test("feedback once a second is enough to use a link and to follow a fall", arguments: Scenario.seeds)
  func rareFeedback(seed: UInt64) {
    let flow = Scenario.flow(0, seed)
    flow.feedbackInterval = .seconds(1)
    var path = Scenario.path(2_000, [flow], seed)
    path.run(until: 30)
    #expect(flow.throughput(10, 30) >= .kilobits(1_400), "seed \(seed)")
    path.link.capacity = .kilobits(1_000)
    path.run(until: 45)
    // Too rare to see the queue grow: losses end what the fall began.
    #expect(flow.controller.targetRate <= .kilobits(1_300), "seed \(seed)")
    #expect(flow.throughput(35, 45) >= .kilobits(800), "seed \(seed)")
  }

  @Test("a fifth of all feedback is lost, and most of the link is used", arguments: Scenario.seeds)
  func lostFeedback(seed: UInt64) {
    let flow = Scenario.flow(0, seed)
    var path = Scenario.path(2_000, [flow], seed)
    path.back = SimulatedLink(capacity: .kilobits(10_000))
    path.back?.loss = 0.2
    path.run(until: 30)
    #expect(flow.throughput(10, 30) >= .kilobits(1_600), "seed \(seed)")
    #expect(flow.audioLoss < 0.01, "seed \(seed)")
  }

  @Test("one receiver costs 16 kB at most")
  func footprint() { #expect(CongestionController.footprint <= 16_384) }
}
