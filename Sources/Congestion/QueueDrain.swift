internal import Bytes

/// Not libwebrtc's: empties the queue that an overuse has left. After a sudden fall of capacity 85 % of what arrives
/// would take seconds to do so.
struct QueueDrain {
  /// Queueing delay at which an overuse starts a drain, and at which it ends.
  static var startDelay: TimeDelta { .milliseconds(40) }
  static var stopDelay: TimeDelta { .milliseconds(25) }
  /// Share of what arrives that is sent meanwhile.
  static var share: Double { 0.5 }
  /// Somebody else's queue does not drain: then this much was tried, and is not tried again for as long.
  static var maximumDuration: TimeDelta { .seconds(2) }
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
  private var allowedFrom = Instant.zero
  /// How much longer than the least delay packets take; includes jitter.
  private(set) var queueingDelay = TimeDelta.zero
  /// What may be sent; nil while there is no drain.
  private(set) var limit: DataRate?

  /// Begins, goes on with or ends a drain. `recent` is what arrives.
  mutating func update(usage: BandwidthUsage, recent: DataRate?, now: Instant) {
    if let started {
      if usage == .overusing, let recent, recent * Self.share < limit ?? .infinite {
        // It still grows: the fall went on after the drain began.
        self.started = now
        limit = recent * Self.share
        return
      }
      guard queueingDelay <= Self.stopDelay || now - started >= Self.maximumDuration else { return }
      if queueingDelay > Self.stopDelay { allowedFrom = now + Self.maximumDuration }
      self.started = nil
      limit = nil
    } else if usage == .overusing, queueingDelay >= Self.startDelay, now >= allowedFrom, let recent {
      started = now
      limit = recent * Self.share
    }
  }

  mutating func measure(_ report: borrowing FeedbackReport, now: Instant) {
    guard report.count > 0 else { return }
    if baseStart.map({ now - $0 >= Self.baseWindow }) ?? true {
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
