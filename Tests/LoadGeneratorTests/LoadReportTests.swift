import Bytes
import MediaClient
import Testing

@testable import LoadGenerator

@Suite("What a run reports")
struct LoadReportTests {
  private static func sample(frames: UInt64, expected: UInt64, arrived: UInt64, lost: UInt64) -> MediaSample {
    var track = TrackStatistics(slot: 0, isVideo: true)
    (track.frames, track.expected, track.arrived, track.lost) = (frames, expected, arrived, lost)
    (track.packets, track.recovered, track.height) = (arrived, expected - arrived - lost, 360)
    (track.freezes, track.freezeTime, track.shownTime) = (1, .seconds(1), .seconds(Int64(frames) / 10))
    var sample = MediaSample()
    sample.tracks = [track]
    sample.delays.count(.milliseconds(10))
    return sample
  }

  @Test("only what happened between two samples counts")
  func between() {
    var tally = LoadTally()
    let start = Self.sample(frames: 100, expected: 1_000, arrived: 990, lost: 5)
    tally.add(Self.sample(frames: 300, expected: 3_000, arrived: 2_790, lost: 15), since: start)
    #expect(tally.video == LoadTally.Way(expected: 2_000, arrived: 1_800, lost: 10, recovered: 190))
    #expect(tally.video.lossBefore == 10)
    #expect(tally.video.lossAfter == 0.5)
    #expect(tally.pictures == 200 && tally.freezes == 0)
    #expect(tally.heights == [360: 1])
    tally.add(Self.sample(frames: 100, expected: 10, arrived: 10, lost: 0), since: nil)
    #expect(tally.freezes == 1 && tally.freezeShare > 3)
    #expect(tally.heights == [360: 2])
  }

  @Test("a limit that is passed is named with what was measured; none is passed where none is given")
  func limits() {
    var report = LoadReport()
    (report.clients, report.served) = (2, 2)
    report.tally.add(Self.sample(frames: 100, expected: 1_000, arrived: 900, lost: 20), since: nil)
    report.joinTimes = [.milliseconds(100), .milliseconds(900)]
    #expect(report.complaints(LoadLimits()).isEmpty)
    var limits = LoadLimits()
    (limits.loss, limits.delay, limits.freezes, limits.join) = (1, .milliseconds(9), 5, .milliseconds(500))
    let complaints = report.complaints(limits)
    #expect(complaints.count == 4)
    #expect(complaints.first == "Loss after recovery is 2.00 %, over the limit of 1.00 %.")
    report.served = 1
    #expect(report.complaints(LoadLimits()) == ["1 of 2 participants were not served."])
  }

  @Test("the table is 80 columns wide at most, whatever the figures")
  func table() {
    var report = LoadReport()
    (report.clients, report.served, report.rooms, report.duration) = (2_000, 1_999, 1_000, .seconds(3_600))
    report.tally.add(Self.sample(frames: 900_000, expected: 999_999_999, arrived: 900_000_000, lost: 999), since: nil)
    for delay in [1, 99, 120_000] as [Int64] { report.tally.delays.count(.milliseconds(delay)) }
    report.joinTimes = [.seconds(99), .seconds(99), .seconds(99)]
    report.faults = [.notConnected: 3]
    (report.bufferDrops, report.generatorLoad) = (1_000_000, 99)
    let lines = report.table().split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
    #expect(lines.contains { $0.contains("not_connected (3)") })
  }

  @Test("the JSON is one line, and has its figures")
  func json() {
    var report = LoadReport()
    report.faults = [.closed: 2]
    report.tally.add(Self.sample(frames: 10, expected: 10, arrived: 10, lost: 0), since: nil)
    let text = report.json(complaints: ["a b"])
    #expect(text.hasPrefix("{") && text.hasSuffix("}") && !text.contains("\n"))
    for part in [
      #""faults":{"closed":2}"#, #""heights":{"360":1}"#, #""join_ms_p50":null"#, #""complaints":["a b"]"#,
      #""delay_ms_p50":10.000"#, #""video_loss_percent":0.0000"#,
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }
}
