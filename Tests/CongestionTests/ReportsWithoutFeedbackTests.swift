import Bytes
import Testing

@testable import Congestion

@Suite("Peers without transport-wide feedback")
struct ReportsWithoutFeedbackTests {
  @Test("Receiver estimates and reports without loss let the rate rise, however long no other feedback comes")
  func risesByReports() {
    var controller = CongestionController(CongestionConfiguration())
    defer { controller.destroy() }
    var now = Instant.zero
    for second in 0..<60 {
      for packet in 0..<50 {
        controller.onSent(UInt16(truncatingIfNeeded: second * 50 + packet), bytes: 1_000, now: now)
        now = now + .milliseconds(20)
      }
      controller.onReceiverEstimate(.kilobits(2_000), now: now)
      controller.onLossReport(lost: 0, packets: 50, now: now)
    }
    #expect(controller.estimate >= .kilobits(1_900))
    #expect(controller.estimate <= .kilobits(2_000))
  }

  @Test("Losses in receiver reports lower the rate")
  func fallsByLosses() {
    var controller = CongestionController(CongestionConfiguration())
    defer { controller.destroy() }
    var now = Instant.zero
    for _ in 0..<20 {
      now = now + .seconds(1)
      controller.onLossReport(lost: 15, packets: 50, now: now)
    }
    #expect(controller.estimate <= .kilobits(100))
  }

  @Test("Estimates bounded by what little is sent do not hold the rate down", arguments: [40, 200, 600, 1_500])
  func growsPastEstimatesOfWhatIsSent(sent: Int64) {
    var controller = CongestionController(CongestionConfiguration())
    defer { controller.destroy() }
    run(&controller, sent: .kilobits(sent), estimate: .kilobits(sent * 3 / 2))
    #expect(controller.estimate >= .kilobits(sent * 3))
    #expect(controller.estimate <= .kilobits(max(1_000, sent * 5)))
  }

  @Test("An estimate near what is sent is the limit")
  func keepsToEstimates() {
    var controller = CongestionController(CongestionConfiguration())
    defer { controller.destroy() }
    run(&controller, sent: .kilobits(600), estimate: .kilobits(500))
    #expect(controller.estimate == .kilobits(500))
  }

  @Test("Who says nothing more because no picture is left is tried again")
  func forgetsOldEstimates() {
    var controller = CongestionController(CongestionConfiguration())
    defer { controller.destroy() }
    run(&controller, sent: .kilobits(300), estimate: .kilobits(80))
    #expect(controller.estimate == .kilobits(80))
    for second in 61..<70 {
      controller.onLossReport(lost: 0, packets: 50, now: .zero + .seconds(Int64(second)))
    }
    #expect(controller.estimate >= .kilobits(300))
  }

  private func run(_ controller: inout CongestionController, sent: DataRate, estimate: DataRate) {
    var now = Instant.zero
    for second in 0..<60 {
      for packet in 0..<50 {
        let bytes = sent.bytes(in: .milliseconds(20)) - CongestionController.overhead
        controller.onSent(UInt16(truncatingIfNeeded: second * 50 + packet), bytes: bytes, now: now)
        now = now + .milliseconds(20)
      }
      controller.onReceiverEstimate(estimate, now: now)
      controller.onLossReport(lost: 0, packets: 50, now: now)
    }
  }
}
