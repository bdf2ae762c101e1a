package import Bytes

/// What one receiver's path is given at first, and may have at most.
package struct CongestionConfiguration: Sendable {
  /// libwebrtc's default.
  package var start = DataRate.kilobits(300)
  /// About what one person's sound takes: sound is sent whatever the estimate is. libwebrtc has 5 kbit/s.
  package var minimum = DataRate.kilobits(60)
  package var maximum = DataRate.kilobits(20_000)

  package init() {}
}

/// Everything that one receiver's path needs for congestion control: what was sent, the estimate, probes, and the
/// pacer. Memory is freed by `destroy`.
package struct CongestionController {
  /// IP and UDP headers, which the path carries too.
  package static let overhead = 28
  /// Retransmissions may take this share of the target rate, saved up for half a second.
  static var retransmissionShare: Double { 0.25 }
  static var retransmissionWindow: TimeDelta { .milliseconds(500) }
  static var minimumRetransmissionBudget: Double { 12_000 }

  // What every packet needs comes first, so that it lies in few lines of the cache.
  private var hasStarted = false
  /// What was sent between two estimates of the receiver.
  private var sentBytes = 0
  package private(set) var pacer: Pacer
  private var history = SentPacketHistory()
  package var prober = BitrateProber()
  private var control: GoogCCNetworkController
  private var retransmissionBudget = Self.minimumRetransmissionBudget
  private var lastBudgetUpdate = Instant.zero
  private var sentSince: Instant?
  private var lastReceiverEstimate: Instant?
  private var sentRate: DataRate?
  /// When `process` is due.
  package private(set) var nextProcess = Instant.distantFuture
  /// Whether sound is sent twice.
  package private(set) var repair = LossRepair()

  package init(_ configuration: CongestionConfiguration) {
    control = GoogCCNetworkController(
      start: configuration.start, minimum: configuration.minimum, maximum: configuration.maximum)
    pacer = Pacer(target: configuration.start)
  }

  package func destroy() {
    history.destroy()
    control.destroy()
  }

  /// What one receiver costs, in bytes, in the struct and beside it.
  package static var footprint: Int {
    MemoryLayout<CongestionController>.stride + SentPacketHistory.heapBytes + GoogCCNetworkController.heapBytes
  }

  /// What may be sent now: the estimate, or less while a queue drains.
  package var targetRate: DataRate { control.targetRate }
  /// What the path is thought to carry: what layers are chosen by.
  package var estimate: DataRate { control.estimate }
  /// Nil until enough packets were reported on.
  package var acknowledgedRate: DataRate? { control.acknowledgedRate }
  package var hasFeedback: Bool { control.hasFeedback }
  package var isApplicationLimited: Bool { control.isApplicationLimited }
  package var queueingDelay: TimeDelta { control.queueingDelay }
  package var usage: BandwidthUsage { control.usage }
  package var propagationRoundTrip: TimeDelta? { control.propagationRoundTrip }

  // MARK: Sending

  @inline(__always)
  package mutating func maySend(_ now: Instant) -> Bool { !prober.isProbing && pacer.maySend(now) }

  /// `bytes` of pictures wait for the pacer: many of them end the patience of a drain.
  package mutating func setQueue(_ bytes: Int) { pacer.setQueue(bytes) }

  /// A packet of `bytes` (the whole datagram) goes with the transport-wide number `sequence`. While a probe cluster is
  /// under way it is part of that.
  @inline(__always)
  package mutating func onSent(_ sequence: UInt16, bytes: Int, now: Instant) {
    let size = bytes &+ Self.overhead
    sentBytes &+= size
    let probe = prober.activeCluster
    if probe != 0 { prober.sent(bytes: size, now: now) }
    history.add(sequence, size: size, probe: probe, at: now)
    control.onSentPacket(bytes: size, now: now)
    pacer.sent(bytes: size, now: now)
    if !hasStarted {
      hasStarted = true
      nextProcess = now
    }
  }

  /// Takes `bytes` off what may be sent again; false when the share is used up.
  package mutating func takeRetransmission(bytes: Int, now: Instant) -> Bool {
    let refill = Double((targetRate * Self.retransmissionShare).bytes(in: min(now - lastBudgetUpdate, .seconds(1))))
    let limit = Double((targetRate * Self.retransmissionShare).bytes(in: Self.retransmissionWindow))
    lastBudgetUpdate = now
    retransmissionBudget = min(retransmissionBudget + refill, max(limit, Self.minimumRetransmissionBudget))
    guard retransmissionBudget >= Double(bytes) else { return false }
    retransmissionBudget -= Double(bytes)
    return true
  }

  /// The packet `sequence` is to go once more, unchanged, in `bytes` (the whole datagram); false when the path has no room.
  package mutating func takeCopy(of sequence: UInt16, bytes: Int, now: Instant) -> Bool {
    let size = bytes &+ Self.overhead
    guard repair.take(size, of: targetRate, now: now) else { return false }
    sentBytes &+= size
    history.noteCopy(of: sequence)
    control.onSentPacket(bytes: size, now: now)
    pacer.sent(bytes: size, now: now)
    return true
  }

  // MARK: What the receiver says

  /// Puts a status of a feedback into `report`; see `SentPacketHistory.note`.
  package mutating func note(_ sequence: UInt16, arrival: Int64?, in report: inout FeedbackReport) {
    history.note(sequence, arrival: arrival, in: &report)
  }

  /// The report is complete.
  package mutating func onFeedback(_ report: borrowing FeedbackReport, now: Instant) {
    if !control.hasFeedback { control.start(now: now) }
    control.onTransportFeedback(report, now: now)
    repair.note(lost: report.lostPackets &- report.recoveredPackets, packets: report.packets, now: now)
    refresh(now)
  }

  /// REMB. A receiver's estimate is 1.5 times what it gets at most, and nothing probes such a path: one well above what
  /// was sent says nothing of the path. Loss then tells how far the rate may go, one layer ahead of what is sent.
  package mutating func onReceiverEstimate(_ rate: DataRate, now: Instant) {
    if sentSince.map({ now - $0 >= Self.receiverEstimateWindow }) ?? true {
      if let sentSince { sentRate = DataRate(bytes: sentBytes, over: now - sentSince) }
      sentBytes = 0
      sentSince = now
    }
    var limit = rate
    if let sentRate, rate > sentRate * Self.unlimitedRatio {
      limit = max(rate, sentRate * Self.nextLayerRatio, Self.untriedRate)
    }
    lastReceiverEstimate = now
    control.onReceiverEstimate(limit, now: now)
    refresh(now)
  }

  private static var receiverEstimateWindow: TimeDelta { .milliseconds(500) }
  private static var receiverEstimateLifetime: TimeDelta { .seconds(5) }
  private static var unlimitedRatio: Double { 1.2 }
  /// A simulcast layer takes about three times what the one below it takes.
  private static var nextLayerRatio: Double { 4 }
  /// Where nothing was sent yet that would tell.
  private static var untriedRate: DataRate { .kilobits(1_000) }

  package mutating func onLossReport(lost: Int, packets: Int, now: Instant) {
    if let last = lastReceiverEstimate, now - last >= Self.receiverEstimateLifetime {
      // Receivers estimate by pictures: who was left none says nothing more.
      lastReceiverEstimate = nil
      control.forgetReceiverEstimate()
    }
    control.onLossReport(lost: lost, packets: packets, now: now)
    refresh(now)
  }

  package mutating func onRoundTrip(_ time: TimeDelta) { control.onRoundTrip(time) }

  // MARK: Time and demand

  /// See `GoogCCNetworkController.setDemand`.
  package mutating func setDemand(_ rate: DataRate, isUnmet: Bool, now: Instant) {
    control.setDemand(rate, isUnmet: isUnmet, now: now)
    takeClusters()
  }

  package mutating func process(now: Instant) {
    guard now >= nextProcess else { return }
    nextProcess = now + Self.processInterval
    guard hasFeedback else { return }
    control.onProcessInterval(now: now)
    refresh(now)
  }

  private static var processInterval: TimeDelta { .milliseconds(100) }

  private mutating func refresh(_ now: Instant) {
    pacer.setTarget(targetRate, estimate: estimate, hasFeedback: hasFeedback)
    takeClusters()
  }

  private mutating func takeClusters() {
    while let cluster = control.takeCluster() { prober.add(cluster) }
  }
}
