package import Bytes
package import RTCCore

extension MediaNode {
  /// When `advance` has to be called next; `.distantFuture` without peers. Changes with every call.
  package var nextDeadline: Instant { router.deadlines.earliest }

  /// Does what is due at `now`: feedback, reports, retransmission requests, handshakes, consent. May be called early.
  package mutating func advance(to now: Instant, into out: inout some DatagramSink & ~Copyable) {
    // Everybody once: a visit may make another one due at once.
    var next: Int32 = 0
    while let place = router.deadlines.first(from: next, due: now) {
      visit(place, now: now, into: &out)
      next = place + 1
    }
  }

  private mutating func visit(_ place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    router.deadlines.clear(place)
    guard keepAlive(place, now: now, into: &out) else { return }
    let peer = router.peers[place]
    if peer.pointee.isConnected {
      pace(place, now: now, into: &out)
      requestRepairs(from: place, now: now, into: &out)
      if now >= peer.pointee.nextFeedback { sendFeedback(to: place, now: now, into: &out) }
      if now >= peer.pointee.nextSelection { select(for: place, now: now) }
      if now >= peer.pointee.nextReport {
        transports[peer.pointee.transport].pointee.rest()
        sendReports(to: place, now: now, into: &out)
      }
    }
    let timers = min(peer.pointee.nextFeedback, min(peer.pointee.nextSelection, peer.pointee.nextReport))
    router.wake(place, at: peer.pointee.isConnected ? timers : .distantFuture)
  }

  /// Handshake retransmissions and consent. False if the session ended.
  private mutating func keepAlive(
    _ place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Bool {
    let transport = transports[router.peers[place].pointee.transport]
    if transport.pointee.agent.advance(to: now) || transport.pointee.isHopeless(at: now) {
      disconnect(place, .consentExpired, now: now, into: &out)
      return false
    }
    if transport.pointee.srtp == nil, let address = transport.pointee.agent.selected {
      transport.pointee.dtls.advance(to: now, peer: address, into: &out)
      if case .failed = transport.pointee.dtls.state {
        disconnect(place, .dtlsFailed, now: now, into: &out)
        return false
      }
    }
    router.wake(place, at: transport.pointee.nextDeadline)
    return true
  }

  /// Looks again at who speaks in the peer's room, and at which layers the peer gets.
  private mutating func select(for place: Int32, now: Instant) {
    router.rankSpeakers(of: router.peers[place].pointee.room, now: now)
    updateAllocation(of: place, now: now)
    advise(place, now: now)
    for kind in [SourceKind.camera, .screen] { router.updateSendLayers(of: place, kind, now: now) }
    for index in router.peers[place].pointee.slots.indices {
      let track = router.peers[place].pointee.slots[index].video
      if track >= 0 { router.choose(track, now: now) }
    }
    if let slot = router.peers[place].pointee.screenSlot, slot.video >= 0 { router.choose(slot.video, now: now) }
    router.peers[place].pointee.nextSelection = now + Self.selectionInterval
  }

  private static var selectionInterval: TimeDelta { .milliseconds(200) }
}
