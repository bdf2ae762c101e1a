internal import Bytes

/// Losses of the last fifteen quarters of a second, and how likely they are for a channel (the statistics of libwebrtc's
/// `LossBasedBweV2`). Losses are counted in bytes.
struct LossObservations {
  static var temporalWeight: Double { 0.9 }
  static var initialInherentLoss: Double { 0.01 }
  static var inherentLossLowerBound: Double { 0.001 }
  static var inherentLossUpperOffset: Double { 0.05 }
  /// kbit/s, of the upper bound of inherent loss and of the instant upper bound.
  static var bandwidthBalance: Double { 100 }
  static var instantUpperOffset: Double { 0.05 }
  static var bandwidthBias: Double { 0.0002 }
  static var logBandwidthBias: Double { 0.02 }
  /// Average loss below which high bandwidths are preferred.
  static var preferenceLoss: Double { 0.2 }
  static var preferenceSmoothing: Double { 0.002 }
  static var newtonStep: Double { 0.75 }
  static var medianFactor: Double { 2 }

  private struct Observation {
    /// kilobytes.
    var size: Double
    var lost: Double
    /// kbit/s.
    var rate: Double
    var weight: Double
  }

  static var heapBytes: Int { LossBasedBWE.window * MemoryLayout<Observation>.stride }

  private let list: UnsafeMutablePointer<Observation>
  /// Where the next one goes.
  private var next = 0
  /// Observations so far.
  private(set) var count = 0
  private(set) var averageLoss = 0.0
  /// Send time of the last packet of the last observation.
  private(set) var lastSendTime = Instant.zero
  private var hasBegun = false
  private var partialBytes = 0
  private var partialLost = 0

  /// Memory is freed by `destroy`.
  init() { list = .allocate(capacity: LossBasedBWE.window) }

  func destroy() { list.deallocate() }

  /// True when an observation is complete.
  mutating func add(_ report: borrowing FeedbackReport) -> Bool {
    guard report.packets > 0 || report.recoveredPackets > 0 else { return false }
    partialBytes += report.bytes
    // A packet that was only late is no loss, if it was lost in this observation.
    partialLost = max(0, partialLost + report.lostBytes - report.recoveredBytes)
    guard report.packets > 0 else { return false }
    if !hasBegun {
      hasBegun = true
      lastSendTime = report.firstSendTime
    }
    let duration = report.lastSendTime - lastSendTime
    guard duration >= LossBasedBWE.observationDuration else { return false }
    lastSendTime = report.lastSendTime
    for index in 0..<used { list[index].weight *= Self.temporalWeight }
    (list + next).initialize(
      to: Observation(
        size: Double(partialBytes) / 1_000, lost: Double(partialLost) / 1_000,
        rate: Double(partialBytes) * 8e6 / Double(duration.nanoseconds), weight: 1))
    next = next == LossBasedBWE.window - 1 ? 0 : next + 1
    count += 1
    partialBytes = 0
    partialLost = 0
    averageLoss = weightedLoss
    return true
  }

  private var used: Int { min(count, LossBasedBWE.window) }

  /// Without the best and the worst observation, unless the worst was a sudden burst of our own.
  private var weightedLoss: Double {
    var (size, lost) = (0.0, 0.0)
    var (best, worst) = (0, 0)
    var (bestLoss, worstLoss) = (1.0, 0.0)
    for index in 0..<used {
      let observation = list[index]
      size += observation.weight * observation.size
      lost += observation.weight * observation.lost
      let loss = observation.size > 0 ? observation.lost / observation.size : 0
      if loss > worstLoss {
        worstLoss = loss
        worst = index
      }
      if loss < bestLoss {
        bestLoss = loss
        best = index
      }
    }
    guard size > 0 else { return 0 }
    guard count > 3, worstLoss > 0, bestLoss < 1, best != worst,
      medianRate * Self.medianFactor > list[worst].rate
    else { return lost / size }
    size -= list[best].weight * list[best].size + list[worst].weight * list[worst].size
    lost -= list[best].weight * list[best].lost + list[worst].weight * list[worst].lost
    return size > 0 ? max(0, lost / size) : 0
  }

