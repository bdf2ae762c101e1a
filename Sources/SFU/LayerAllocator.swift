internal import Bytes

/// A picture that a receiver could get, and what each of its layers would cost.
struct AllocationItem {
  /// Place of the down track.
  var track: Int32
  /// Who comes first; see `LayerAllocator`.
  var importance: Int
  /// Served before anything else.
  var isScreen = false
  /// Raised to its full height before others are raised at all: pins and speakers.
  var isFavoured: Bool
  /// What it was allotted before; -1 for nothing.
  var current: Int8
  /// The highest layer that is worth its bits at the height shown; -1 when nothing is.
  var wanted: Int8
  var mayRaise: Bool
  /// Whether a picture that was allotted nothing may be shown again, with its smallest layer.
  var mayReturn: Bool
  var mayLower: Bool
  var rates: InlineArray<3, DataRate>
  /// The result.
  var allotted: Int8 = -1

  /// What the picture costs with this layer.
  func rate(_ layer: Int8) -> DataRate { layer < 0 ? .zero : rates[Int(layer)] }
}

/// Divides a receiver's budget among its pictures. Screens come first, then pins, then who speaks, then the others in
/// the order of their slots. Everybody gets the smallest layer before anybody else is raised, one layer a round.
enum LayerAllocator {
  /// A raise must leave this much of the budget free: a backoff (15 %) must not undo it.
  static var headroom: Double { 0.85 }

  /// Sets `allotted` of every item, and leaves them in the order of importance. What all want together is the demand.
  static func allocate(_ items: inout [AllocationItem], budget: DataRate) -> DataRate {
    sort(&items)
    let isOver = total(items) { $0.current } > budget
    share(&items, budget: budget)
    for index in items.indices {
      let item = items[index]
      if item.allotted > item.current, !item.mayRaise {
        items[index].allotted = item.current < 0 && item.mayReturn ? 0 : item.current
      } else if item.allotted < item.current, !item.mayLower, !isOver {
        items[index].allotted = min(item.current, item.wanted)
      }
    }
    // What is held may not fit what is shared: raises go first, the least important before others.
    for index in items.indices.reversed() where items[index].allotted > items[index].current {
      guard total(items, { $0.allotted }) > budget else { break }
      items[index].allotted = items[index].current
    }
    return total(items) { $0.wanted }
  }

  /// Few items, and nearly sorted: insertion.
  private static func sort(_ items: inout [AllocationItem]) {
    for index in items.indices.dropFirst() {
      var place = index
      while place > 0, items[place - 1].importance < items[place].importance {
        items.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  private static func total(_ items: [AllocationItem], _ layer: (AllocationItem) -> Int8) -> DataRate {
    var sum = DataRate.zero
    for index in items.indices { sum = sum + items[index].rate(layer(items[index])) }
    return sum
  }

  private static func share(_ items: inout [AllocationItem], budget: DataRate) {
    var left = budget
    for index in items.indices {
      items[index].allotted = -1
      while items[index].isScreen && raise(&items[index], left: &left, budget: budget) {}
    }
    for index in items.indices where !items[index].isScreen { raise(&items[index], left: &left, budget: budget) }
    for index in items.indices {
      while items[index].isFavoured && raise(&items[index], left: &left, budget: budget) {}
    }
    for _ in 1..<Source.maximumLayers {
      for index in items.indices { raise(&items[index], left: &left, budget: budget) }
    }
  }

  /// One layer more, if it is wanted and fits.
  @discardableResult
  private static func raise(_ item: inout AllocationItem, left: inout DataRate, budget: DataRate) -> Bool {
    let next = item.allotted + 1
    guard next <= item.wanted else { return false }
    let cost = item.rate(next) - item.rate(item.allotted)
    // Some picture is worth more than room to spare.
    let reserve = next > max(0, item.current) ? budget * (1 - headroom) : .zero
    guard cost + reserve <= left else { return false }
    left = left - cost
    item.allotted = next
    return true
  }
}

/// Keeps a picture from going up and down: a raise that failed is tried again later each time. One that stands still is worse
/// than a small one, so what was left nothing comes back sooner than what was made smaller becomes tall.
struct LayerHysteresis {
  static var shortestHold: TimeDelta { .seconds(5) }
  /// The same for a picture that was left nothing.
  static var shortestAbsence: TimeDelta { .seconds(1) }
  static var longestHold: TimeDelta { .seconds(40) }
  /// Between two raises: each costs a key frame.
  static var betweenRaises: TimeDelta { .seconds(1) }
  /// A fall this soon after a raise means that the raise failed.
  static var failure: TimeDelta { .seconds(10) }

  private var lastRaise: Instant?
  private var lastLower: Instant?
  private var hold = Self.shortestHold
  private var absence = Self.shortestAbsence

  func mayRaise(_ now: Instant) -> Bool { isOver(hold, now) }

  /// Whether a picture that was left nothing may have its smallest layer.
  func mayReturn(_ now: Instant) -> Bool { isOver(absence, now) }

  private func isOver(_ hold: TimeDelta, _ now: Instant) -> Bool {
    if let lastLower, now - lastLower < hold { return false }
    return lastRaise.map { now - $0 >= Self.betweenRaises } ?? true
  }

  func mayLower(_ now: Instant) -> Bool { lastRaise.map { now - $0 >= Self.shortestHold } ?? true }

  mutating func changed(from old: Int8, to new: Int8, now: Instant) {
    guard new < old else {
      lastRaise = now
      return
    }
    let failed = lastRaise.map { now - $0 < Self.failure } ?? false
    hold = failed ? min(hold * 2, Self.longestHold) : Self.shortestHold
    if new < 0 { absence = failed ? min(absence * 2, Self.longestHold) : Self.shortestAbsence }
    lastLower = now
  }
}
