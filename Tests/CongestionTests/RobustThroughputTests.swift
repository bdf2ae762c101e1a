import Bytes
import Testing

@testable import Congestion

@Suite("Acknowledged bitrate")
struct RobustThroughputTests {
  /// What the estimator is to say, found anew each time: packets in order of arrival, as they are in the window. Times are in
  /// its steps of 1,024 ns.
  private struct Model {
    var packets: [(receive: Int64, size: Int)] = []

    mutating func take(_ receive: Int64, _ size: Int) {
      packets.append((receive, size))
      packets.sort { $0.receive < $1.receive }
    }

    mutating func narrow() {
      while let first = packets.first, let last = packets.last {
        let duration = last.receive - first.receive
        let (least, most) = (Int64(1_000_000_000) >> 10, Int64(5_000_000_000) >> 10)
        guard packets.count > 500 || duration > most || packets.count > 20 && duration > least else { return }
        packets.removeFirst()
      }
    }

    /// Bits a second.
    var bitrate: Double? {
      guard packets.count >= 10 else { return nil }
      let gaps = zip(packets.dropFirst(), packets).map { $0.receive - $1.receive }.sorted(by: >)
      let span = packets.last!.receive - packets.first!.receive - gaps[0] + gaps[1]
      return Double(8 * packets.dropFirst().reduce(0) { $0 + $1.size }) * 1e9 / Double(max(span << 10, 1_000_000))
    }
  }

  @Test("is that of the window without its longest silence, whatever comes and goes", arguments: UInt64(0)..<20)
  func silences(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var estimator = RobustThroughputEstimator()
    defer { estimator.destroy() }
    var (model, time) = (Model(), Int64(1_000_000))
    for round in 0..<300 {
      var report = FeedbackReport()
      report.begin()
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        // Bursts, steps and silences of up to 0.4 s; some overtake the one before them.
        let step = [0, 1_000, 20_000, 20_000, 33_000].randomElement(using: &random)!
        time += Int64(random.next() % 40 == 0 ? 400_000 : step) + 100
        let late = random.next() % 30 == 0 ? Int64(random.next() % 50_000) : 0
        let size = Int.random(in: 60...1_200, using: &random)
        // Sent so much faster that what arrived decides.
        let sent = Instant(nanoseconds: (time / 100) * 1_000)
        report.add(
          PacketResult(
            sendTime: sent, receiveTime: Instant(nanoseconds: (time - late) * 1_000), size: Int32(size), probe: 0),
          wasLost: false)
        model.take(((time - late) * 1_000) >> 10, size)
      }
      report.end()
      estimator.onFeedback(report)
      model.narrow()
      guard let expected = model.bitrate else {
        #expect(estimator.bitrate == nil)
        continue
      }
      let found = Double(try #require(estimator.bitrate).bitsPerSecond)
      #expect(abs(found - expected) <= 1, "seed \(seed), round \(round)")
    }
  }
}
