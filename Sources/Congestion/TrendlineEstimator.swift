internal import Bytes

/// What the queue of the bottleneck is doing (libwebrtc's `BandwidthUsage`).
package enum BandwidthUsage: UInt8, Sendable {
  case normal, overusing, underusing
}

/// Fits a line through the smoothed one-way delay of the last groups and compares its slope with a threshold that
/// adapts to the path (libwebrtc's `TrendlineEstimator`; draft-ietf-rmcat-gcc-02 §5.3, §5.4 has the ancestor).
struct TrendlineEstimator {
  static var windowSize: Int { 20 }
  static var smoothing: Double { 0.9 }
  static var thresholdGain: Double { 4 }
  /// Milliseconds that the trend must stay above the threshold.
  static var overusingTime: Double { 10 }
  static var minimumDeltas: Int { 60 }
  static var initialThreshold: Double { 12.5 }
  static var thresholdRange: ClosedRange<Double> { 6...600 }
  /// Share of the distance that the threshold moves each millisecond, away from and towards small trends.
  static var gainUp: Double { 0.0087 }
  static var gainDown: Double { 0.039 }
  static var maximumAdaptOffset: Double { 15 }
  static var maximumAdaptTime: Double { 100 }

  private struct Timing {
    var arrival: Double
    var delay: Double
  }

  static var heapBytes: Int { windowSize * MemoryLayout<Timing>.stride }

  private(set) var state = BandwidthUsage.normal
  private var deltas = 0
  private var firstArrival: Instant?
  private var accumulatedDelay = 0.0
  private var smoothedDelay = 0.0
  /// A ring of the last groups. In memory of its own, for an array inside the struct is copied whole at every access.
  private let history: UnsafeMutablePointer<Timing>
  private var count = 0
  private var next = 0
  private(set) var threshold = Self.initialThreshold
  private var lastUpdate: Double?
  private var previousTrend = 0.0
  /// Milliseconds; nil while the trend is below the threshold.
  private var timeOverUsing: Double?
  private var overuses = 0

  /// Memory is freed by `destroy`.
  init() { history = .allocate(capacity: Self.windowSize) }

  func destroy() { history.deallocate() }

  mutating func reset() { self = TrendlineEstimator(history) }

  private init(_ history: UnsafeMutablePointer<Timing>) { self.history = history }

  /// Takes the deltas of a group that was complete at `arrival`.
  mutating func update(_ delta: InterArrivalDelta.Deltas, arrival: Instant) {
    deltas = min(deltas + 1, 1_000)
    let start = firstArrival ?? arrival
    firstArrival = start
    let time = Double((arrival - start).nanoseconds) / 1e6
    accumulatedDelay += Double((delta.arrival - delta.send).nanoseconds) / 1e6
    smoothedDelay = Self.smoothing * smoothedDelay + (1 - Self.smoothing) * accumulatedDelay
    (history + next).initialize(to: Timing(arrival: time, delay: smoothedDelay))
    next = next == Self.windowSize - 1 ? 0 : next + 1
    count = min(count + 1, Self.windowSize)
    let trend = count == Self.windowSize ? slope ?? previousTrend : previousTrend
    detect(trend, sendDelta: Double(delta.send.nanoseconds) / 1e6, time: time)
  }

  /// Milliseconds of delay gained in a millisecond: (rate - capacity) / capacity.
  private var slope: Double? {
    // Seen from the oldest point: one pass, and numbers that stay small.
    let origin = history[next]
    var (x, y, xy, xx) = (0.0, 0.0, 0.0, 0.0)
    for index in 0..<Self.windowSize {
      let arrival = history[index].arrival - origin.arrival
      let delay = history[index].delay - origin.delay
      x += arrival
      y += delay
      xy += arrival * delay
      xx += arrival * arrival
    }
    let size = Double(Self.windowSize)
    let denominator = xx * size - x * x
    return denominator > 1e-9 ? (xy * size - x * y) / denominator : nil
  }

  private mutating func detect(_ trend: Double, sendDelta: Double, time: Double) {
    guard deltas >= 2 else {
      state = .normal
      return
    }
    let modified = Double(min(deltas, Self.minimumDeltas)) * trend * Self.thresholdGain
    if modified > threshold {
      // The overuse is taken to have begun halfway since the sample before.
      let over = timeOverUsing.map { $0 + sendDelta } ?? sendDelta / 2
      timeOverUsing = over
      overuses += 1
      if over > Self.overusingTime, overuses > 1, trend >= previousTrend {
        timeOverUsing = 0
        overuses = 0
        state = .overusing
      }
    } else {
      timeOverUsing = nil
      overuses = 0
      state = modified < -threshold ? .underusing : .normal
    }
    previousTrend = trend
    adapt(abs(modified), time: time)
  }

  private mutating func adapt(_ trend: Double, time: Double) {
    defer { lastUpdate = time }
    // A sudden fall of capacity must not teach the threshold.
    guard trend <= threshold + Self.maximumAdaptOffset else { return }
    let gain = trend < threshold ? Self.gainDown : Self.gainUp
    let elapsed = min(time - (lastUpdate ?? time), Self.maximumAdaptTime)
    threshold += gain * (trend - threshold) * elapsed
    threshold = Mathematics.clamp(threshold, Self.thresholdRange.lowerBound, Self.thresholdRange.upperBound)
  }
}
