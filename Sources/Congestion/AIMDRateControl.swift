internal import Bytes

/// Raises the rate while the queue is calm, step by step near the known capacity and by 8 % a second far from it, and
/// falls to 88 % of what arrives when it grows (libwebrtc's `AimdRateControl`, send side; draft-ietf-rmcat-gcc-02 §5.5).
struct AIMDRateControl {
  /// libwebrtc has 0.85; here a drain empties the queue.
  static var backoff: Double { 0.88 }
  static var growthPerSecond: Double { 1.08 }
  static var minimumGrowth: DataRate { .kilobits(1) }
  /// The rate may grow beyond the throughput by this factor and 10 kbit/s. libwebrtc has 1.5; but a forwarder's traffic
  /// comes in steps, and a rate that nothing has shown would make it take the next step: probes show it.
  static var throughputFactor: Double { 1.15 }
  /// The same while an intolerable queue stands: growth is step by step then.
  static var queuedFactor: Double { 1.03 }
  static var throughputAllowance: DataRate { .kilobits(10) }
  /// Taken off below the throughput on top of the factor.
  static var backoffAllowance: DataRate { .kilobits(5) }
  static var defaultRoundTrip: TimeDelta { .milliseconds(200) }
  static var reductionInterval: ClosedRange<TimeDelta> { .milliseconds(10) ... .milliseconds(200) }
  static var packetSize: Double { 1_200 }
  static var framesPerSecond: Double { 30 }
  /// How long the detector needs to see an overuse.
  static var detectorDelay: TimeDelta { .milliseconds(100) }
  /// Bits a second, each second.
  static var minimumAdditiveGrowth: Double { 4_000 }

  private enum State { case hold, increase, decrease }

  private let minimum: DataRate
  private(set) var estimate: DataRate
  private var throughput: DataRate
  private var capacity = LinkCapacityEstimator()
  private var state = State.hold
  private var lastChange: Instant?
  var roundTrip = Self.defaultRoundTrip

  init(start: DataRate, minimum: DataRate) {
    self.minimum = minimum
    estimate = max(start, minimum)
    throughput = start
  }

  func isTimeToReduceFurther(_ now: Instant, throughput: DataRate) -> Bool {
    let interval = min(max(roundTrip, Self.reductionInterval.lowerBound), Self.reductionInterval.upperBound)
    guard let lastChange, now - lastChange < interval else { return true }
    return throughput < estimate * 0.5
  }

  /// Whether to reduce although nothing is known of the throughput.
  func isInitialTimeToReduceFurther(_ now: Instant) -> Bool {
    isTimeToReduceFurther(now, throughput: estimate * 0.5 - DataRate(bitsPerSecond: 1))
  }

  /// Takes a rate from elsewhere: a probe.
  mutating func setEstimate(_ rate: DataRate, now: Instant) {
    estimate = max(rate, minimum)
    lastChange = now
  }

  mutating func restore(_ rate: DataRate, now: Instant) {
    setEstimate(rate, now: now)
    capacity.reset()
  }

  mutating func update(_ usage: BandwidthUsage, throughput measured: DataRate?, isQueued: Bool = false, now: Instant) {
    if let measured { throughput = measured }
    switch usage {
    case .normal:
      if state == .hold {
        lastChange = now
        state = .increase
      }
    case .overusing: state = .decrease
    case .underusing: state = .hold
    }
    switch state {
    case .hold: break
    case .increase: increase(isQueued: isQueued, now)
    case .decrease: decrease(now)
    }
  }

  private mutating func increase(isQueued: Bool, _ now: Instant) {
    if throughput > capacity.upperBound { capacity.reset() }
    let limit = throughput * (isQueued ? Self.queuedFactor : Self.throughputFactor) + Self.throughputAllowance
    if estimate < limit {
      let elapsed = lastChange.map { (now - $0).seconds } ?? 0
      let growth =
        capacity.estimate != nil || isQueued
        ? DataRate(bitsPerSecond: Int64(nearMaximumGrowth * elapsed)) : multiplicativeGrowth(elapsed)
      estimate = max(minimum, min(estimate + growth, limit))
    }
    lastChange = now
  }

  private func multiplicativeGrowth(_ elapsed: Double) -> DataRate {
    let factor = lastChange == nil ? Self.growthPerSecond : Mathematics.power(Self.growthPerSecond, min(elapsed, 1))
    return max(estimate * (factor - 1), Self.minimumGrowth)
  }

  /// About a packet in each response time, in bits a second each second.
  private var nearMaximumGrowth: Double {
    let frame = Double(estimate.bitsPerSecond) / 8 / Self.framesPerSecond
    let packets = (frame / Self.packetSize).rounded(.up)
    let response = (roundTrip + Self.detectorDelay).seconds * 2
    return max(Self.minimumAdditiveGrowth, frame / max(packets, 1) * 8 / response)
  }

  private mutating func decrease(_ now: Instant) {
    var lower = throughput * Self.backoff
    if lower > Self.backoffAllowance { lower = lower - Self.backoffAllowance }
    if lower > estimate, let known = capacity.estimate { lower = known * Self.backoff }
    if lower < estimate { estimate = max(lower, minimum) }
    if throughput < capacity.lowerBound { capacity.reset() }
    capacity.onOveruseDetected(throughput)
    // The queue has to drain before anything else.
    state = .hold
    lastChange = now
  }
}
