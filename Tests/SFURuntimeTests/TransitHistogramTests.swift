import Bytes
import SFURuntime
import Testing

@Suite struct TransitHistogramTests {
  @Test("a time lies in the first bucket whose bound it does not exceed")
  func buckets() {
    var histogram = TransitHistogram()
    histogram.record(.microseconds(50), datagrams: 3)
    histogram.record(.microseconds(51), datagrams: 1)
    histogram.record(.seconds(1), datagrams: 2)
    #expect(histogram.counts[0] == 3)
    #expect(histogram.counts[1] == 1)
    #expect(histogram.counts[TransitHistogram.bucketCount - 1] == 2)
    #expect(histogram.count == 6)
    #expect(histogram.sum == TimeDelta.microseconds(50 * 3 + 51) + TimeDelta.seconds(2))
    #expect(TransitHistogram.bound(of: TransitHistogram.bucketCount - 1) == nil)
  }

  @Test("bounds rise")
  func bounds() {
    let bounds = (0..<TransitHistogram.bucketCount).compactMap(TransitHistogram.bound)
    #expect(bounds.count == TransitHistogram.bucketCount - 1)
    #expect(zip(bounds, bounds.dropFirst()).allSatisfy(<))
  }

  @Test("a clock that was set back counts as no time")
  func negative() {
    var histogram = TransitHistogram()
    histogram.record(.microseconds(-5), datagrams: 1)
    #expect(histogram.counts[0] == 1)
    #expect(histogram.sum == .zero)
  }

  @Test("quantiles lie between the bounds of their bucket")
  func quantiles() {
    var histogram = TransitHistogram()
    #expect(histogram.quantile(0.99) == .zero)
    histogram.record(.microseconds(120), datagrams: 90)
    histogram.record(.microseconds(900), datagrams: 10)
    #expect(histogram.quantile(0.5) > .microseconds(100) && histogram.quantile(0.5) <= .microseconds(150))
    #expect(histogram.quantile(0.99) > .microseconds(750) && histogram.quantile(0.99) <= .milliseconds(1))
    histogram.record(.seconds(2), datagrams: 1_000)
    #expect(histogram.quantile(0.99) == .milliseconds(50))
  }

  @Test("what came after an earlier state, and both together, add up")
  func arithmetic() {
    var start = TransitHistogram()
    start.record(.microseconds(70), datagrams: 4)
    var end = start
    end.record(.microseconds(400), datagrams: 2)
    var difference = TransitHistogram()
    difference.record(.microseconds(400), datagrams: 2)
    #expect(end - start == difference)
    #expect(start + difference == end)
  }
}
