import Bytes
import Testing

@testable import SFU

@Suite("Path advice")
struct PathAdviceTests {
  /// What is measured for some seconds, five times in each.
  struct Stretch {
    var seconds: Int
    var kilobits: Int64 = 2_000
    var isUnmet = false
    var isStarved = false
    var loss = 0.0
  }

  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var stretches: [Stretch]
    /// "seconds state proposal" of each message.
    var told: [String]
  }

  static let cases = [
    Case(testDescription: "a good path says nothing", stretches: [Stretch(seconds: 100)], told: []),
    Case(
      testDescription: "a beginning that is limited for a moment says nothing",
      stretches: [Stretch(seconds: 4, kilobits: 300, isUnmet: true), Stretch(seconds: 60)], told: []),
    Case(
      testDescription: "a beginning that stays limited is told after five seconds",
      stretches: [Stretch(seconds: 8, kilobits: 800, isUnmet: true)], told: ["5.0 limited none"]),
    Case(
      testDescription: "less than a second of trouble is not told",
      stretches: [Stretch(seconds: 20)] + Self.flaps(20), told: []),
    Case(
      testDescription: "changes are told at most once in five seconds",
      stretches: [Stretch(seconds: 10), Stretch(seconds: 2, isUnmet: true), Stretch(seconds: 20)],
      told: ["11.0 limited none", "16.0 good none"]),
    Case(
      testDescription: "nothing fits: poor; loss over a tenth: poor; loss of a tenth: not",
      stretches: [
        Stretch(seconds: 10, isUnmet: true, isStarved: true), Stretch(seconds: 10, loss: 0.1),
        Stretch(seconds: 10, loss: 0.11),
      ],
      told: ["5.0 poor none", "11.0 good none", "21.0 poor none"]),
    Case(
      testDescription: "low data is proposed after ten seconds under 500 kbit/s, and not at 500",
      stretches: [
        Stretch(seconds: 20, kilobits: 500, isUnmet: true), Stretch(seconds: 11, kilobits: 499, isUnmet: true),
      ],
      told: ["5.0 limited none", "30.0 limited lowData"]),
    Case(
      testDescription: "under 500 kbit/s without anything missing nothing is proposed",
      stretches: [Stretch(seconds: 60, kilobits: 200)], told: []),
    Case(
      testDescription: "one moment of enough begins the ten seconds anew",
      stretches: [
        Stretch(seconds: 9, kilobits: 300, isUnmet: true), Stretch(seconds: 1, kilobits: 600, isUnmet: true),
        Stretch(seconds: 11, kilobits: 300, isUnmet: true),
      ],
      told: ["5.0 limited none", "20.0 limited lowData"]),
    Case(
      testDescription: "audio only is proposed after ten seconds of poor under 150 kbit/s, not of limited",
      stretches: [
        Stretch(seconds: 30, kilobits: 149, isUnmet: true),
        Stretch(seconds: 11, kilobits: 149, isUnmet: true, isStarved: true),
      ],
      told: ["5.0 limited none", "10.0 limited lowData", "31.0 poor lowData", "40.0 poor audioOnly"]),
    Case(
      testDescription: "proposals are withdrawn after thirty seconds over 1.5 times their limit, one after the other",
      stretches: [
        Stretch(seconds: 20, kilobits: 100, isUnmet: true, isStarved: true), Stretch(seconds: 40, kilobits: 226),
        Stretch(seconds: 29, kilobits: 751), Stretch(seconds: 1, kilobits: 750), Stretch(seconds: 31, kilobits: 751),
      ],
      told: [
        "5.0 poor none", "10.0 poor audioOnly", "21.0 good audioOnly", "50.0 good lowData", "120.0 good none",
      ]),
  ]

  private static func flaps(_ count: Int) -> [Stretch] {
    (0..<count).flatMap { _ in [Stretch(seconds: 0, isUnmet: true), Stretch(seconds: 1)] }
  }

  @Test("what is told, and when", arguments: cases)
  func table(_ example: Case) {
    var advice = PathAdvice()
    var now = Instant.zero + .seconds(1_000)
    let start = now
    var told: [String] = []
    for stretch in example.stretches {
      // A stretch of no seconds is one measurement.
      for _ in 0..<max(1, stretch.seconds * 5) {
        let report = PathReport(
          estimate: .kilobits(stretch.kilobits), demand: .kilobits(1_000), isUnmet: stretch.isUnmet,
          isStarved: stretch.isStarved, loss: stretch.loss)
        if let advice = advice.advise(report, now: now) {
          told.append("\((now - start).seconds) \(advice.state) \(advice.proposal)")
          #expect(advice.estimate == report.estimate && advice.demand == report.demand)
        }
        now = now + .milliseconds(200)
      }
    }
    #expect(told == example.told)
  }

  @Test("loss is that of the last seconds, and of nothing when few packets were reported")
  func loss() {
    var window = LossWindow()
    let start = Instant.zero + .seconds(1_000)
    #expect(window.share(now: start) == 0)
    window.note(lost: 10, packets: 20, now: start)
    #expect(window.share(now: start) == 0, "twenty packets say nothing")
    window.note(lost: 0, packets: 80, now: start + .seconds(1))
    #expect(window.share(now: start + .seconds(2)) == 0.1)
    window.note(lost: 50, packets: 100, now: start + .seconds(4))
    #expect(window.share(now: start + .seconds(4)) == 0.3)
    #expect(window.share(now: start + .seconds(7)) == 0.5)
    #expect(window.share(now: start + .seconds(20)) == 0)
    window.note(lost: 500, packets: 100, now: start + .seconds(20))
    #expect(window.share(now: start + .seconds(20)) == 1, "a receiver cannot miss more than was sent")
    window.note(lost: -500, packets: -1, now: start + .seconds(20))
    #expect(window.share(now: start + .seconds(20)) == 1)
  }
}
