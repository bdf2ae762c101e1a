package import Bytes

/// Google congestion control at the sender (libwebrtc's `GoogCcNetworkController` at the revision that
/// docs/congestion.md names): feedback in, a target rate and probe clusters out.
package struct GoogCCNetworkController {
  /// A probe that measured less than what arrives anyway was disturbed by other traffic: it lowers the estimate to this
  /// share of the throughput at most. libwebrtc has 0.85.
  static var probeDropFraction: Double { 1 }

  /// Not libwebrtc's: a probe that filled the link and found less than this more is followed half of the way, so that
  /// of several flows a large one does not take at once whatever a backoff has freed.
  static var fullStep: Double { 1.4 }

  /// Not libwebrtc's: so long after an application-limited region the throughput is of that region yet.
  static var resumption: TimeDelta { .seconds(1) }

  private var alr = ALRDetector()
  private var bandwidth: SendSideBandwidthEstimation
  private var delay: DelayBasedBWE
  /// Nil before the first feedback.
  private var acknowledged: RobustThroughputEstimator?
  private var probeEstimator = ProbeBitrateEstimator()
  private var drain = QueueDrain()
  private var probes: ProbeController
  /// Plans of the last clusters, by id.
  private var clusters = InlineArray<4, ProbeCluster?>(repeating: nil)
  private let minimum: DataRate
  private var wasInALR = false
  private var isDemandUnmet = false
  private var limitedUntil = Instant.zero
  package private(set) var hasFeedback = false

  /// What the path is thought to carry.
  package private(set) var estimate: DataRate
  /// Measured by transport-wide feedback: the fastest way there and back lately.
  package private(set) var propagationRoundTrip: TimeDelta?

  /// Memory is freed by `destroy`.
  package init(start: DataRate, minimum: DataRate, maximum: DataRate) {
    self.minimum = minimum
    delay = DelayBasedBWE(start: start, minimum: minimum)
    bandwidth = SendSideBandwidthEstimation(start: start, minimum: minimum, maximum: maximum)
    probes = ProbeController(start: start, maximum: maximum)
    estimate = start
    alr.setEstimate(start)
  }

  package func destroy() {
    acknowledged?.destroy()
    delay.destroy()
    bandwidth.destroy()
    probeEstimator.destroy()
  }

  /// What it allocates.
  static var heapBytes: Int {
    RobustThroughputEstimator.heapBytes + TrendlineEstimator.heapBytes + LossObservations.heapBytes
      + ProbeBitrateEstimator.heapBytes
  }

  /// What may be sent, in total: the estimate, or less while a queue drains.
  package var targetRate: DataRate { drain.limit.map { max(minimum, min($0, estimate)) } ?? estimate }
  /// Beyond the least delay of the last seconds.
  package var queueingDelay: TimeDelta { drain.queueingDelay }
  package var acknowledgedRate: DataRate? { acknowledged?.bitrate }
  package var isApplicationLimited: Bool { alr.started != nil }
  package var usage: BandwidthUsage { delay.state }

  /// The next cluster to probe with.
  package mutating func takeCluster() -> ProbeCluster? {
    guard let cluster = probes.takeCluster() else { return nil }
    clusters[Int(cluster.id) & (ProbeBitrateEstimator.capacity - 1)] = cluster
    return cluster
  }

  /// The path stands.
  package mutating func start(now: Instant) { probes.start(now: now) }

  @inline(__always)
  package mutating func onSentPacket(bytes: Int, now: Instant) {
    alr.onBytesSent(bytes, now: now)
    bandwidth.onSent(now)
  }

  /// `rate` is what would be sent if nothing limited it; `isUnmet` that less is sent for want of bandwidth.
  package mutating func setDemand(_ rate: DataRate, isUnmet: Bool, now: Instant) {
    isDemandUnmet = isUnmet
    probes.setDemand(rate, inALR: isApplicationLimited, now: now)
  }

  package mutating func onTransportFeedback(_ report: borrowing FeedbackReport, now: Instant) {
    guard report.packets > 0 || report.count > 0 else { return }
    hasFeedback = true
    notePropagation(report, now: now)
    let inALR = isApplicationLimited
    if wasInALR, !inALR {
      probes.alrEnded(at: now)
      limitedUntil = now + Self.resumption
    }
    wasInALR = inALR
    if acknowledged == nil { acknowledged = RobustThroughputEstimator() }
    acknowledged?.onFeedback(report)
    let throughput = acknowledged?.bitrate
    if let throughput { bandwidth.setAcknowledged(throughput) }
    drain.measure(report, now: now)
    let recovered = delay.measure(report, now: now)
    let recent = delay.state == .overusing ? acknowledged?.recentBitrate : nil
    var result =
      report.count == 0
      ? DelayBasedBWE.Result()
      : delay.update(
        acknowledged: throughput, recent: recent, probe: probeResult(report, throughput),
        queueingDelay: drain.queueingDelay, isContested: drain.isContested,
        isResuming: now < limitedUntil, now: now)
    if let before = drain.update(usage: delay.state, recent: recent, estimate: estimate, now: now) {
      result.target = delay.restore(before, now: now)
    }
    if let target = result.target {
      if result.isProbe { bandwidth.setSendRate(target) }
      bandwidth.updateDelayBased(target)
    }
    bandwidth.onFeedback(report, inALR: inALR, now: now)
    if result.target != nil { publish(now) }
    if recovered { probes.requestProbe(inALR: inALR, now: now) }
  }

  /// Time goes on without feedback: call every 25 to 200 ms.
  package mutating func onProcessInterval(now: Instant) {
    bandwidth.update(now)
    publish(now)
    probes.process(alrStart: alr.started, isUnmet: isDemandUnmet && isQueueShort, now: now)
  }

  /// Where there is a queue no probe is needed to know that the link is full.
  private var isQueueShort: Bool {
    drain.queueingDelay < DelayBasedBWE.tolerableDelay(estimate) * 2 / 5
  }

  package mutating func onRoundTrip(_ time: TimeDelta) {
    delay.onRoundTrip(time)
    bandwidth.updateRoundTrip(time)
  }

  /// REMB: the receiver's own estimate (draft-alvestrand-rmcat-remb-03).
  package mutating func onReceiverEstimate(_ rate: DataRate, now: Instant) {
    bandwidth.updateReceiverEstimate(rate)
    bandwidth.update(now)
    publish(now)
  }

  /// The receiver has said nothing for long: the rate begins anew.
  package mutating func forgetReceiverEstimate() { bandwidth.forgetReceiverEstimate() }

  /// Of `packets` packets `lost` were lost, say receiver reports. For peers without transport-wide feedback.
  package mutating func onLossReport(lost: Int, packets: Int, now: Instant) {
    guard !hasFeedback else { return }
    bandwidth.onLossReport(lost: lost, packets: packets, now: now)
    publish(now)
  }

  private mutating func notePropagation(_ report: borrowing FeedbackReport, now: Instant) {
    guard report.count > 0 else { return }
    // Since the last arrival the feedback has been on its way.
    let fastest = (now - report[report.count - 1].receiveTime) + report.leastDelay
    propagationRoundTrip = fastest
    bandwidth.updatePropagation(fastest, now: now)
  }

  private mutating func probeResult(_ report: borrowing FeedbackReport, _ throughput: DataRate?) -> DataRate? {
    guard report.hasProbes else { return nil }
    for index in 0..<report.count {
      let packet = report[index]
      guard packet.probe != 0, let plan = clusters[Int(packet.probe) & (ProbeBitrateEstimator.capacity - 1)],
        plan.id == packet.probe
      else { continue }
      probeEstimator.add(packet, wanted: plan)
    }
    guard var measured = probeEstimator.fetchAndReset() else { return nil }
    guard let throughput else { return measured }
    let current = delay.lastEstimate
    // Jitter stretches short probes. Who sends little has nothing to set against such a result, and no queue to fear.
    if measured < current, isApplicationLimited { return nil }
    if probeEstimator.isSaturated, measured > current, measured < current * Self.fullStep {
      measured = DataRate(bitsPerSecond: (measured.bitsPerSecond + current.bitsPerSecond) / 2)
    }
    return max(measured, min(delay.lastEstimate, throughput * Self.probeDropFraction))
  }

  private mutating func publish(_ now: Instant) {
    let rate = bandwidth.targetRate
    probes.cause = cause
    guard rate != estimate else { return }
    estimate = rate
    alr.setEstimate(rate)
    probes.setEstimate(rate, now: now)
  }

  private var cause: BandwidthLimitedCause {
    if delay.state != .normal { return .delayIncreased }
    if bandwidth.isRoundTripAboveLimit { return .roundTripAboveLimit }
    return switch bandwidth.loss.state {
    case .decreasing: .lossLimited
    case .increasing: .lossLimitedIncreasing
    case .delayBased: .delayBased
    }
  }
}
