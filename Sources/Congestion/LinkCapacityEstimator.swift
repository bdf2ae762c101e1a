internal import Bytes

/// Remembers at which throughput the path was overused (libwebrtc's `LinkCapacityEstimator`).
struct LinkCapacityEstimator {
  static var overuseWeight: Double { 0.05 }
  /// Of the variance, normalised by the estimate, in kbit/s.
  static var deviationRange: ClosedRange<Double> { 0.4...2.5 }

  /// kbit/s.
  private var estimateKbps: Double?
  private var deviation = 0.4

  var estimate: DataRate? { estimateKbps.map { DataRate(bitsPerSecond: Int64($0 * 1_000)) } }

  /// Three deviations above the estimate; infinite without one.
  var upperBound: DataRate {
    guard let estimateKbps else { return .infinite }
    return DataRate(bitsPerSecond: Int64((estimateKbps + 3 * spread) * 1_000))
  }

  var lowerBound: DataRate {
    guard let estimateKbps else { return .zero }
    return DataRate(bitsPerSecond: Int64(max(0, estimateKbps - 3 * spread) * 1_000))
  }

  private var spread: Double { (deviation * (estimateKbps ?? 0)).squareRoot() }

  mutating func reset() { estimateKbps = nil }

  mutating func onOveruseDetected(_ acknowledged: DataRate) {
    let sample = acknowledged.kilobitsPerSecond
    let weight = Self.overuseWeight
    let estimate = estimateKbps.map { (1 - weight) * $0 + weight * sample } ?? sample
    estimateKbps = estimate
    let error = estimate - sample
    deviation = Mathematics.clamp(
      (1 - weight) * deviation + weight * error * error / max(estimate, 1), Self.deviationRange.lowerBound,
      Self.deviationRange.upperBound)
  }
}
