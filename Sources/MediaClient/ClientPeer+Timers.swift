package import Bytes
package import RTCCore

extension ClientPeer {
  /// When `advance` has something to do; it may lie in the past.
  package var nextDeadline: Instant {
    guard state == .connecting || state == .connected else { return .distantFuture }
    var deadline = min(ice.nextDeadline, dtls?.nextDeadline ?? .distantFuture)
    guard state == .connected else { return deadline }
    for source in sources { deadline = min(deadline, source.nextDue) }
    return min(deadline, tracksDue, nextReport, nextFeedback)
  }

  /// Does what is due at `now`: checks, retransmissions, media, reports.
  package mutating func advance(to now: Instant, into out: inout some DatagramSink & ~Copyable) {
    guard state == .connecting || state == .connected else { return }
    ice.advance(to: now, using: &random, into: &out)
    guard ice.state != .failed, ice.state != .expired else {
      state = .ended
      return
    }
    startDTLS(now: now, into: &out)
    if let peer = ice.selected { dtls?.advance(to: now, peer: peer, into: &out) }
    if case .failed = dtls?.state { state = .ended }
    guard state == .connected else { return }
    sendMedia(now: now, into: &out)
    sendFeedback(now: now, into: &out)
    sendReports(now: now, into: &out)
  }

  /// The first pair that works carries the handshake, if it is ours to begin.
  mutating func startDTLS(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    guard beginsDTLS, !hasStartedDTLS, let peer = ice.selected else { return }
    hasStartedDTLS = true
    dtls?.start(now: now, to: peer, into: &out)
  }
}
