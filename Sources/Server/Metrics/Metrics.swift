import Delivery
package import Signaling
import Synchronization

/// What this node has counted since it started. Numbers only: none is about one person.
package struct MetricsSnapshot: Equatable, Sendable {
  /// Messages and joins refused, by the reason that the sender was given.
  package var refusals: [ErrorCode: Int] = [:]
  /// Connections that the node ended by itself.
  package var closures: [Closure: Int] = [:]
  package var joins = 0
  package var resumptions = 0
  /// Of rooms with a host: people who came to wait, those of them who were let in, first uses of invitations by a device, and
  /// calls to freeze.
  package var knocks = 0
  package var admissions = 0
  package var invitationsUsed = 0
  package var freezes = 0
  /// What the delivery service said of groups, to how many it did not matter.
  package var deliveries: [Delivery: Int] = [:]

  package enum Delivery: String, CaseIterable, Hashable, Sendable {
    case groupAsked = "group_asked"
    case commitAsked = "commit_asked"
    case removeProposed = "remove_proposed"
    case commit
    case commitRefused = "commit_refused"
    case resync
  }

  package enum Closure: String, CaseIterable, Hashable, Sendable {
    /// No hello in time.
    case halfOpen = "half_open"
    /// Pushed out by a newer connection that had not said hello either.
    case evicted
    /// Nothing heard, not even an answer to a ping.
    case silent
    /// Did not read what it was sent.
    case slow
  }
}

/// Counters, from any thread.
package final class Metrics: Sendable {
  private let state = Mutex(MetricsSnapshot())

  package init() {}

  package var snapshot: MetricsSnapshot { state.withLock { $0 } }

  func refused(_ code: ErrorCode) { state.withLock { $0.refusals[code, default: 0] += 1 } }
  func closed(_ closure: MetricsSnapshot.Closure) { state.withLock { $0.closures[closure, default: 0] += 1 } }

  func delivered(_ event: DeliveryEvent) {
    let delivery: MetricsSnapshot.Delivery
    switch event {
    case .createGroup: delivery = .groupAsked
    case .commitRequest: delivery = .commitAsked
    case .proposal: delivery = .removeProposed
    case .commit: delivery = .commit
    case .commitRefused: delivery = .commitRefused
    case .resync: delivery = .resync
    case .groupWelcome, .groupInfo, .ready: return
    }
    state.withLock { $0.deliveries[delivery, default: 0] += 1 }
  }

  func knocked() { state.withLock { $0.knocks += 1 } }
  func admitted() { state.withLock { $0.admissions += 1 } }
  func invitationUsed() { state.withLock { $0.invitationsUsed += 1 } }
  func froze() { state.withLock { $0.freezes += 1 } }

  func joined(resumed: Bool) {
    state.withLock { state in
      if resumed { state.resumptions += 1 } else { state.joins += 1 }
    }
  }
}
