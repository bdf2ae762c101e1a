import Bytes
import Foundation

@testable import Congestion

/// Runs that tests judge and the sweep reports.
enum Scenario {
  static let seeds: [UInt64] = [1, 2, 3, 4, 5]
  static let sweep = ProcessInfo.processInfo.environment["TERTULIA_SWEEP"].flatMap { Int($0) } ?? 0

  static func randomSeeds() -> [UInt64] {
    var random = SystemRandomNumberGenerator()
    let seeds = (0..<sweep).map { _ in UInt64.random(in: 1...1_000_000, using: &random) }
    print("seeds \(seeds)")
    return seeds
  }

  /// The used share of a link between 10 and 40 s.
  static func utilization(seed: UInt64, kilobits: Int64, delay: TimeDelta) -> Double {
    var link = SimulatedLink(capacity: .kilobits(kilobits))
    link.delay = delay
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero)
    flow.returnDelay = delay
    var path = SimulatedPath(link: link, flows: [flow], seed: seed)
    path.run(until: 40)
    return flow.throughput(10, 40).kilobitsPerSecond / Double(kilobits)
  }

  struct Fall {
    /// From 2 s after the fall to the return.
    var worstDelay: TimeDelta
    /// Seconds from the return to 80 %.
    var recovery: Double
    var audioLoss: Double
  }

  /// 4 Mbit/s, 1 Mbit/s from 20 to 40 s, and 4 again.
  static func fall(seed: UInt64) -> Fall {
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero)
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(4_000)), flows: [flow], seed: seed)
    path.run(until: 60) { time, link in link.capacity = time < 20 || time >= 40 ? .kilobits(4_000) : .kilobits(1_000) }
    let times = flow.samples.map { $0.time.nanoseconds }.map { Double($0) / 1e9 }
    let recovered = times.first { $0 > 40.5 && flow.throughput($0 - 0.5, $0) >= .kilobits(3_200) }
    return Fall(
      worstDelay: path.worstDelay(22, 40), recovery: (recovered ?? .infinity) - 40, audioLoss: flow.audioLoss)
  }

  /// How far the share of a flow is from the mean, at most, for flows that begin 5 s apart on 4 Mbit/s.
  static func unfairness(seed: UInt64, flows count: Int) -> Double {
    let flows = (0..<count).map {
      SimulatedFlow(index: $0, seed: seed, begins: Instant(nanoseconds: Int64($0) * 5_000_000_000))
    }
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(4_000)), flows: flows, seed: seed)
    path.run(until: 120)
    let shares = flows.map { $0.throughput(60, 120).kilobitsPerSecond }
    let mean = shares.reduce(0, +) / Double(count)
    return shares.map { abs($0 - mean) / mean }.max() ?? 0
  }

  static func audioLoss(seed: UInt64, kilobits: Int64) -> Double {
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero)
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(kilobits)), flows: [flow], seed: seed)
    path.run(until: 60)
    return flow.audioLoss
  }

  /// On 3 Mbit/s with jitter of 10 ms.
  static func throughputWithLoss(seed: UInt64, share: Double) -> DataRate {
    var link = SimulatedLink(capacity: .kilobits(3_000))
    link.loss = share
    link.jitter = .milliseconds(10)
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero)
    var path = SimulatedPath(link: link, flows: [flow], seed: seed)
    path.run(until: 40)
    return flow.throughput(10, 40)
  }

  /// The least throughput of 0.5 s after the path of a picture that needs half of 4 Mbit/s has become 180 ms longer, beside
  /// what it was before.
  static func dipOnLongerPath(seed: UInt64) -> Double {
    let flow = SimulatedFlow(index: 0, seed: seed, begins: .zero, maximumVideo: .kilobits(1_800))
    var path = SimulatedPath(link: SimulatedLink(capacity: .kilobits(4_000)), flows: [flow], seed: seed)
    path.run(until: 30) { time, link in link.delay = time < 20 ? .milliseconds(20) : .milliseconds(200) }
    // What was on its way when the path changed arrives later, so the first second says nothing.
    let least = stride(from: 21.5, to: 30, by: 0.5).map { flow.throughput($0 - 0.5, $0).kilobitsPerSecond }.min() ?? 0
    return least / flow.throughput(10, 20).kilobitsPerSecond
  }
}
