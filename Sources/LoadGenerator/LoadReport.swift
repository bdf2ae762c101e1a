package import Bytes
internal import MediaClient

/// What a run has found.
package struct LoadReport: Sendable {
  package var tally = LoadTally()
  /// Of measuring.
  package var duration = TimeDelta.zero
  /// Participants that were asked for, and those that were served when measuring began.
  package var clients = 0
  package var served = 0
  package var rooms = 0
  /// Lives that began and ended while measuring.
  package var rejoined = 0
  /// From hello (or from when somebody sent, if that was later) to the first picture or sound, ascending.
  package var joinTimes: [TimeDelta] = []
  /// Kinds of trouble, and how often.
  package var faults: [Fault: Int] = [:]
  /// Share of its threads' time that the generator used, in percent of the busiest.
  package var generatorLoad = 0.0
  /// Datagrams that this machine dropped because a socket's buffer was full, of whatever program.
  package var bufferDrops = 0

  package init() {}

  /// What was passed of `limits`, and what did not come up; empty when all is well.
  package func complaints(_ limits: LoadLimits) -> [String] {
    var complaints: [String] = []
    if served < clients { complaints.append("\(clients - served) of \(clients) participants were not served.") }
    func check(_ name: String, _ value: Double?, _ limit: Double?, _ unit: String) {
      guard let limit, let value, value > limit else { return }
      complaints.append("\(name) is \(value.text(2)) \(unit), over the limit of \(limit.text(2)) \(unit).")
    }
    check("Loss after recovery", (tally.audio + tally.video).lossAfter, limits.loss, "%")
    check("One-way delay (p99)", tally.delays.percentile(0.99)?.inMilliseconds, limits.delay?.inMilliseconds, "ms")
    check("Time in freezes", tally.freezeShare, limits.freezes, "%")
    check("Time to join (p95)", joinTime(0.95)?.inMilliseconds, limits.join?.inMilliseconds, "ms")
    if limits.delay != nil, tally.delays.count == 0 { complaints.append("No delay could be measured.") }
    return complaints
  }

  package func joinTime(_ share: Double) -> TimeDelta? {
    guard !joinTimes.isEmpty else { return nil }
    return joinTimes[min(joinTimes.count - 1, Int(Double(joinTimes.count) * share))]
  }

  /// A count over the time of measuring, for a second.
  func perSecond(_ count: UInt64) -> Double { duration > .zero ? Double(count) / duration.seconds : 0 }
}

extension TimeDelta {
  var inMilliseconds: Double { Double(nanoseconds) / 1e6 }
}

extension Double {
  /// With `digits` behind the point, 0...6.
  func text(_ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((self * scale).rounded())
    guard digits > 0 else { return "\(whole)" }
    let fraction = String(whole.magnitude % UInt64(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(whole < 0 ? "-" : "")\(whole.magnitude / UInt64(scale)).\(zeros)\(fraction)"
  }
}
