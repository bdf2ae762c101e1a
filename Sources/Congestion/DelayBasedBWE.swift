internal import Bytes

/// The estimate that watches delay: groups, trendline and rate control together (libwebrtc's `DelayBasedBwe`).
struct DelayBasedBWE {
  /// Silence after which old delays mean nothing.
  static var streamTimeout: TimeDelta { .seconds(2) }

  /// Not libwebrtc's: what arrived in the last 0.3 s counts when it is more than the acknowledged rate, or this much
  /// less.
  static var fallShare: Double { 0.7 }

  /// Not libwebrtc's: with a shorter queue than this an overuse only stops growth, for bursts of our own cause as much.
  /// The root of the rate is in it for fairness: of several flows in one queue the largest is the first to yield.
  static func tolerableDelay(_ rate: DataRate) -> TimeDelta {
    let share = 4e6 / Double(max(rate.bitsPerSecond, 1))
    let delay = TimeDelta(nanoseconds: Int64(25e6 * min(share, 100).squareRoot()))
    return min(max(delay, tolerableRange.lowerBound), tolerableRange.upperBound)
  }

  static var tolerableRange: ClosedRange<TimeDelta> { .milliseconds(25) ... .milliseconds(60) }

  /// Not libwebrtc's: a contested queue (`QueueDrain.isContested`) that is longer than this is not made longer by us.
  static var contestedDelay: TimeDelta { .milliseconds(150) }

  struct Result {
    /// Nil when nothing new is known.
    var target: DataRate?
    var isProbe = false
  }

  private var interArrival = InterArrivalDelta()
  private var detector = TrendlineEstimator()
  private var lastSeen: Instant?
  private(set) var rateControl: AIMDRateControl

  init(start: DataRate, minimum: DataRate) {
    rateControl = AIMDRateControl(start: start, minimum: minimum)
  }

  func destroy() { detector.destroy() }

  var state: BandwidthUsage { detector.state }
  var lastEstimate: DataRate { rateControl.estimate }

  mutating func onRoundTrip(_ time: TimeDelta) { rateControl.roundTrip = time }

  /// Takes what arrived in; true when an underuse has ended: the queue is empty.
  mutating func measure(_ report: borrowing FeedbackReport, now: Instant) -> Bool {
    var recovered = false
    var before = detector.state
    for index in 0..<report.count {
      add(report[index], now: now)
      if before == .underusing, detector.state == .normal { recovered = true }
      before = detector.state
    }
    return recovered
  }

  /// What follows from it. `recent` is needed in an overuse only.
  mutating func update(
    acknowledged: DataRate?, recent: DataRate?, probe: DataRate?, queueingDelay: TimeDelta, isContested: Bool,
    isResuming: Bool, now: Instant
  ) -> Result {
    let isQueued = queueingDelay >= Self.tolerableDelay(rateControl.estimate)
    if isContested, queueingDelay > Self.contestedDelay || detector.state == .overusing {
      rateControl.update(.underusing, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate)
    }
    if detector.state == .overusing, !isQueued {
      rateControl.update(.underusing, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate)
    }
    guard detector.state == .overusing else {
      if let probe {
        rateControl.setEstimate(probe, now: now)
        return Result(target: rateControl.estimate, isProbe: true)
      }
      rateControl.update(detector.state, throughput: acknowledged, isQueued: isQueued && !isContested, now: now)
      return Result(target: rateControl.estimate)
    }
    if var acknowledged {
      // A second's average hides a fall that has just begun, and what a probe has just made room for.
      if let recent, recent < acknowledged * Self.fallShare || recent > acknowledged { acknowledged = recent }
      if isResuming { acknowledged = max(acknowledged, rateControl.estimate * Self.fallShare) }
      guard rateControl.isTimeToReduceFurther(now, throughput: acknowledged) else { return Result() }
      rateControl.update(.overusing, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate)
    }
    guard rateControl.isInitialTimeToReduceFurther(now) else { return Result() }
    // Nothing is known of the throughput yet: half, five times a second.
    rateControl.setEstimate(rateControl.estimate * 0.5, now: now)
    return Result(target: rateControl.estimate)
  }

  /// Undoes backoffs that moved no queue; what is known of the capacity is void.
  mutating func restore(_ rate: DataRate, now: Instant) -> DataRate {
    rateControl.restore(max(rate, rateControl.estimate), now: now)
    return rateControl.estimate
  }

  private mutating func add(_ packet: PacketResult, now: Instant) {
    if let lastSeen, now - lastSeen > Self.streamTimeout {
      interArrival = InterArrivalDelta()
      detector.reset()
    }
    lastSeen = now
    guard let deltas = interArrival.add(packet, now: now) else { return }
    detector.update(deltas, arrival: packet.receiveTime)
  }
}
