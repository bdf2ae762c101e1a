import Bytes
import Testing

@testable import Congestion

/// The cases of RFC 8867 with figures. Links and clocks are virtual; a failure names its seed.
@Suite("Congestion control over a bottleneck")
struct CongestionSimulationTests {
  @Test("a steady link is used to 90 % after 10 s", arguments: Scenario.seeds, [1_000, 4_000])
  func steadyLink(seed: UInt64, kilobits: Int64) {
    #expect(Scenario.utilization(seed: seed, kilobits: kilobits, delay: .milliseconds(25)) >= 0.9, "seed \(seed)")
  }

  @Test("a long path is used to 90 % too", arguments: Scenario.seeds)
  func longPath(seed: UInt64) {
    #expect(Scenario.utilization(seed: seed, kilobits: 4_000, delay: .milliseconds(100)) >= 0.9, "seed \(seed)")
  }

  @Test(
    "a fall from 4 to 1 Mbit/s: the queue is below 100 ms after 2 s, and 80 % are used 8 s after the link's return",
    arguments: Scenario.seeds)
  func variableCapacity(seed: UInt64) {
    let outcome = Scenario.fall(seed: seed)
    #expect(outcome.worstDelay < .milliseconds(100), "seed \(seed)")
    #expect(outcome.recovery <= 8, "seed \(seed)")
    #expect(outcome.audioLoss < 0.01, "seed \(seed)")
  }

  @Test("two flows that began apart have fair shares within 30 %", arguments: Scenario.seeds)
  func fairShares(seed: UInt64) {
    #expect(Scenario.unfairness(seed: seed, flows: 2) <= 0.3, "seed \(seed)")
  }

  @Test("sound is not lost where only sound fits", arguments: Scenario.seeds)
  func onlySound(seed: UInt64) {
    #expect(Scenario.audioLoss(seed: seed, kilobits: 100) < 0.01, "seed \(seed)")
  }

  @Test("losses that are not of our making cost no more than their share several times over", arguments: [0.02, 0.05])
  func randomLoss(share: Double) {
    #expect(Scenario.throughputWithLoss(seed: 1, share: share).kilobitsPerSecond >= 3_000 * (1 - 7 * share))
  }

  @Test("a path that becomes 180 ms longer is not taken for a queue: what is sent goes on", arguments: Scenario.seeds)
  func longerPath(seed: UInt64) {
    #expect(Scenario.dipOnLongerPath(seed: seed) > 0.7, "seed \(seed)")
  }

  @Test("after a pause the picture comes back within 8 s", arguments: Scenario.seeds)
  func pauseAndResume(seed: UInt64) {
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero)
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(2_000)), flows: [flow], seed: seed)
    path.run(until: 15)
    flow.hasVideo = false
    path.run(until: 35)
    flow.resumeVideo(path.now)
    path.run(until: 55)
    #expect(flow.throughput(43, 55) >= .kilobits(1_600), "seed \(seed)")
    #expect(path.worstDelay(37, 55) < .milliseconds(150), "seed \(seed)")
  }

  @Test("an application-limited sender keeps its estimate, and grows into more demand", arguments: Scenario.seeds)
  func applicationLimited(seed: UInt64) {
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero, maximumVideo: .kilobits(300))
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(3_000)), flows: [flow], seed: seed)
    path.run(until: 20)
    #expect(flow.controller.targetRate >= .kilobits(360), "seed \(seed)")
    flow.maximumVideo = .kilobits(2_000)
    path.run(until: 40)
    #expect(flow.throughput(28, 40) >= .kilobits(1_600), "seed \(seed)")
  }

  @Test("a receiver whose feedback is lost for good is sent less and less")
  func feedbackLost() {
    let flow = SimulatedFlow(index: 0, seed: 1, begins: .zero)
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(2_000)), flows: [flow], seed: 1)
    path.run(until: 10)
    let before = flow.controller.targetRate
    flow.losesFeedback = true
    path.run(until: 25)
    #expect(flow.controller.targetRate < before * 0.2)
  }

  @Test(
    "random seeds, reported", .enabled(if: Scenario.sweep > 0, "TERTULIA_SWEEP is the number of seeds"))
  func sweep() {
    var figures: [String: [Double]] = [:]
    for seed in Scenario.randomSeeds() {
      figures["used of 4 Mbit/s", default: []] += [
        Scenario.utilization(seed: seed, kilobits: 4_000, delay: .milliseconds(25))
      ]
      let fall = Scenario.fall(seed: seed)
      figures["ms of queue 2 s after the fall", default: []].append(Double(fall.worstDelay.milliseconds))
      figures["s to 80 % after the return", default: []].append(fall.recovery)
      figures["unfairness of 2", default: []].append(Scenario.unfairness(seed: seed, flows: 2))
      figures["unfairness of 3", default: []].append(Scenario.unfairness(seed: seed, flows: 3))
      figures["sound lost at 100 kbit/s", default: []].append(Scenario.audioLoss(seed: seed, kilobits: 100))
    }
    for (name, values) in figures.sorted(by: { $0.key < $1.key }) {
      let sorted = values.sorted()
      print("\(name): least \(sorted.first!), median \(sorted[sorted.count / 2]), most \(sorted.last!)")
    }
  }
}
