import Bytes
import Testing

@testable import Congestion

/// Sounds that are sent twice under one transport-wide number: what is lost stays known, and how much is sent is bounded.
@Suite("Sound sent twice")
struct LossRepairTests {
  /// A sound of 50 packets a second, 30 ms away, whose receiver says ten times a second what came.
  private struct Sound: ~Copyable {
    var controller: CongestionController
    var report = FeedbackReport()
    var now = Instant(nanoseconds: 1_000_000_000)
    var next: UInt16 = 65_500
    /// Copies that went.
    var copies = 0

    init(start: DataRate = .kilobits(1_000)) {
      var configuration = CongestionConfiguration()
      configuration.start = start
      controller = CongestionController(configuration)
    }

    /// Sends `count` packets, each with the copy of the one before when copies are wanted; `isLost` says which of them,
    /// copies numbered apart, do not arrive.
    mutating func talk(_ count: Int, isLost: (_ packet: Int, _ isCopy: Bool) -> Bool = { _, _ in false }) {
      var arrivals: [(number: UInt16, time: Int64?)] = []
      for index in 0..<count {
        now = now + .milliseconds(20)
        controller.onSent(next, bytes: 150, now: now)
        arrivals.append((next, isLost(index, false) ? nil : now.microseconds + 30_000))
        let isCopied = controller.repair.isWanted && controller.takeCopy(of: next &- 1, bytes: 150, now: now)
        if isCopied { copies += 1 }
        if isCopied, index % 5 > 0, arrivals[index % 5 - 1].time == nil, !isLost(index - 1, true) {
          arrivals[index % 5 - 1].time = now.microseconds + 30_000
        }
        next &+= 1
        if index % 5 == 4 {
          report.begin()
          for (number, time) in arrivals { controller.note(number, arrival: time, in: &report) }
          report.end()
          controller.onFeedback(report, now: now)
          arrivals = []
        }
      }
    }

    deinit { controller.destroy() }
  }

  /// One status.
  private static func note(
    _ sequence: UInt16, _ arrival: Instant?, _ controller: inout CongestionController, _ report: inout FeedbackReport
  ) {
    controller.note(sequence, arrival: arrival.map(\.microseconds), in: &report)
  }

  @Test("what only the copy brought counts as lost, and tells nothing of the delay; what came by itself counts as come")
  func honestLoss() {
    for isFirstLost in [true, false] {
      var controller = CongestionController(CongestionConfiguration())
      defer { controller.destroy() }
      var report = FeedbackReport()
      let start = Instant(nanoseconds: 1_000_000_000)
      controller.onSent(7, bytes: 150, now: start)
      let later = start + .milliseconds(20)
      controller.onSent(8, bytes: 150, now: later)
      let isTaken = controller.takeCopy(of: 7, bytes: 150, now: later)
      #expect(isTaken)
      report.begin()
      // The copy is in the same tick of 250 us as the packet before it.
      Self.note(7, (isFirstLost ? later : start) + .milliseconds(30), &controller, &report)
      Self.note(8, later + .milliseconds(30), &controller, &report)
      report.end()
      #expect(report.lostPackets == (isFirstLost ? 1 : 0))
      #expect(report.packets == 2)
      #expect(report.count == (isFirstLost ? 1 : 2))
      #expect(later - report[report.count - 1].sendTime < .microseconds(2))
    }
  }

  @Test("a loss that was told stays one when the copy arrives, whether it was told before the copy left or after")
  func toldLoss() {
    for isToldFirst in [true, false] {
      var controller = CongestionController(CongestionConfiguration())
      defer { controller.destroy() }
      var report = FeedbackReport()
      let start = Instant(nanoseconds: 1_000_000_000)
      controller.onSent(7, bytes: 150, now: start)
      report.begin()
      if isToldFirst { Self.note(7, nil, &controller, &report) }
      let isTaken = controller.takeCopy(of: 7, bytes: 150, now: start + .milliseconds(20))
      #expect(isTaken)
      if !isToldFirst { Self.note(7, nil, &controller, &report) }
      #expect(report.lostPackets == 1)
      Self.note(7, start + .milliseconds(50), &controller, &report)
      report.end()
      #expect(report.lostPackets == 1)
      #expect(report.recoveredPackets == 0)
      #expect(report.count == 0)
    }
  }

  @Test("copies begin within two seconds of 5 % loss, stay while it lasts though they repair it, and end after it")
  func hysteresis() {
    var sound = Sound()
    sound.talk(500)
    #expect(sound.copies == 0, "nothing is lost")
    sound.talk(100) { packet, isCopy in packet % 20 == 11 && !isCopy }
    #expect(sound.controller.repair.isWanted)
    sound.copies = 0
    sound.talk(3_000) { packet, isCopy in packet % 20 == 11 && !isCopy }
    #expect(sound.copies > 2_990, "for a minute without a gap")
    sound.talk(650)
    #expect(!sound.controller.repair.isWanted)
    sound.talk(1_000) { packet, _ in packet % 150 == 11 }
    #expect(!sound.controller.repair.isWanted, "less than 1 % is left to the decoder")
  }

  @Test("copies take a fifth of the rate at most, and nothing of a rate that holds little more than a voice")
  func budget() {
    var sound = Sound(start: .kilobits(400))
    var taken = 0
    for _ in 0..<10_000 {
      sound.now = sound.now + .milliseconds(1)
      if sound.controller.takeCopy(of: 1, bytes: 172, now: sound.now) { taken += 200 * 8 }
    }
    // What was saved at first comes on top.
    #expect(taken > 780_000 && taken <= 850_000)
    var narrow = Sound(start: .kilobits(249))
    let isTaken = narrow.controller.takeCopy(of: 1, bytes: 10, now: narrow.now)
    #expect(!isTaken)
  }
}
