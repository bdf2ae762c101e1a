internal import Bytes

/// Which simulcast layer a receiver gets: by the height it shows, what the sender sends at the moment, and what the
/// receiver's path has carried.
enum LayerSelector {
  /// What is known of one layer.
  struct Layer {
    /// Picture height in pixels.
    var height: Int
    /// Packets came lately.
    var isAlive: Bool
  }

  /// A picture may be stretched this much (in percent of what is shown) before the next layer is worth its bits.
  private static var enough: Int { 80 }

  /// The smallest layer at or below `cap` that is tall enough, else the tallest there is; -1 when nothing is wanted or
  /// nothing is sent.
  static func choose(_ layers: InlineArray<3, Layer>, count: Int, requestedHeight: Int, cap: Int) -> Int8 {
    guard requestedHeight > 0 else { return -1 }
    var best: Int8 = -1
    for layer in 0..<count where layers[layer].isAlive {
      if best >= 0 && layer > cap { break }
      best = Int8(truncatingIfNeeded: layer)
      if layers[layer].height * 100 >= requestedHeight * enough { break }
    }
    return best
  }
}

/// How many simulcast layers a receiver's path can take, judged by the loss it reports, with the limits of Google's
/// congestion control (draft-ietf-rmcat-gcc-02 §6): above 10 % is too much, below 2 % is good. Each failed attempt to go up
/// again doubles the wait before the next one.
struct LossFallback {
  static var tooMuch: UInt8 { 26 }
  static var good: UInt8 { 5 }
  private static var shortestWait: TimeDelta { .seconds(8) }
  private static var longestWait: TimeDelta { .seconds(64) }

  /// Highest layer allowed.
  private(set) var cap = 2
  private var badReports = 0
  private var wait = Self.shortestWait
  private var goodSince: Instant?
  private var lastRaise: Instant?

  /// A report block for this stream: share lost in 1/256. `current` is the layer that is being sent.
  mutating func report(fractionLost: UInt8, current: Int, now: Instant) {
    if fractionLost > Self.tooMuch {
      badReports += 1
      goodSince = nil
      // One report may be a burst; two in a row, or one that loses a quarter, are the path.
      if badReports >= 2 || fractionLost > 64 { lower(below: current, now: now) }
      return
    }
    badReports = 0
    guard fractionLost < Self.good, cap < 2 else {
      goodSince = nil
      return
    }
    let since = goodSince ?? now
    goodSince = since
    guard now - since >= wait else { return }
    cap += 1
    lastRaise = now
    goodSince = nil
  }

  private mutating func lower(below current: Int, now: Instant) {
    badReports = 0
    if let lastRaise, now - lastRaise < wait {
      wait = min(wait * 2, Self.longestWait)
    } else {
      wait = Self.shortestWait
    }
    cap = max(0, min(cap, current) - 1)
  }
}
