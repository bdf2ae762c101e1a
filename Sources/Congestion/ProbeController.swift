internal import Bytes

/// What holds the estimate down (libwebrtc's `BandwidthLimitedCause`).
enum BandwidthLimitedCause {
  case lossLimited, lossLimitedIncreasing, delayBased, delayIncreased, roundTripAboveLimit
}

/// Decides when to probe, and how high (libwebrtc's `ProbeController`).
struct ProbeController {
  static var firstExponentialScale: Double { 3 }
  static var secondExponentialScale: Double { 6 }
  static var furtherExponentialScale: Double { 2 }
  /// Share of a probe's rate that must be reached to go on probing.
  static var furtherThreshold: Double { 0.7 }
  static var alrScale: Double { 2 }
  static var alrInterval: TimeDelta { .seconds(5) }
  static var lossLimitedScale: Double { 1.5 }
  /// Probes may reach this much of what could be used.
  static var allocationScale: Double { 2 }
  static var clusterDuration: TimeDelta { .milliseconds(15) }
  static var clusterProbes: Int32 { 5 }
  static var maximumWait: TimeDelta { .seconds(1) }
  /// A fall to this share is large, and may be undone by a probe at 85 % of what was.
  static var dropThreshold: Double { 0.66 }
  static var dropTimeout: TimeDelta { .seconds(5) }
  static var fractionAfterDrop: Double { 0.85 }
  static var alrEndedTimeout: TimeDelta { .seconds(3) }
  static var timeBetweenDropProbes: TimeDelta { .seconds(5) }
  static var uncertainty: Double { 0.05 }
  /// Not libwebrtc's: a forwarder sends in steps, so while a picture is smaller than wanted its traffic cannot show that
  /// more would fit. libwebrtc has 3 s in the same place for an estimate below the network state estimate.
  static var unmetDemandInterval: TimeDelta { .seconds(3) }
  /// How much more such a probe tries than the estimate, at most twice that; doubled after each that was carried.
  /// A share of the rate would let the largest of several flows win most.
  static var unmetDemandStep: DataRate { .kilobits(350) }
  /// After such a probe only one that the path carried in full is followed by another.
  static var unmetDemandFurtherThreshold: Double { 0.9 }
  /// Longer than others, because other flows' pictures disturb short ones: as long as 12 kB take, within limits.
  static var unmetDemandBytes: Int { 12_000 }
  static var unmetDemandDuration: ClosedRange<TimeDelta> { .milliseconds(30) ... .milliseconds(120) }

  private enum State { case initial, waiting, complete }

  private var state = State.initial
  private let maximum: DataRate
  /// What could be used if it were there; zero when unknown.
  private var demand = DataRate.zero
  private var estimate: DataRate
  /// What holds the estimate down now, whether it moves or not.
  var cause = BandwidthLimitedCause.delayBased
  private var furtherMinimum = DataRate.infinite
  /// Of a probe for unmet demand; zero after any other.
  private var step = DataRate.zero
  private var lastInitiated = Instant.zero
  private var lastDrop = Instant.zero
  private var estimateBeforeDrop = DataRate.zero
  private var lastDropProbe = Instant.zero
  private var alrEnded: Instant?
  private var lastID: UInt16 = 0
  private var pending = InlineArray<4, ProbeCluster?>(repeating: nil)
  private var pendingCount = 0

  init(start: DataRate, maximum: DataRate) {
    estimate = start
    self.maximum = maximum
  }

  /// The next cluster to send.
  mutating func takeCluster() -> ProbeCluster? {
    guard pendingCount > 0 else { return nil }
    let first = pending[0]
    for index in 1..<4 { pending[index - 1] = pending[index] }
    pendingCount -= 1
    return first
  }

  /// The path stands: two clusters, at three and six times the rate to start with.
  mutating func start(now: Instant) {
    guard state == .initial else { return }
    initiate(estimate * Self.firstExponentialScale, estimate * Self.secondExponentialScale, further: true, now: now)
  }

  /// What could be sent has changed; in an application-limited region that is worth a probe.
  mutating func setDemand(_ rate: DataRate, inALR: Bool, now: Instant) {
    guard rate != demand else { return }
    let grew = rate > demand
    demand = rate
    guard grew, inALR, state == .complete, estimate < maximum, estimate < rate else { return }
    let limit = estimate * Self.allocationScale
    let isLimited = limit < rate
    let first = min(limit, rate)
    let second = min(limit, rate * Self.allocationScale)
    initiate(first, isLimited || second <= first ? nil : second, further: isLimited || second == limit, now: now)
  }

