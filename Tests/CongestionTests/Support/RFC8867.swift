import Bytes

@testable import Congestion

/// The cases of RFC 8867 §5 as runs with figures: one-way delay 50 ms and a queue of 300 ms that drops its tail, as §4.1
/// says, sources that take whatever they are given, and no jitter but that of frames.
enum RFC8867 {
  /// A figure's name and value; shares are 0...1, times in seconds.
  typealias Figures = [(name: String, value: Double)]

  static let cases: [(section: String, run: @Sendable (UInt64) -> Figures)] = [
    ("5.1", variableCapacity), ("5.2", variableCapacityOfTwo), ("5.3", congestedFeedback), ("5.4", threeFlows),
    ("5.5", roundTripFairness), ("5.6", longTCP), ("5.7", shortTCP), ("5.8", pauseAndResume),
  ]

  private static func flows(_ count: Int, _ seed: UInt64, apart: Int64 = 0) -> [SimulatedFlow] {
    (0..<count).map { Scenario.flow($0, seed, from: Int64($0) * apart, delay: 50) }
  }

  private static func rate(_ flows: [SimulatedFlow], _ from: Double, _ to: Double) -> Double {
    flows.reduce(0) { $0 + $1.throughput(from, to).kilobitsPerSecond }
  }

  private static func audioLoss(_ flows: [SimulatedFlow]) -> Double { flows.map(\.audioLoss).max() ?? 0 }

  private static func capacity(_ steps: [(from: Double, kilobits: Int64)], _ time: Double) -> DataRate {
    .kilobits(steps.last { $0.from <= time }?.kilobits ?? 0)
  }

  /// The share of what a changing link could carry that was used, each first ten seconds after a change left out.
  private static func used(_ flows: [SimulatedFlow], _ steps: [(from: Double, kilobits: Int64)], until end: Double)
    -> Double
  {
    var (carried, possible) = (0.0, 0.0)
    for (index, step) in steps.enumerated() {
      let to = index + 1 < steps.count ? steps[index + 1].from : end
      carried += rate(flows, step.from + 10, to) * (to - step.from - 10)
      possible += Double(step.kilobits) * (to - step.from - 10)
    }
    return carried / possible
  }

