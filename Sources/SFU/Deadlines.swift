internal import Bytes

/// When each place of a slab is to be visited next: a tree in which every node holds the earliest time below it. The
/// earliest of all is known at once, and whoever is due is found without asking everybody: a thousand idle peers cost
/// nothing when one packet arrives. Allocates nothing after `init`.
struct Deadlines: ~Copyable {
  /// Node n has the children 2n and 2n + 1; the leaves begin at `leaves`.
  private let times: UnsafeMutablePointer<Instant>
  private let leaves: Int

  init(capacity: Int) {
    var size = 2
    while size < capacity { size *= 2 }
    leaves = size
    times = .allocate(capacity: 2 * size)
    times.initialize(repeating: .distantFuture, count: 2 * size)
  }

  deinit { times.deallocate() }

  @inline(__always)
  var earliest: Instant { times[1] }

  @inline(__always)
  subscript(place: Int32) -> Instant { times[leaves &+ Int(place)] }

  /// Visits `place` at `time` at the latest.
  @inline(__always)
  mutating func lower(_ place: Int32, to time: Instant) {
    var node = leaves &+ Int(place)
    while node > 0, time < times[node] {
      times[node] = time
      node /= 2
    }
  }

  /// Forgets when `place` was to be visited.
  mutating func clear(_ place: Int32) {
    var node = leaves &+ Int(place)
    times[node] = .distantFuture
    node /= 2
    while node > 0 {
      times[node] = min(times[2 &* node], times[2 &* node &+ 1])
      node /= 2
    }
  }

  /// The first place from `start` on that is due at `now`; nil when there is none.
  func first(from start: Int32, due now: Instant) -> Int32? {
    var node = leaves &+ Int(start)
    guard node < 2 &* leaves else { return nil }
    while times[node] > now {
      // To the right neighbour's subtree, or up while there is none.
      while node & 1 == 1 {
        node /= 2
        if node <= 1 { return nil }
      }
      node &+= 1
    }
    while node < leaves { node = times[2 &* node] <= now ? 2 &* node : 2 &* node &+ 1 }
    return Int32(truncatingIfNeeded: node &- leaves)
  }
}
