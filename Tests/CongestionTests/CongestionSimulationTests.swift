import Bytes
import Testing

@testable import Congestion

/// The figures that the media plane promises, over a bottleneck under a virtual clock. A failure names its seed.
@Suite("Congestion control over a bottleneck")
struct CongestionSimulationTests {
  @Test("a steady link is used to 90 % after 10 s", arguments: Scenario.seeds, [1_000, 4_000])
  func steadyLink(seed: UInt64, kilobits: Int64) {
    #expect(Scenario.utilization(seed: seed, kilobits: kilobits, delay: 25) >= 0.9, "seed \(seed)")
  }

  @Test("a long path is used to 90 % too", arguments: Scenario.seeds)
  func longPath(seed: UInt64) {
    #expect(Scenario.utilization(seed: seed, kilobits: 4_000, delay: 100) >= 0.9, "seed \(seed)")
  }

  @Test(
    "a fall from 4 to 1 Mbit/s: the queue is below 100 ms after 2 s, and 80 % are used 8 s after the link's return",
    arguments: Scenario.seeds)
  func variableCapacity(seed: UInt64) {
    let outcome = Scenario.fall(seed: seed)
    #expect(outcome.secondsToShortQueue <= 2, "seed \(seed)")
    #expect(outcome.worstDelay < .milliseconds(100), "seed \(seed)")
    #expect(outcome.recovery <= 8, "seed \(seed)")
    #expect(outcome.audioLoss < 0.01, "seed \(seed)")
  }

  @Test("flows that began apart have fair shares within 30 %", arguments: Scenario.seeds, [2, 3])
  func fairShares(seed: UInt64, flows: Int) {
    #expect(Scenario.unfairness(seed: seed, flows: flows) <= 0.3, "seed \(seed)")
  }

  @Test("where only sound fits none of it is lost, start-up included", arguments: Scenario.seeds, [90, 120])
  func onlySound(seed: UInt64, kilobits: Int64) {
    #expect(Scenario.audioLoss(seed: seed, kilobits: kilobits) < 0.01, "seed \(seed)")
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
    let flow = Scenario.flow(0, seed)
    var path = Scenario.path(2_000, [flow], seed)
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
    let flow = Scenario.flow(0, seed)
    flow.maximumVideo = .kilobits(300)
    var path = Scenario.path(3_000, [flow], seed)
    path.run(until: 20)
    #expect(flow.controller.targetRate >= .kilobits(360), "seed \(seed)")
    flow.maximumVideo = .kilobits(2_000)
    path.run(until: 40)
    #expect(flow.throughput(28, 40) >= .kilobits(1_600), "seed \(seed)")
  }

  @Test("a receiver whose feedback is lost for good is sent less and less")
  func feedbackLost() {
    let flow = Scenario.flow(0, 1)
    var path = Scenario.path(2_000, [flow], 1)
    path.run(until: 10)
    let before = flow.controller.targetRate
    flow.losesFeedback = true
    path.run(until: 25)
    #expect(flow.controller.targetRate < before * 0.2)
  }
}