  static func variableCapacity(seed: UInt64) -> Figures {
    let steps: [(from: Double, kilobits: Int64)] = [(0, 1_000), (40, 2_500), (60, 600), (80, 1_000)]
    let flows = flows(1, seed)
    var path = Scenario.path(1_000, flows, seed)
    path.run(until: 100) { $1.link.capacity = capacity(steps, $0) }
    return [
      ("used", used(flows, steps, until: 100)), ("seconds to a short queue", path.secondsToShortQueue(after: [60])),
      ("seconds to 80 %", flows[0].secondsUntil(.kilobits(2_000), from: 40)),
      ("95 % of queueing delays", path.delay(0.95, 10, 100).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  static func variableCapacityOfTwo(seed: UInt64) -> Figures {
    let steps: [(from: Double, kilobits: Int64)] = [(0, 4_000), (25, 2_000), (50, 3_500), (75, 1_000), (100, 2_000)]
    let flows = flows(2, seed)
    var path = Scenario.path(4_000, flows, seed)
    path.run(until: 125) { $1.link.capacity = capacity(steps, $0) }
    return [
      ("used", used(flows, steps, until: 125)),
      ("seconds to a short queue", path.secondsToShortQueue(after: [25, 75])),
      ("unfairness", Scenario.unfairness(flows, 25, 125)),
      ("95 % of queueing delays", path.delay(0.95, 10, 125).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  static func congestedFeedback(seed: UInt64) -> Figures {
    let there: [(from: Double, kilobits: Int64)] = [(0, 2_000), (20, 1_000), (40, 500), (60, 2_000)]
    let back: [(from: Double, kilobits: Int64)] = [(0, 2_000), (35, 800), (70, 2_000)]
    let flows = flows(2, seed)
    flows[1].isReversed = true
    var path = Scenario.path(2_000, flows, seed)
    path.back = SimulatedLink(capacity: .kilobits(2_000))
    path.run(until: 100) { time, path in
      path.link.capacity = capacity(there, time)
      path.back?.capacity = capacity(back, time)
    }
    return [
      ("used there", used([flows[0]], there, until: 100)), ("used back", used([flows[1]], back, until: 100)),
      ("seconds to a short queue", path.secondsToShortQueue(after: [20, 40])),
      ("95 % of queueing delays", path.delay(0.95, 10, 100).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  static func threeFlows(seed: UInt64) -> Figures {
    let flows = flows(3, seed, apart: 20)
    var path = Scenario.path(3_500, flows, seed)
    path.run(until: 120)
    return [
      ("used", rate(flows, 60, 120) / 3_500), ("unfairness", Scenario.unfairness(flows, 60, 120)),
      ("95 % of queueing delays", path.delay(0.95, 60, 120).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  static func roundTripFairness(seed: UInt64) -> Figures {
    let flows = flows(5, seed, apart: 10)
    for (flow, delay) in zip(flows, [10, 25, 50, 100, 150] as [Int64]) { flow.delay = .milliseconds(delay) }
    var path = Scenario.path(4_000, flows, seed)
    path.run(until: 180)
    return [
      ("used", rate(flows, 60, 180) / 4_000), ("unfairness", Scenario.unfairness(flows, 60, 180)),
      ("95 % of queueing delays", path.delay(0.95, 60, 180).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  static func longTCP(seed: UInt64) -> Figures {
    let flows = flows(1, seed, apart: 0)
    var path = Scenario.path(2_000, flows, seed)
    path.tcp = [
      SimulatedTCP(
        index: 1, seed: seed, begins: .zero + .seconds(20), ends: .zero + .seconds(80), roundTrip: .milliseconds(100))
    ]
    path.run(until: 110)
    return [
      ("share of half beside TCP", rate(flows, 30, 80) / 1_000),
      ("TCP of half", path.tcpThroughput(30, 80).kilobitsPerSecond / 1_000),
      ("seconds to 80 % after it", flows[0].secondsUntil(.kilobits(1_600), from: 80)),
      ("sound lost", audioLoss(flows)),
    ]
  }

  static func shortTCP(seed: UInt64) -> Figures {
    let flows = flows(2, seed)
    var path = Scenario.path(2_000, flows, seed)
    path.tcp = (0..<10).map {
      SimulatedTCP(
        index: 2 + $0, seed: seed, begins: .zero + .seconds(10), roundTrip: .milliseconds(100), isShort: true)
    }
    path.run(until: 130)
    return [
      ("media", rate(flows, 10, 130) / 2_000), ("TCP", path.tcpThroughput(10, 130).kilobitsPerSecond / 2_000),
      ("least of a flow", flows.map { $0.throughput(10, 130).kilobitsPerSecond }.min()! / 2_000),
      ("95 % of queueing delays", path.delay(0.95, 10, 130).seconds), ("sound lost", audioLoss(flows)),
    ]
  }

  /// The first of three pauses between 40 and 60 s.
  static func pauseAndResume(seed: UInt64) -> Figures {
    let flows = flows(3, seed)
    var path = Scenario.path(3_500, flows, seed)
    path.run(until: 40)
    flows[0].hasVideo = false
    path.run(until: 60)
    flows[0].resumeVideo(path.now)
    path.run(until: 120)
    return [
      ("used", rate(flows, 70, 120) / 3_500), ("used in the pause", rate(flows, 45, 60) / 3_500),
      ("unfairness", Scenario.unfairness(flows, 70, 120)),
      ("seconds to half of a share", flows[0].secondsUntil(.kilobits(580), from: 60)),
      ("95 % of queueing delays", path.delay(0.95, 20, 120).seconds), ("sound lost", audioLoss(flows)),
    ]
  }
}
