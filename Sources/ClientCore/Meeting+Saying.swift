import MLS

extension Meeting {
  /// Whether a `say` now would be sealed within the very call that takes it.
  package var canSay: Bool {
    guard group?.hasPendingProposals == false, node.isConnected, timers[.quiet] == nil, outbox.items.isEmpty else {
      return false
    }
    return !watch.isHalted
  }
}
