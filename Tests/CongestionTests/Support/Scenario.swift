import Bytes
import Foundation

@testable import Congestion

/// Runs over one bottleneck that tests judge and the sweep reports.
enum Scenario {
  static let seeds: [UInt64] = [1, 2, 3]
  static let sweep = ProcessInfo.processInfo.environment["TERTULIA_SWEEP"].flatMap { Int($0) } ?? 0

  static func randomSeeds() -> [UInt64] {
    var random = SystemRandomNumberGenerator()
    let seeds = (0..<sweep).map { _ in UInt64.random(in: 1...1_000_000, using: &random) }
    print("seeds \(seeds)")
    return seeds
  }

  static func flow(_ index: Int = 0, _ seed: UInt64, from begin: Int64 = 0, delay: Int64 = 25) -> SimulatedFlow {
    let flow = SimulatedFlow(index: index, seed: seed, begins: .zero + .seconds(begin))
    flow.delay = .milliseconds(delay)
    return flow
  }

  static func path(_ kilobits: Int64, _ flows: [SimulatedFlow], _ seed: UInt64) -> SimulatedPath {
    SimulatedPath(link: SimulatedLink(capacity: .kilobits(kilobits)), flows: flows, seed: seed)
  }

  /// The used share of a link between 10 and 40 s.
  static func utilization(seed: UInt64, kilobits: Int64, delay: Int64) -> Double {
    let flow = flow(0, seed, delay: delay)
    var path = path(kilobits, [flow], seed)
    path.run(until: 40)
    return flow.throughput(10, 40).kilobitsPerSecond / Double(kilobits)
  }

  struct Fall {
    /// From the fall until the queue is below 100 ms for half a second.
    var secondsToShortQueue: Double
    /// From 2 s after the fall to the return.
    var worstDelay: TimeDelta
    /// Seconds from the return to 80 %.
    var recovery: Double
    var audioLoss: Double
  }

  /// 4 Mbit/s, 1 Mbit/s from 20 to 40 s, and 4 again.
  static func fall(seed: UInt64) -> Fall {
    let flow = flow(0, seed)
    var path = path(4_000, [flow], seed)
    path.run(until: 50) { time, path in path.link.capacity = .kilobits(time < 20 || time >= 40 ? 4_000 : 1_000) }
    return Fall(
      secondsToShortQueue: path.secondsToShortQueue(after: [20]), worstDelay: path.worstDelay(22, 40),
      recovery: flow.secondsUntil(.kilobits(3_200), from: 40),
      audioLoss: flow.audioLoss)
  }

  /// How far the share of a flow is from the mean, at most, for flows that begin 5 s apart on 4 Mbit/s. Shares are those
  /// of a minute: they change with every probe and backoff, some twenty of which a minute holds.
  static func unfairness(seed: UInt64, flows count: Int) -> Double {
    let flows = (0..<count).map { flow($0, seed, from: Int64($0) * 5) }
    var path = path(4_000, flows, seed)
    path.run(until: 90)
    return unfairness(flows, 30, 90)
  }

  static func unfairness(_ flows: [SimulatedFlow], _ from: Double, _ to: Double) -> Double {
    let shares = flows.map { $0.throughput(from, to).kilobitsPerSecond }
    let mean = shares.reduce(0, +) / Double(shares.count)
    return shares.map { abs($0 - mean) / mean }.max() ?? 0
  }

  /// The share of sound that is lost in the first minute, start-up included.
  static func audioLoss(seed: UInt64, kilobits: Int64) -> Double {
    let flow = flow(0, seed)
    var path = path(kilobits, [flow], seed)
    path.run(until: 60)
    return flow.audioLoss
  }

  /// On 3 Mbit/s with jitter of 10 ms.
  static func throughputWithLoss(seed: UInt64, share: Double) -> DataRate {
    let flow = flow(0, seed)
    var path = path(3_000, [flow], seed)
    path.link.loss = share
    path.link.jitter = .milliseconds(10)
    path.run(until: 40)
    return flow.throughput(10, 40)
  }

  /// The least throughput of 0.5 s after the path of a picture that needs half of 4 Mbit/s has become 180 ms longer, beside
  /// what it was before.
  static func dipOnLongerPath(seed: UInt64) -> Double {
    let flow = flow(0, seed, delay: 20)
    flow.maximumVideo = .kilobits(1_800)
    var path = path(4_000, [flow], seed)
    path.run(until: 20)
    flow.delay = .milliseconds(200)
    path.run(until: 30)
    // What was on its way when the path changed arrives later, so the first second says nothing.
    let least = stride(from: 21.5, to: 30, by: 0.5).map { flow.throughput($0 - 0.5, $0).kilobitsPerSecond }.min() ?? 0
    return least / flow.throughput(10, 20).kilobitsPerSecond
  }
}
