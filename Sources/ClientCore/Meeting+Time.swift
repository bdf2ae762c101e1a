import Bytes

extension Meeting {
  /// Does what is due.
  mutating func expire(using random: inout some RandomNumberGenerator) {
    frames.advance(to: now)
    if timers.takeDue(.entry, at: now) { entryIsLate(using: &random) }
    if timers.takeDue(.resend, at: now) { resend() }
    if timers.takeDue(.proposals, at: now) { wishes.proposals = true }
    if timers.takeDue(.update, at: now) { wishes.update = true }
    if timers.takeDue(.gap, at: now) { gapRemains() }
    if timers.takeDue(.writeDown, at: now) { writeDownNow() }
    if timers.takeDue(.quiet, at: now) { shown.isStale = true }
    if timers.takeDue(.checkpoint, at: now) {
      sendCheckpoint()
      timers[.checkpoint] = now + Pace.checkpoint(members: directory.seats.count).jittered(using: &random)
    }
    if timers.takeDue(.watch, at: now) {
      look()
      timers[.watch] = now + Pace.watch
    }
    send(comparison?.advance(to: now) ?? nil)
  }
}
