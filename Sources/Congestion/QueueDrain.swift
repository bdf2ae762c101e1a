internal import Bytes

/// Not libwebrtc's: empties the queue that an overuse has left, for after a sudden fall of capacity 87 % of what arrives
/// would take seconds to do so; and notices when the queue is somebody else's, whom no restraint of ours moves.
struct QueueDrain {
  /// Queueing delay at which an overuse starts a drain, and at which it ends.
  static var startDelay: TimeDelta { .milliseconds(40) }
  static var stopDelay: TimeDelta { .milliseconds(25) }
  /// Share of what arrives that is sent meanwhile.
  static var share: Double { 0.5 }
  /// A queue that has not drained by then is filled by a flow that only losses stop, such as TCP.
  static var maximumDuration: TimeDelta { .seconds(2) }
  /// Unless it has shrunk to this share meanwhile: it is only deep.
  static var progress: Double { 0.7 }
  /// How long that is believed before the next try, and how long the queue must be short to end it earlier: TCP's own
  /// queue comes and goes.
  static var contestedDuration: TimeDelta { .seconds(8) }
  static var calmDuration: TimeDelta { .seconds(3) }
  /// The least delay is looked for in the last one or two of these.
  static var baseWindow: TimeDelta { .seconds(10) }

  /// A queue of a link that is of any use grows by less from one packet to the next: then it is the path that has become longer
  /// (a handover, another route), and there is nothing to empty.
  static var longerPath: TimeDelta { .milliseconds(100) }
  /// Packets sent further apart say nothing about it.
  static var neighbours: TimeDelta { .milliseconds(60) }

  private var base = TimeDelta(nanoseconds: .max)
  private var previousBase = TimeDelta(nanoseconds: .max)
  private var baseStart: Instant?
  private var last: (sent: Instant, delay: TimeDelta)?
  private var started: Instant?
  private var estimateAtStart = DataRate.zero
  private var queueAtStart = TimeDelta.zero
  private var contestedUntil: Instant?
  private var lastLong = Instant.zero
  /// How much longer than the least delay packets take; includes jitter.
  private(set) var queueingDelay = TimeDelta.zero
  /// What may be sent; nil while there is no drain.
  private(set) var limit: DataRate?

  /// Whether somebody else keeps the queue full: then delay says nothing of us, and losses decide (as in the competitive
  /// mode of Copa, NSDI 2018 §2.2).
  var isContested: Bool { contestedUntil != nil }

  /// Begins, goes on with or ends a drain. `recent` is what arrives, `estimate` what the path was thought to carry. When
  /// the queue turns out to be contested, the estimate from before the drain: the restraint has been for nothing.
  mutating func update(usage: BandwidthUsage, recent: DataRate?, estimate: DataRate, now: Instant) -> DataRate? {
    if queueingDelay > Self.stopDelay { lastLong = now }
    if let until = contestedUntil {
      if now >= until || now - lastLong >= Self.calmDuration { contestedUntil = nil }
      return nil
    }
    guard let started else {
      guard usage == .overusing, queueingDelay >= Self.startDelay, let recent else { return nil }
      self.started = now
      queueAtStart = queueingDelay
      estimateAtStart = estimate
      limit = recent * Self.share
      return nil
    }
    if queueingDelay <= Self.stopDelay {
      stop()
    } else if now - started >= Self.maximumDuration {
      stop()
      // A deep queue that shrinks is drained on.
      guard Double(queueingDelay.nanoseconds) > Double(queueAtStart.nanoseconds) * Self.progress else { return nil }
      contestedUntil = now + Self.contestedDuration
      return estimateAtStart
    } else if usage == .overusing, let recent {
      // It still grows: the fall went on after the drain began.
      limit = min(limit ?? .infinite, recent * Self.share)
    }
    return nil
  }

  private mutating func stop() {
    started = nil
    limit = nil
  }

  mutating func measure(_ report: borrowing FeedbackReport, now: Instant) {
    guard report.count > 0 else { return }
    // While the queue is never empty the least delay of before is all there is.
    if !isContested, baseStart.map({ now - $0 >= Self.baseWindow }) ?? true {
      baseStart = now
      previousBase = base
      base = TimeDelta(nanoseconds: .max)
    }
    // Jitter only adds: the fastest of the last packets tells the queue.
    var fastest = TimeDelta(nanoseconds: .max)
    for index in 0..<report.count {
      let delay = report[index].receiveTime - report[index].sendTime
      if followLongerPath(delay, sent: report[index].sendTime) { fastest = delay }
      base = min(base, delay)
      if index * 2 + 1 >= report.count { fastest = min(fastest, delay) }
    }
    queueingDelay = fastest - min(base, previousBase)
  }

  /// Moves the least delays when a packet shows that the path has become longer. What had only been held up comes with ever
  /// less delay, and puts them right again.
  private mutating func followLongerPath(_ delay: TimeDelta, sent: Instant) -> Bool {
    defer { last = (sent, delay) }
    guard let last, sent - last.sent <= Self.neighbours, delay - last.delay >= Self.longerPath else { return false }
    let longer = delay - last.delay
    if base.nanoseconds < .max { base = base + longer }
    if previousBase.nanoseconds < .max { previousBase = previousBase + longer }
    return true
  }
}
