import Bytes
import RTCCore
import Testing

@Suite("Transport-wide feedback")
struct RTCPTransportFeedbackTests {
  private struct Feedback {
    var base: UInt16
    var reference: Int32
    var count: UInt8
    var statuses: [TransportStatus]
  }

  private func parse(_ datagram: [UInt8]) -> Feedback? {
    datagram.withUnsafeBytes { bytes in
      guard var reader = RTCPReader(bytes), case .transportFeedback(let feedback) = reader.next() else { return nil }
      return Feedback(
        base: feedback.baseSequence, reference: feedback.referenceTime, count: feedback.feedbackCount,
        statuses: Array(feedback))
    }
  }

  private func drain(_ builder: inout TransportFeedbackBuilder, capacity: Int = 1200) -> [Feedback] {
    var result: [Feedback] = []
    while builder.isPending, result.count < 100 {
      let datagram = written(capacity: capacity) { #expect(builder.write(sender: 1, media: 2, into: &$0)) }
      result.append(contentsOf: [parse(datagram)].compactMap { $0 })
    }
    #expect(!builder.isPending)
    return result
  }

  private func feedback(count: UInt16, _ chunks: [UInt16], deltas: [UInt8] = []) -> [UInt8] {
    var body = written { writer in
      writer.write(UInt32(1))
      writer.write(UInt32(2))
      writer.write(UInt16(65_535))
      writer.write(count)
      writer.writeUInt24(0xFFFFFF)
      writer.write(UInt8(9))
      for chunk in chunks { writer.write(chunk) }
      writer.write(deltas)
    }
    body += [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    return [0x8F, 205, 0, UInt8(body.count / 4)] + body
  }

  @Test("runs and vectors of both widths are read")
  func chunks() throws {
    // A run of 2 small, a vector of 14 with the last received, a vector of 7 with a large one.
    let datagram = feedback(
      count: 23, [0x2002, 0x8001, 0xC000 | 2 << 12 | 1], deltas: [1, 2, 4, 0xFF, 0xFF, 8])
    let feedback = try #require(parse(datagram))
    #expect(feedback.base == 65_535)
    #expect(feedback.reference == -1)
    #expect(feedback.count == 9)
    let arrivals = feedback.statuses.map(\.arrival)
    #expect(arrivals.count == 23)
    let start: Int64 = -64_000
    #expect(arrivals[0] == start + 250)
    #expect(arrivals[1] == start + 750)
    #expect(arrivals[2...14].allSatisfy { $0 == nil })
    #expect(arrivals[15] == start + 1750)
    #expect(arrivals[16] == start + 1500, "a large delta may be negative")
    #expect(arrivals[22] == start + 3500)
    #expect(feedback.statuses[1].sequence == 0, "numbers wrap")
  }

  @Test(
    "a count of nothing, a reserved status, missing chunks and missing deltas are refused",
    arguments: [
      (0, [0x2001], [1]), (1, [0x6001], [1, 1, 1, 1]), (7, [0xF000], [1, 1, 1, 1]), (8, [0x2007], []),
      (3, [0x2003], []), (2, [0x4002], [0, 0]), (65_535, [0x3FFF, 0x3FFF], []), (5, [0x2000, 0x0000], []),
    ] as [(UInt16, [UInt16], [UInt8])])
  func refused(count: UInt16, chunks: [UInt16], deltas: [UInt8]) {
    #expect(parse(feedback(count: count, chunks, deltas: deltas)) == nil)
  }

  @Test("empty runs and statuses beyond the count are harmless")
  func slack() throws {
    let lost = try #require(parse(feedback(count: 2, [0x2000, 0x8FFF]))).statuses
    #expect(lost.map(\.arrival) == [nil, nil])
    let one = try #require(parse(feedback(count: 1, [0x3FFF], deltas: [4]))).statuses
    #expect(one.map(\.arrival) == [-63_000])
  }

  @Test("what arrived is reported with its time, what did not is reported missing")
  func simple() throws {
    var builder = TransportFeedbackBuilder()
    let start = Instant(nanoseconds: 1_000_000_000)
    builder.record(65_534, at: start)
    builder.record(65_535, at: start + .microseconds(300))
    builder.record(2, at: start + .milliseconds(90))
    let feedback = try #require(drain(&builder).first)
    #expect(feedback.base == 65_534)
    #expect(feedback.count == 0)
    #expect(feedback.statuses.map(\.sequence) == [65_534, 65_535, 0, 1, 2])
    #expect(feedback.statuses.map(\.arrival) == [1_000_000, 1_000_250, nil, nil, 1_090_000])
  }

  @Test("the next feedback goes on where the last ended, and counts itself")
  func continuation() throws {
    var builder = TransportFeedbackBuilder()
    builder.record(10, at: .zero)
    #expect(drain(&builder).map(\.count) == [0])
    builder.record(13, at: Instant.zero + .milliseconds(1))
    let feedback = try #require(drain(&builder).first)
    #expect(feedback.count == 1)
    #expect(feedback.statuses.map(\.sequence) == [11, 12, 13])
    #expect(drain(&builder).isEmpty)
  }

  @Test("a late packet is reported after all, a duplicate keeps its first time")
  func late() throws {
    var builder = TransportFeedbackBuilder()
    for sequence in [100, 103] as [UInt16] { builder.record(sequence, at: .zero) }
    #expect(drain(&builder).count == 1)
    builder.record(103, at: Instant.zero + .seconds(1))
    #expect(!builder.isPending)
    builder.record(101, at: Instant.zero + .milliseconds(20))
    let feedback = try #require(drain(&builder).first)
    #expect(feedback.statuses.map(\.sequence) == [101, 102, 103])
    #expect(feedback.statuses.map(\.arrival) == [20_000, nil, 0])
  }

  @Test("a pause too long for a delta starts another feedback")
  func pause() {
    var builder = TransportFeedbackBuilder()
    builder.record(1, at: .zero)
    builder.record(2, at: Instant.zero + .seconds(8))
    builder.record(3, at: Instant.zero + .seconds(20))
    let parts = drain(&builder)
    #expect(parts.map(\.statuses.count) == [2, 1])
    #expect(parts.flatMap(\.statuses).map(\.arrival) == [0, 8_000_000, 20_000_000])
  }

  @Test("a leap over the whole memory forgets what was before")
  func leap() {
    var builder = TransportFeedbackBuilder()
    builder.record(0, at: .zero)
    builder.record(30_000, at: .zero)
    let parts = drain(&builder)
    #expect(parts.flatMap(\.statuses).map(\.sequence) == [30_000])
    builder.record(0, at: .zero)
    #expect(!builder.isPending, "older than the memory")
  }

  @Test("too small a buffer is not written to")
  func room() {
    var builder = TransportFeedbackBuilder()
    builder.record(1, at: .zero)
    let nothing = written(capacity: TransportFeedbackBuilder.minimumRoom - 1) {
      #expect(!builder.write(sender: 1, media: 2, into: &$0))
    }
    #expect(nothing.isEmpty)
    #expect(builder.isPending)
  }

  @Test("whatever the loss, jitter and buffer, all arrivals come through", arguments: 1...12 as ClosedRange<UInt64>)
  func model(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    var builder = TransportFeedbackBuilder()
    var sent: [UInt16: Int64] = [:]
    var reported: [UInt16: Int64] = [:]
    var sequence = UInt16.random(in: 0...65_535, using: &random)
    var now = Instant(nanoseconds: Int64.random(in: 0...1_000_000_000_000, using: &random))
    let loss = Int.random(in: 0...60, using: &random)
    let capacity = Int.random(in: TransportFeedbackBuilder.minimumRoom...1400, using: &random)
    for _ in 0..<40 {
      for _ in 0..<Int.random(in: 0...400, using: &random) {
        sequence &+= 1
        now = now + .microseconds(Int64.random(in: 0...Int64.random(in: 1...90_000, using: &random), using: &random))
        if Int.random(in: 0...99, using: &random) < loss { continue }
        builder.record(sequence, at: now)
        sent[sequence] = now.microseconds / 250 * 250
      }
      for status in drain(&builder, capacity: capacity).flatMap(\.statuses) where status.arrival != nil {
        reported[status.sequence] = status.arrival
      }
    }
    #expect(reported == sent)
  }
}
