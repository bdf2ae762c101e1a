import Bytes
import Foundation
import Testing

@testable import Congestion

/// Random seeds for every figure: `TERTULIA_SWEEP=30 swift test --filter CongestionSweep`.
@Suite("Random seeds")
struct CongestionSweepTests {
  @Test("figures of random seeds, reported", .enabled(if: Scenario.sweep > 0, "TERTULIA_SWEEP is the number of seeds"))
  func sweep() {
    var table = FigureTable()
    for seed in Scenario.randomSeeds() {
      for (kilobits, delay) in [(1_000, 25), (4_000, 25), (4_000, 100)] as [(Int64, Int64)] {
        table.add(
          "\(kilobits) kbit/s, \(2 * delay) ms: used",
          Scenario.utilization(seed: seed, kilobits: kilobits, delay: delay),
          atLeast: 0.9)
      }
      let fall = Scenario.fall(seed: seed)
      table.add("4 to 1 Mbit/s: seconds to a short queue", fall.secondsToShortQueue, atMost: 2)
      table.add("4 to 1 Mbit/s: longest queue from 2 s on, seconds", fall.worstDelay.seconds, atMost: 0.1)
      table.add("1 to 4 Mbit/s: seconds to 80 %", fall.recovery, atMost: 8)
      for flows in [2, 3, 5] {
        table.add("unfairness of \(flows)", Scenario.unfairness(seed: seed, flows: flows), atMost: 0.3)
      }
      for kilobits in [90, 120] as [Int64] {
        table.add("sound lost at \(kilobits) kbit/s", Scenario.audioLoss(seed: seed, kilobits: kilobits), atMost: 0.01)
      }
      for (section, run) in RFC8867.cases {
        for (name, value) in run(seed) { table.add("\(section) \(name)", value) }
      }
    }
    print(table.text)
  }
}

/// Least, median and most of each figure, and the share of seeds within its limit.
struct FigureTable {
  private var names: [String] = []
  private var values: [String: [Double]] = [:]
  private var passed: [String: Int] = [:]

  mutating func add(_ name: String, _ value: Double, atLeast low: Double = -.infinity, atMost high: Double = .infinity)
  {
    if values[name] == nil { names.append(name) }
    values[name, default: []].append(value)
    if low > -.infinity || high < .infinity { passed[name, default: 0] += value >= low && value <= high ? 1 : 0 }
  }

  var text: String {
    names.map { name in
      let sorted = values[name, default: []].sorted()
      let figures = [sorted.first ?? 0, sorted[sorted.count / 2], sorted.last ?? 0].map { String(format: "%8.3f", $0) }
      let share = passed[name].map { "\($0) of \(sorted.count) pass" } ?? ""
      return name.padding(toLength: 52, withPad: " ", startingAt: 0) + figures.joined() + "  " + share
    }.joined(separator: "\n")
  }
}
