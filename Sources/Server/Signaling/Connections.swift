package import Bytes
package import Rooms
import Signaling
import Synchronization

/// Bounds on connections that have nothing to do with what is said on them.
package struct ConnectionLimits: Equatable, Sendable {
  /// WebSockets at one time.
  package var connections = 4096
  /// WebSockets that have not been let into a room. An honest client says hello within a round trip, so when there are too many
  /// it is the oldest that goes: a flood pushes out itself.
  package var halfOpen = 512
  package var helloDeadline = TimeDelta.seconds(10)
  /// Of messages that are large and not complete yet, in the whole node.
  package var inboundBytes = 64 * 1024 * 1024
  package var pingPeriod = TimeDelta.seconds(5)
  /// A ping that two periods have not answered. With the 15 s for which a place is kept, a closed laptop is gone within 30 s.
  package var silence = TimeDelta.seconds(10)

  package init() {}
}

/// Every WebSocket of this node: who has said hello, who is still there.
package final class Connections: Sendable {
  private struct Entry {
    let outbox: Outbox
    let opened: Instant
    var heard: Instant
    var pinged: Instant
    var isHalfOpen = true
    var isWaiting = false
  }

  private struct State {
    var entries: [ConnectionID: Entry] = [:]
    /// Oldest first.
    var halfOpen: [ConnectionID] = []
    var waiting = 0
    var next: UInt64 = 1
    var isClosing = false
  }

  private let limits: ConnectionLimits
  private let metrics: Metrics
  private let state = Mutex(State())
  package let budget: InboundBudget

  package init(limits: ConnectionLimits, metrics: Metrics) {
    self.limits = limits
    self.metrics = metrics
    budget = InboundBudget(bytes: limits.inboundBytes)
  }

  package var count: Int { state.withLock { $0.entries.count } }
  /// How often one began or ended so far.
  package var changes: UInt64 { state.withLock { 2 * ($0.next - 1) - UInt64($0.entries.count) } }
  package var halfOpenCount: Int { state.withLock { $0.halfOpen.count } }
  /// Connections of people who wait to be let into a room.
  package var waitingCount: Int { state.withLock { $0.waiting } }

  /// Registers a connection; nil, and the other side has been told, when there is no room for it.
  package func open(_ outbox: Outbox, now: Instant) -> ConnectionID? {
    let opened: (id: ConnectionID, evicted: Outbox?)? = state.withLock { state in
      guard !state.isClosing, state.entries.count < limits.connections else { return nil }
      var evicted: Outbox?
      if state.halfOpen.count >= limits.halfOpen {
        evicted = state.entries.removeValue(forKey: state.halfOpen.removeFirst())?.outbox
      }
      let id = ConnectionID(state.next)
      state.next += 1
      state.entries[id] = Entry(outbox: outbox, opened: now, heard: now, pinged: now)
      state.halfOpen.append(id)
      return (id, evicted)
    }
    guard let opened else {
      refuse(outbox, .serverFull)
      return nil
    }
    if let evicted = opened.evicted {
      metrics.closed(.evicted)
      refuse(evicted, .serverFull, detail: "half_open")
    }
    return opened.id
  }

  /// Something arrived, be it an answer to a ping.
  package func heard(_ id: ConnectionID, now: Instant) {
    state.withLock { $0.entries[id]?.heard = now }
  }

  /// False once it has been pushed out or given up.
  package func isOpen(_ id: ConnectionID) -> Bool { state.withLock { $0.entries[id] != nil } }

  /// Let into a room, or before its door where it may wait as long as it likes: no longer half-open. False when it has been closed meanwhile.
  package func admitted(_ id: ConnectionID, waits: Bool = false) -> Bool {
    state.withLock { state in
      guard let entry = state.entries[id] else { return false }
      state.waiting += (waits ? 1 : 0) - (entry.isWaiting ? 1 : 0)
      state.entries[id]?.isWaiting = waits
      state.entries[id]?.isHalfOpen = false
      state.halfOpen.removeAll { $0 == id }
      return true
    }
  }

  package func closed(_ id: ConnectionID) {
    state.withLock { remove(id, from: &$0) }
  }

  /// Pings, and closes those that are silent or have not said hello. To be called about once a second.
  package func sweep(now: Instant) {
    var due: [(Outbox, Due)] = []
    state.withLock { state in
      for (id, entry) in state.entries {
        guard let action = self.due(entry, now) else { continue }
        due.append((entry.outbox, action))
        if action == .ping {
          state.entries[id]?.pinged = now
        } else {
          remove(id, from: &state)
        }
      }
    }
    for (outbox, action) in due {
      switch action {
      case .ping: outbox.send(.ping)
      case .silent:
        metrics.closed(.silent)
        outbox.abort()
      case .halfOpen:
        metrics.closed(.halfOpen)
        refuse(outbox, .notJoined, detail: "hello_deadline")
      }
    }
  }

  /// Tells everybody that the node stops, and lets nobody in any more.
  package func closeAll() {
    let outboxes = state.withLock { state in
      state.isClosing = true
      return state.entries.values.map { $0.outbox }
    }
    for outbox in outboxes {
      outbox.send(.closing)
      outbox.send(.close(code: 1012))
    }
  }

  /// Cuts whoever has not gone by themselves.
  package func abortAll() {
    for outbox in state.withLock({ $0.entries.values.map { $0.outbox } }) { outbox.abort() }
  }

  private enum Due { case ping, silent, halfOpen }

  private func due(_ entry: Entry, _ now: Instant) -> Due? {
    if entry.isHalfOpen, now - entry.opened >= limits.helloDeadline { return .halfOpen }
    if now - entry.heard >= limits.silence { return .silent }
    return now - entry.pinged >= limits.pingPeriod ? .ping : nil
  }

  private func remove(_ id: ConnectionID, from state: inout State) {
    guard let entry = state.entries.removeValue(forKey: id) else { return }
    if entry.isWaiting { state.waiting -= 1 }
    guard entry.isHalfOpen else { return }
    state.halfOpen.removeAll { $0 == id }
  }

  private func refuse(_ outbox: Outbox, _ code: ErrorCode, detail: Word? = nil) {
    metrics.refused(code)
    outbox.refuse(code, detail: detail)
  }
}
