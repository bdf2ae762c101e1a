internal import Bytes

/// Joins what delay, loss, the receiver and the round trip allow (libwebrtc's `SendSideBandwidthEstimation` with its
/// `RttBasedBackoff`).
struct SendSideBandwidthEstimation {
  static var startPhase: TimeDelta { .seconds(2) }
  static var increaseInterval: TimeDelta { .seconds(1) }
  static var decreaseInterval: TimeDelta { .milliseconds(300) }
  static var lossReportLifetime: TimeDelta { .milliseconds(6_000) }
  /// Packets that a share of losses must be based on.
  static var minimumPackets: Int { 20 }
  /// Of 256: 2 % and 10 %.
  static var lowLoss: Double { 0.02 }
  static var highLoss: Double { 0.1 }
  static var lossGrowth: Double { 1.08 }
  static var roundTripLimit: TimeDelta { .seconds(3) }
  static var roundTripDrop: Double { 0.8 }
  static var roundTripDropInterval: TimeDelta { .seconds(1) }

  private var lastPacketSent = Instant.zero
  let start: DataRate
  let minimum: DataRate
  let maximum: DataRate
  private(set) var loss: LossBasedBWE
  private var target: DataRate
  private var receiverLimit = DataRate.infinite
  private var delayLimit = DataRate.infinite
  private var firstReport: Instant?
  private var lastDecrease: Instant?
  private var roundTrip = TimeDelta.zero

  // What receiver reports say, for peers without transport-wide feedback.
  private var lostPackets = 0
  private var expectedPackets = 0
  private(set) var fractionLost = 0.0
  private var lastLossReport: Instant?
  private var hasDecreased = false
  private var recentMinimum = DataRate.infinite
  private var recentMinimumTime = Instant.zero

  private var lastPropagationUpdate: Instant?
  private var propagation = TimeDelta.zero

  init(start: DataRate, minimum: DataRate, maximum: DataRate) {
    self.start = start
    self.minimum = minimum
    self.maximum = maximum
    target = start
    loss = LossBasedBWE(minimum: minimum, maximum: maximum)
  }

  func destroy() { loss.destroy() }

  var targetRate: DataRate { max(minimum, min(target, receiverLimit)) }

  /// Packets go out and no feedback comes back any more. Who never gave any is held by other reports.
  var isRoundTripAboveLimit: Bool {
    guard let lastPropagationUpdate else { return false }
    return max(.zero, lastPacketSent - lastPropagationUpdate) + propagation > Self.roundTripLimit
  }

  // MARK: What is learned

  mutating func onSent(_ now: Instant) { lastPacketSent = now }

  mutating func updatePropagation(_ time: TimeDelta, now: Instant) {
    lastPropagationUpdate = now
    propagation = time
  }

  mutating func updateRoundTrip(_ time: TimeDelta) { roundTrip = time }

  mutating func updateReceiverEstimate(_ rate: DataRate) {
    receiverLimit = rate == .zero ? .infinite : rate
    apply(target)
  }

  mutating func forgetReceiverEstimate() {
    receiverLimit = .infinite
    apply(max(target, start))
  }

  mutating func updateDelayBased(_ rate: DataRate) {
    delayLimit = rate
    apply(target)
  }

  /// A probe's result is used at once.
  mutating func setSendRate(_ rate: DataRate) {
    delayLimit = .infinite
    loss.setEstimate(rate)
    apply(rate)
    recentMinimum = .infinite
  }

  mutating func setAcknowledged(_ rate: DataRate) { loss.setAcknowledged(rate) }

  mutating func onFeedback(_ report: borrowing FeedbackReport, inALR: Bool, now: Instant) {
    if firstReport == nil { firstReport = now }
    loss.update(report, delayBased: delayLimit, inALR: inALR)
    update(now)
  }

  /// Receiver reports of a peer without transport-wide feedback.
  mutating func onLossReport(lost: Int, packets: Int, now: Instant) {
    if firstReport == nil { firstReport = now }
    lostPackets += lost
    expectedPackets += packets
    guard expectedPackets >= Self.minimumPackets else { return }
    fractionLost = Mathematics.clamp(Double(lostPackets) / Double(expectedPackets), 0, 1)
    hasDecreased = false
    lostPackets = 0
    expectedPackets = 0
    lastLossReport = now
    update(now)
  }

  // MARK: What follows

  mutating func update(_ now: Instant) {
    if isRoundTripAboveLimit {
      guard lastDecrease.map({ now - $0 >= Self.roundTripDropInterval }) ?? true else { return }
      lastDecrease = now
      apply(target * Self.roundTripDrop)
      return
    }
    let isStarting = firstReport.map { now - $0 < Self.startPhase } ?? true
    if fractionLost == 0, isStarting, !loss.isReady {
      var rate = target
      if receiverLimit.isFinite { rate = max(rate, receiverLimit) }
      if delayLimit.isFinite { rate = max(rate, delayLimit) }
      guard rate == target else {
        recentMinimum = target
        recentMinimumTime = now
        apply(rate)
        return
      }
    }
    if loss.isReady {
      apply(loss.estimate)
      return
    }
    followLossReports(now)
  }

  private mutating func followLossReports(_ now: Instant) {
    if now - recentMinimumTime >= Self.increaseInterval || target < recentMinimum {
      recentMinimum = target
      recentMinimumTime = now
    }
    guard let lastLossReport, now - lastLossReport < Self.lossReportLifetime else { return }
    if fractionLost <= Self.lowLoss {
      apply(recentMinimum * Self.lossGrowth + .kilobits(1))
    } else if fractionLost > Self.highLoss, !hasDecreased,
      lastDecrease.map({ now - $0 >= Self.decreaseInterval + roundTrip }) ?? true
    {
      lastDecrease = now
      hasDecreased = true
      apply(target * (1 - fractionLost / 2))
    }
  }

  private mutating func apply(_ rate: DataRate) {
    target = max(minimum, min(rate, delayLimit, receiverLimit, maximum))
  }
}
