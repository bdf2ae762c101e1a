internal import Bytes

/// The estimate that watches delay: groups, trendline and rate control together (libwebrtc's `DelayBasedBwe`).
struct DelayBasedBWE {
  /// Silence after which old delays mean nothing.
  static var streamTimeout: TimeDelta { .seconds(2) }

  /// Not libwebrtc's: what arrived in the last 0.3 s counts when it is more than the acknowledged rate, or this much
  /// less.
  static var fallShare: Double { 0.7 }

  /// Not libwebrtc's: with a shorter queue than this an overuse only stops growth. Bursts of our own cause as much.
  static var tolerableDelay: TimeDelta { .milliseconds(25) }

  struct Result {
    /// Nil when nothing new is known.
    var target: DataRate?
    var isProbe = false
    var recoveredFromOveruse = false
  }

  private var interArrival = InterArrivalDelta()
  private var detector = TrendlineEstimator()
  private var lastSeen: Instant?
  private(set) var rateControl: AIMDRateControl

  init(start: DataRate, minimum: DataRate) {
    rateControl = AIMDRateControl(start: start, minimum: minimum)
  }

  var state: BandwidthUsage { detector.state }
  var lastEstimate: DataRate { rateControl.estimate }

  mutating func onRoundTrip(_ time: TimeDelta) { rateControl.roundTrip = time }

  mutating func onFeedback(
    _ report: borrowing FeedbackReport, acknowledged: DataRate?, recent: DataRate?, probe: DataRate?,
    queueingDelay: TimeDelta,
    now: Instant
  ) -> Result {
    guard report.count > 0 else { return Result() }
    var recovered = false
    var before = detector.state
    for index in 0..<report.count {
      add(report[index], now: now)
      if before == .underusing, detector.state == .normal { recovered = true }
      before = detector.state
    }
    if detector.state == .overusing, queueingDelay < Self.tolerableDelay {
      rateControl.update(.underusing, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate)
    }
    guard detector.state == .overusing else {
      if let probe {
        rateControl.setEstimate(probe, now: now)
        return Result(target: rateControl.estimate, isProbe: true)
      }
      rateControl.update(detector.state, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate, recoveredFromOveruse: recovered)
    }
    if var acknowledged {
      // A second's average hides a fall that has just begun, and what a probe has just made room for.
      if let recent, recent < acknowledged * Self.fallShare || recent > acknowledged { acknowledged = recent }
      guard rateControl.isTimeToReduceFurther(now, throughput: acknowledged) else { return Result() }
      rateControl.update(.overusing, throughput: acknowledged, now: now)
      return Result(target: rateControl.estimate)
    }
    guard rateControl.isInitialTimeToReduceFurther(now) else { return Result() }
    // Nothing is known of the throughput yet: half, five times a second.
    rateControl.setEstimate(rateControl.estimate * 0.5, now: now)
    return Result(target: rateControl.estimate)
  }

  private mutating func add(_ packet: PacketResult, now: Instant) {
    if let lastSeen, now - lastSeen > Self.streamTimeout {
      interArrival = InterArrivalDelta()
      detector = TrendlineEstimator()
    }
    lastSeen = now
    guard let deltas = interArrival.add(packet, now: now) else { return }
    detector.update(deltas, arrival: packet.receiveTime)
  }
}
