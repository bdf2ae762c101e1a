package import Bytes

/// Decides what a receiver is told about its path, and when: a change that lasts, at most once in five seconds. The rule is
/// in docs/protocol.md.
package struct PathAdvice: Sendable {
  /// Between two messages, and before the first: a path that was only just found is measured still.
  package static var interval: TimeDelta { .seconds(5) }
  /// A state must have lasted this long to be told.
  package static var patience: TimeDelta { .seconds(1) }
  package static var highestLoss: Double { 0.1 }

  package static var lowData: Threshold { Threshold(limit: .kilobits(500)) }
  package static var audioOnly: Threshold { Threshold(limit: .kilobits(150)) }

  /// When a proposal is made and withdrawn.
  package struct Threshold: Sendable {
    /// Proposed after ten seconds of an estimate under this in a state that is bad enough.
    package let limit: DataRate
    /// Withdrawn after thirty seconds over this.
    package var release: DataRate { limit * 1.5 }

    static var proposeAfter: TimeDelta { .seconds(10) }
    static var withdrawAfter: TimeDelta { .seconds(30) }
  }

  /// Whether one proposal stands, and since when the path has spoken for the other answer.
  private struct Proposal: Sendable {
    var stands = false
    var contraryAt: Instant?

    mutating func update(_ threshold: Threshold, isBad: Bool, estimate: DataRate, now: Instant) {
      let isContrary = stands ? estimate > threshold.release : isBad && estimate < threshold.limit
      guard isContrary else {
        contraryAt = nil
        return
      }
      let since = contraryAt ?? now
      contraryAt = since
      guard now - since >= (stands ? Threshold.withdrawAfter : Threshold.proposeAfter) else { return }
      stands.toggle()
      contraryAt = nil
    }
  }

  package var loss = LossWindow()
  private var lowData = Proposal()
  private var audioOnly = Proposal()
  private var state = PathState.good
  private var stateSince: Instant?
  private var told = (state: PathState.good, proposal: PathProposal.none)
  private var lastTold: Instant?

  package init() {}

  /// Takes what is measured now, about five times a second; `state` and `proposal` of `report` are not read. What the
  /// receiver is to be told, nil when that is nothing.
  package mutating func advise(_ report: PathReport, now: Instant) -> PathReport? {
    let state = Self.state(of: report)
    if state != self.state || stateSince == nil { stateSince = now }
    self.state = state
    lowData.update(Self.lowData, isBad: state != .good, estimate: report.estimate, now: now)
    audioOnly.update(Self.audioOnly, isBad: state == .poor, estimate: report.estimate, now: now)

    let proposal: PathProposal = audioOnly.stands ? .audioOnly : lowData.stands ? .lowData : .none
    let lasts = stateSince.map { now - $0 >= Self.patience } ?? false
    let next = (state: lasts ? state : told.state, proposal: proposal)
    guard let lastTold else {
      lastTold = now
      return nil
    }
    guard next != told, now - lastTold >= Self.interval else { return nil }
    told = next
    self.lastTold = now
    var report = report
    report.state = next.state
    report.proposal = next.proposal
    return report
  }

  private static func state(of report: PathReport) -> PathState {
    if report.isStarved || report.loss > highestLoss { return .poor }
    return report.isUnmet ? .limited : .good
  }
}

/// The share of packets lost in the last 3 to 6 seconds: two windows of three seconds each.
package struct LossWindow: Sendable {
  static var length: TimeDelta { .seconds(3) }
  /// Fewer packets than this say nothing.
  static var fewest: Int { 30 }

  private var current = (lost: 0, packets: 0)
  private var previous = (lost: 0, packets: 0)
  private var began = Instant.zero

  package init() {}

  /// The receiver reports on `packets`, of which it missed `lost`.
  package mutating func note(lost: Int, packets: Int, now: Instant) {
    turn(now)
    current.lost += max(0, min(lost, packets))
    current.packets += max(0, packets)
  }

  /// 0...1; 0 when too little is known.
  package mutating func share(now: Instant) -> Double {
    turn(now)
    let packets = current.packets + previous.packets
    return packets < Self.fewest ? 0 : Double(current.lost + previous.lost) / Double(packets)
  }

  private mutating func turn(_ now: Instant) {
    guard now - began >= Self.length else { return }
    previous = now - began >= Self.length * 2 ? (0, 0) : current
    current = (0, 0)
    began = now
  }
}