  private var medianRate: Double {
    var rates = InlineArray<15, Double>(repeating: 0)
    for index in 0..<used {
      var place = index
      while place > 0, rates[place - 1] > list[index].rate {
        rates[place] = rates[place - 1]
        place -= 1
      }
      rates[place] = list[index].rate
    }
    guard used > 0 else { return 0 }
    return used % 2 == 1 ? rates[used / 2] : (rates[used / 2 - 1] + rates[used / 2]) / 2
  }

  /// What a lossy path is allowed at once: 450 kbit/s or so at half lost.
  func instantUpperBound(_ maximum: DataRate) -> DataRate {
    guard averageLoss > Self.instantUpperOffset else { return maximum }
    let kbps = Self.bandwidthBalance / (averageLoss - Self.instantUpperOffset)
    return min(maximum, DataRate(bitsPerSecond: Int64(kbps * 1_000)))
  }

  /// Moves the inherent loss of a candidate one Newton step towards what fits best.
  func fitInherentLoss(_ channel: inout LossBasedBWE.Channel) {
    channel.inherentLoss = feasible(channel)
    var (first, second) = (0.0, 0.0)
    for index in 0..<used {
      let observation = list[index]
      let p = lossProbability(channel, observation.rate)
      let received = observation.size - observation.lost
      first += observation.weight * (observation.lost / p - received / (1 - p))
      second -= observation.weight * (observation.lost / (p * p) + received / ((1 - p) * (1 - p)))
    }
    if second >= 0 { second = -1e-6 }
    channel.inherentLoss -= Self.newtonStep * first / second
    channel.inherentLoss = feasible(channel)
  }

  private func feasible(_ channel: LossBasedBWE.Channel) -> Double {
    let kbps = channel.bandwidth.kilobitsPerSecond
    let upper = kbps > 0 ? min(1, Self.inherentLossUpperOffset + Self.bandwidthBalance / kbps) : 1
    return min(max(channel.inherentLoss, Self.inherentLossLowerBound), upper)
  }

  private func lossProbability(_ channel: LossBasedBWE.Channel, _ rate: Double) -> Double {
    var loss = Mathematics.clamp(channel.inherentLoss, 0, 1)
    let bandwidth = channel.bandwidth.kilobitsPerSecond
    if rate > bandwidth { loss += (1 - loss) * (rate - bandwidth) / rate }
    return Mathematics.clamp(loss, 1e-6, 1 - 1e-6)
  }

  /// The log likelihood of the observations, with a preference for bandwidth while losses are few.
  func objective(_ channel: LossBasedBWE.Channel) -> Double {
    let kbps = channel.bandwidth.kilobitsPerSecond
    let distance = Self.preferenceLoss - averageLoss
    let preference = distance / (Self.preferenceSmoothing + abs(distance))
    let bias =
      preference * (Self.bandwidthBias * kbps + Self.logBandwidthBias * Mathematics.log(1 + kbps))
    var sum = 0.0
    // Most observations were below the bandwidth, and without loss: one probability, and half of its logarithms.
    var (last, logOfLost, logOfReceived) = (-1.0, 0.0, 0.0)
    for index in 0..<used {
      let observation = list[index]
      let p = lossProbability(channel, observation.rate)
      if p != last {
        (last, logOfLost, logOfReceived) = (p, 0, Mathematics.log(1 - p))
      }
      if observation.lost > 0, logOfLost == 0 { logOfLost = Mathematics.log(p) }
      let received = observation.size - observation.lost
      sum += observation.weight * (observation.lost * logOfLost + received * logOfReceived)
      sum += observation.weight * bias * observation.size
    }
    return sum
  }
}
