import Bytes
import Synchronization

/// Who seals in which epoch, and since when they have all been doing so in the same. From any thread.
final class Board: Sendable {
  private struct Standing {
    var authenticator: [UInt8]
    var members: Int
    var since: Instant
  }

  private struct State {
    var standings: [Int: Standing] = [:]
    var wanted = 0
    var reached: [Instant]?
    var changed = Instant.zero
  }

  private let state = Mutex(State())

  /// From now on `count` people are to be in one epoch of a group of as many.
  func expect(_ count: Int) {
    state.withLock { state in
      state.wanted = count
      state.reached = nil
    }
  }

  /// `number` seals in the epoch of `authenticator`; nil for one that cannot, or seals in another than it is in.
  func set(_ number: Int, _ authenticator: [UInt8]?, members: Int, at now: Instant) {
    state.withLock { state in
      let old = state.standings[number]
      if let authenticator, let old, old.authenticator == authenticator, old.members == members { return }
      if authenticator == nil, old == nil { return }
      state.changed = now
      state.standings[number] = authenticator.map { Standing(authenticator: $0, members: members, since: now) }
      guard state.reached == nil, authenticator != nil, members == state.wanted else { return }
      let together = state.standings.values.filter { $0.authenticator == authenticator && $0.members == members }
      if together.count == state.wanted { state.reached = together.map(\.since).sorted() }
    }
  }

  /// Since when each of them has been sealing there, ascending, as of the moment when the last did; nil before.
  var reached: [Instant]? { state.withLock { $0.reached } }

  /// How many are in one epoch, at most.
  var together: Int {
    state.withLock { state in
      var counts: [[UInt8]: Int] = [:]
      for standing in state.standings.values { counts[standing.authenticator, default: 0] += 1 }
      return counts.values.max() ?? 0
    }
  }

  /// When something changed last.
  var changed: Instant { state.withLock { $0.changed } }
}
