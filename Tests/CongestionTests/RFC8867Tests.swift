import Bytes
import Testing

@testable import Congestion

/// The cases of RFC 8867 §5; `Support/RFC8867.swift` says how each is run.
@Suite("RFC 8867")
struct RFC8867Tests {
  private static let seeds: [UInt64] = [1, 2]

  /// Every named figure lies within its limits, and sound is not lost.
  private func check(
    _ figures: RFC8867.Figures, _ limits: [String: ClosedRange<Double>], audioLoss: Double = 0.01, _ seed: UInt64
  ) {
    for (name, value) in figures {
      if let limit = limits[name] { #expect(limit.contains(value), "\(name) \(value), seed \(seed)") }
      if name == "sound lost" { #expect(value < audioLoss, "seed \(seed)") }
    }
    #expect(limits.keys.allSatisfy { name in figures.contains { $0.name == name } })
  }

  @Test("§5.1: a single flow follows a capacity that changes", arguments: seeds)
  func variableCapacity(seed: UInt64) {
    check(
      RFC8867.variableCapacity(seed: seed),
      [
        "used": 0.9...1, "seconds to a short queue": 0...2, "seconds to 80 %": 0...8,
        "95 % of queueing delays": 0...0.1,
      ], seed)
  }

  @Test("§5.2: two flows follow a capacity that changes, and share it", arguments: seeds)
  func variableCapacityOfTwo(seed: UInt64) {
    check(
      RFC8867.variableCapacityOfTwo(seed: seed),
      ["used": 0.88...1, "seconds to a short queue": 0...2, "unfairness": 0...0.3, "95 % of queueing delays": 0...0.1],
      seed)
  }

  @Test("§5.3: feedback that crosses a congested link is enough", arguments: seeds)
  func congestedFeedback(seed: UInt64) {
    check(
      RFC8867.congestedFeedback(seed: seed),
      [
        "used there": 0.85...1, "used back": 0.85...1, "seconds to a short queue": 0...2,
        "95 % of queueing delays": 0...0.1,
      ], seed)
  }

  @Test("§5.4: three flows that began apart share a link", arguments: seeds)
  func threeFlows(seed: UInt64) {
    check(
      RFC8867.threeFlows(seed: seed), ["used": 0.9...1, "unfairness": 0...0.3, "95 % of queueing delays": 0...0.1],
      seed)
  }

  @Test("§5.5: round trips of 20 to 300 ms do not decide the shares", arguments: [UInt64(1)])
  func roundTripFairness(seed: UInt64) {
    check(
      RFC8867.roundTripFairness(seed: seed),
      ["used": 0.9...1, "unfairness": 0...0.3, "95 % of queueing delays": 0...0.1], seed)
  }

  @Test("§5.6: beside a long TCP flow a fifth of the fair share is kept, and nobody starves", arguments: seeds)
  func longTCP(seed: UInt64) {
    check(
      RFC8867.longTCP(seed: seed),
      ["share of half beside TCP": 0.2...1.5, "TCP of half": 0.5...1.8, "seconds to 80 % after it": 0...8], seed)
  }

  @Test("§5.7: beside ten sources of short TCP flows no flow starves", arguments: [UInt64(1)])
  func shortTCP(seed: UInt64) {
    // Ten slow starts overflow the queue again and again: nobody's packets are safe.
    check(RFC8867.shortTCP(seed: seed), ["least of a flow": 0.05...1, "TCP": 0.2...1], audioLoss: 0.04, seed)
  }

  @Test("§5.8: what a pause leaves free is used, and given back", arguments: seeds)
  func pauseAndResume(seed: UInt64) {
    check(
      RFC8867.pauseAndResume(seed: seed),
      [
        "used": 0.9...1, "used in the pause": 0.8...1, "unfairness": 0...0.35, "seconds to half of a share": 0...10,
        "95 % of queueing delays": 0...0.1,
      ], seed)
  }
}
