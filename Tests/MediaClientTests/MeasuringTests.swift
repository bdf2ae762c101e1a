import Bytes
import Testing

@testable import MediaClient

@Suite("How delays, freezes and deadlines are kept")
struct MeasuringTests {
  @Test("percentiles are at most 7 % too large and never too small", arguments: [1, 2, 3] as [UInt64])
  func percentiles(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var histogram = DelayHistogram()
    var delays: [Int64] = []
    for _ in 0..<5_000 {
      let delay = Int64(random.next() >> UInt64.random(in: 40...63, using: &random))
      delays.append(delay)
      histogram.count(.microseconds(delay))
    }
    delays.sort()
    for share in [0.01, 0.5, 0.95, 0.99, 1] {
      let exact = delays[min(delays.count, max(1, Int((share * 5_000).rounded(.up)))) - 1]
      let found = try #require(histogram.percentile(share)).microseconds
      #expect(found >= exact)
      #expect(Double(found) <= Double(exact) * 1.07 + 1)
    }
  }

  @Test("an empty histogram has no percentile; negative and endless delays have a bucket")
  func edges() {
    var histogram = DelayHistogram()
    #expect(histogram.percentile(0.5) == nil)
    histogram.count(.milliseconds(-5))
    histogram.count(.seconds(100_000))
    #expect(histogram.count == 2)
    #expect(histogram.percentile(0.5) == .microseconds(1))
    var other = DelayHistogram()
    other.add(histogram)
    #expect(other.count == 2 && other.largest == .seconds(100_000))
  }

  /// Frames at these milliseconds.
  private static func freezes(_ times: [Int64], newAt: Int64? = nil) -> TrackStatistics {
    var (meter, statistics) = (FreezeMeter(), TrackStatistics(slot: 0, isVideo: true))
    for time in times {
      meter.count(Instant(nanoseconds: time * 1_000_000), isNew: time == newAt, &statistics)
    }
    return statistics
  }

  @Test("a gap is a freeze from the average plus 150 ms and three times the average on")
  func threshold() {
    let steady = Array(stride(from: Int64(0), through: 1_980, by: 33))
    #expect(Self.freezes(steady).freezes == 0)
    #expect(Self.freezes(steady + [1_980 + 182]).freezes == 0)
    let frozen = Self.freezes(steady + [1_980 + 183])
    #expect(frozen.freezes == 1 && frozen.freezeTime == .milliseconds(183))
    #expect(frozen.shownTime == .milliseconds(2_163))
    // At two pictures a second three times the average is what counts.
    let slow = Array(stride(from: Int64(0), through: 10_000, by: 500))
    #expect(Self.freezes(slow + [11_499]).freezes == 0)
    #expect(Self.freezes(slow + [11_500]).freezes == 1)
  }

  @Test("only the last thirty gaps make the average, and another person's picture ends nobody's freeze")
  func window() {
    let slow = Array(stride(from: Int64(0), through: 30_000, by: 1_000))
    let fast = Array(stride(from: Int64(30_033), through: 31_023, by: 33))
    #expect(Self.freezes(slow + fast + [31_300]).freezes == 1)
    let steady = Array(stride(from: Int64(0), through: 990, by: 33))
    let changed = Self.freezes(steady + [5_000], newAt: 5_000)
    #expect(changed.freezes == 0 && changed.shownTime == .milliseconds(990))
  }

  @Test("members come up in the order of their times, each once, earlier when they ask for it")
  func heap() {
    var heap = DeadlineHeap(capacity: 8)
    let at = { (milliseconds: Int64) in Instant(nanoseconds: milliseconds * 1_000_000) }
    for (member, due) in [(0, 50), (1, 10), (2, 30), (3, 40), (4, 20)] as [(Int, Int64)] {
      heap.schedule(member, at: at(due))
    }
    heap.schedule(3, at: at(5))
    heap.schedule(1, at: at(60))
    heap.forget(4)
    #expect(heap.first == at(5))
    #expect(heap.next(at: at(4)) == nil)
    #expect((0..<4).map { _ in heap.next(at: at(45)) } == [3, 1, 2, nil])
    heap.schedule(2, at: at(45))
    #expect((0..<3).map { _ in heap.next(at: at(100)) } == [2, 0, nil])
  }

  @Test("a heap gives what a sorted list would", arguments: [4, 5, 6] as [UInt64])
  func order(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var heap = DeadlineHeap(capacity: 200)
    var due = [Instant](repeating: .distantFuture, count: 200)
    for _ in 0..<1_000 {
      let (member, time) = (Int.random(in: 0..<200, using: &random), Instant(nanoseconds: Int64(random.next() >> 40)))
      heap.schedule(member, at: time)
      due[member] = min(due[member], time)
    }
    var last = Instant.zero
    while let member = heap.next(at: .distantFuture) {
      #expect(due[member] >= last)
      last = due[member]
      due[member] = .distantFuture
    }
    #expect(due.allSatisfy { $0 == .distantFuture })
  }
}