  mutating func setEstimate(_ rate: DataRate, now: Instant) {
    if rate < estimate * Self.dropThreshold {
      lastDrop = now
      estimateBeforeDrop = estimate
    }
    estimate = rate
    guard state == .waiting, rate > furtherMinimum else { return }
    if step > .zero {
      step = step * Self.furtherExponentialScale
      probeUnmetDemand(now)
    } else {
      initiate(rate * Self.furtherExponentialScale, nil, further: true, now: now)
    }
  }

  mutating func alrEnded(at now: Instant) { alrEnded = now }

  /// The queue has drained after an overuse: if the estimate fell far, it may have fallen too far.
  mutating func requestProbe(inALR: Bool, now: Instant) {
    let endedLately = alrEnded.map { now - $0 < Self.alrEndedTimeout } ?? false
    guard inALR || endedLately, state == .complete else { return }
    let suggested = estimateBeforeDrop * Self.fractionAfterDrop
    guard suggested * (1 - Self.uncertainty) > estimate, now - lastDrop < Self.dropTimeout,
      now - lastDropProbe > Self.timeBetweenDropProbes
    else { return }
    lastDropProbe = now
    initiate(suggested, nil, further: false, now: now)
  }

  /// Probes again after 5 s in an application-limited region, after 3 s while `isUnmet` says that more is wanted.
  mutating func process(alrStart: Instant?, isUnmet: Bool, now: Instant) {
    if state == .waiting, now - lastInitiated > Self.maximumWait { finish() }
    guard state == .complete, estimate < maximum else { return }
    let isALRDue = alrStart.map { now >= max($0, lastInitiated) + Self.alrInterval && estimate < demand } ?? false
    guard isALRDue || isUnmet && now >= lastInitiated + Self.unmetDemandInterval else { return }
    if isALRDue {
      initiate(estimate * Self.alrScale, nil, further: true, now: now)
    } else {
      step = Self.unmetDemandStep
      probeUnmetDemand(now)
    }
  }

  private mutating func probeUnmetDemand(_ now: Instant) {
    let rate = min(estimate + step, estimate * 2)
    let range = Self.unmetDemandDuration
    let duration = min(max(rate.time(for: Self.unmetDemandBytes), range.lowerBound), range.upperBound)
    initiate(rate, nil, further: true, duration: duration, isUnmet: true, now: now)
  }

  private mutating func finish() {
    state = .complete
    furtherMinimum = .infinite
  }

  private mutating func initiate(
    _ first: DataRate, _ second: DataRate?, further: Bool, duration: TimeDelta = Self.clusterDuration,
    isUnmet: Bool = false, now: Instant
  ) {
    if !isUnmet { step = .zero }
    var limit = maximum
    if demand > .zero { limit = min(limit, demand * Self.allocationScale) }
    switch cause {
    case .roundTripAboveLimit, .delayIncreased: return
    case .lossLimited where !isUnmet: return
    // libwebrtc pads instead: without either, an application-limited sender on a lossy path learns nothing.
    case .lossLimited, .lossLimitedIncreasing: limit = min(limit, estimate * Self.lossLimitedScale)
    case .delayBased: break
    }
    var last = min(first, limit)
    append(last, duration, now)
    if let second, last < limit {
      last = min(second, limit)
      append(last, duration, now)
    }
    lastInitiated = now
    guard further, last < limit else {
      finish()
      return
    }
    state = .waiting
    furtherMinimum = last * (isUnmet ? Self.unmetDemandFurtherThreshold : Self.furtherThreshold)
  }

  private mutating func append(_ rate: DataRate, _ duration: TimeDelta, _ now: Instant) {
    guard pendingCount < 4 else { return }
    lastID = lastID == .max ? 1 : lastID + 1
    pending[pendingCount] = ProbeCluster(
      id: lastID, rate: rate, minimumBytes: Int32(clamping: rate.bytes(in: duration)),
      minimumProbes: Self.clusterProbes,
      requested: now)
    pendingCount += 1
  }
}
