internal import Bytes

/// What the loss controller is doing (libwebrtc's `LossBasedState`).
enum LossBasedState {
  case increasing, decreasing, delayBased
}

/// Explains the losses of the last fifteen observations by a bandwidth and a share that is lost at any rate, and keeps
/// the likeliest pair (libwebrtc's `LossBasedBweV2`). Its padding state is left out: probes do that work here.
struct LossBasedBWE {
  static var observationDuration: TimeDelta { .milliseconds(250) }
  static var window: Int { 15 }
  static var minimumObservations: Int { 3 }
  static var rampUpFactor: Double { 1.5 }
  static var rampUpFactorInHold: Double { 1.2 }
  static var rampUpHoldThreshold: Double { 1.3 }
  static var maximumIncrease: Double { 1.3 }
  static var increaseWindow: TimeDelta { .milliseconds(300) }
  static var initialHold: TimeDelta { .milliseconds(300) }
  static var maximumHold: TimeDelta { .seconds(60) }
  static var holdFactor: Int64 { 2 }
  /// The estimate is not taken below this share of what is acknowledged.
  static var acknowledgedLowerBound: Double { 1 }

  struct Channel {
    /// Lost whatever the rate, 0...1.
    var inherentLoss: Double
    var bandwidth: DataRate
  }

  let minimum: DataRate
  let maximum: DataRate
  var observations = LossObservations()
  private(set) var best: Channel?
  private(set) var estimate: DataRate
  private(set) var state = LossBasedState.delayBased
  private var acknowledged: DataRate?
  private var limitInWindow: DataRate?
  private var recovering: Instant?
  private var holdUntil: Instant?
  private var holdDuration = Self.initialHold
  private var holdRate = DataRate.infinite

  init(minimum: DataRate, maximum: DataRate) {
    self.minimum = minimum
    self.maximum = maximum
    estimate = maximum
  }

  func destroy() { observations.destroy() }

  /// Enough is known to decide.
  var isReady: Bool { best != nil && observations.count >= Self.minimumObservations }

  mutating func setAcknowledged(_ rate: DataRate) { acknowledged = rate }

  /// A probe has shown this rate, losses and all.
  mutating func setEstimate(_ rate: DataRate) {
    guard best != nil else { return }
    best?.bandwidth = rate
    estimate = rate
    state = .delayBased
  }

  /// Takes the losses of a feedback in. `delayBased` is infinite while nothing is known.
  mutating func update(_ report: borrowing FeedbackReport, delayBased: DataRate, inALR: Bool) {
    guard observations.add(report) else { return }
    if best == nil {
      guard delayBased.isFinite else { return }
      best = Channel(inherentLoss: LossObservations.initialInherentLoss, bandwidth: delayBased)
      estimate = delayBased
      state = .delayBased
    }
    guard let current = best else { return }
    var candidate = likeliest(from: current, delayBased: delayBased, inALR: inALR)
    if observations.averageLoss > candidate.inherentLoss, current.bandwidth < candidate.bandwidth {
      candidate.bandwidth = current.bandwidth
    }
    if state != .delayBased { bound(&candidate, by: current) }
    settle(candidate, delayBased: delayBased)
  }

  private var lowerBound: DataRate { max(minimum, acknowledged.map { $0 * Self.acknowledgedLowerBound } ?? .zero) }

  /// The best of a few bandwidths around the current one.
  private func likeliest(from current: Channel, delayBased: DataRate, inALR: Bool) -> Channel {
    var upper = maximum
    if state != .delayBased, let limitInWindow { upper = limitInWindow }
    upper = max(current.bandwidth, upper)
    var (result, highest) = (current, -Double.infinity)
    weigh(min(current.bandwidth * 1.02, upper), current, &result, &highest)
    weigh(min(current.bandwidth, upper), current, &result, &highest)
    weigh(min(current.bandwidth * 0.95, upper), current, &result, &highest)
    if !inALR, let acknowledged { weigh(min(acknowledged, upper), current, &result, &highest) }
    if delayBased.isFinite, delayBased > current.bandwidth {
      weigh(min(delayBased, upper), current, &result, &highest)
    }
    return result
  }

  private func weigh(_ bandwidth: DataRate, _ current: Channel, _ result: inout Channel, _ highest: inout Double) {
    var candidate = Channel(inherentLoss: current.inherentLoss, bandwidth: bandwidth)
    observations.fitInherentLoss(&candidate)
    let objective = observations.objective(candidate)
    guard objective > highest || objective == highest && bandwidth > result.bandwidth else { return }
    highest = objective
    result = candidate
  }

  /// After losses the estimate climbs in steps, and not far above what arrives.
  private mutating func bound(_ candidate: inout Channel, by current: Channel) {
    let now = observations.lastSendTime
    if let recovering, recovering + Self.increaseWindow > now, let limitInWindow, candidate.bandwidth > limitInWindow {
      candidate.bandwidth = limitInWindow
    }
    let isIncreasing =
      current.bandwidth < candidate.bandwidth || current.bandwidth == candidate.bandwidth && state == .increasing
    guard isIncreasing, let acknowledged else { return }
    let isHeld = holdRate.isFinite && acknowledged < holdRate * Self.rampUpHoldThreshold
    let factor = isHeld ? Self.rampUpFactorInHold : Self.rampUpFactor
    candidate.bandwidth = max(current.bandwidth, min(candidate.bandwidth, acknowledged * factor))
    if state == .decreasing, candidate.bandwidth == current.bandwidth {
      candidate.bandwidth = candidate.bandwidth + DataRate(bitsPerSecond: 1)
    }
  }

  private mutating func settle(_ candidate: Channel, delayBased: DataRate) {
    let now = observations.lastSendTime
    let bounded = max(lowerBound, min(candidate.bandwidth, observations.instantUpperBound(maximum), delayBased))
    if bounded < candidate.bandwidth {
      best = Channel(inherentLoss: 0, bandwidth: bounded)
    } else {
      best = Channel(inherentLoss: candidate.inherentLoss, bandwidth: max(candidate.bandwidth, lowerBound))
    }
    if state == .decreasing, let holdUntil, holdUntil > now, bounded < delayBased {
      holdRate = max(lowerBound, holdRate)
      estimate = min(holdRate, bounded)
      return
    }
    let isLimited = bounded < delayBased && bounded < maximum
    let isIncreasing =
      state != .delayBased && (estimate < bounded || estimate == bounded && state == .increasing)
    if isIncreasing, isLimited {
      state = .increasing
    } else if isLimited {
      if state != .decreasing {
        holdUntil = now + holdDuration
        holdDuration = min(Self.maximumHold, holdDuration * Self.holdFactor)
        holdRate = bounded
      }
      state = .decreasing
    } else {
      holdUntil = nil
      holdDuration = Self.initialHold
      holdRate = .infinite
      state = .delayBased
    }
    estimate = bounded
    guard state != .delayBased, recovering.map({ $0 + Self.increaseWindow < now }) ?? true else { return }
    limitInWindow = max(minimum, (best?.bandwidth ?? bounded) * Self.maximumIncrease)
    recovering = now
  }
}
