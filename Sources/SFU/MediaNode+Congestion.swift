internal import Bytes
internal import Congestion
internal import RTCCore

/// What receivers say about their paths, and what follows from it.
extension MediaNode {
  mutating func takeFeedback(_ feedback: TransportFeedback, from peer: Int32, now: Instant) {
    let place = router.peers[peer].pointee.transport
    guard place >= 0, router.peers[peer].pointee.hasTransportSequences else { return }
    let transport = transports[place]
    report.begin()
    for status in feedback {
      transport.pointee.congestion.note(status.sequence, arrival: status.arrival, in: &report)
    }
    report.end()
    transport.pointee.congestion.onFeedback(report, now: now)
    updateCopies(of: peer)
    noteEstimate(of: peer, now: now)
  }

  mutating func takeReceiverEstimate(_ bitrate: UInt64, from peer: Int32, now: Instant) {
    let place = router.peers[peer].pointee.transport
    guard place >= 0 else { return }
    let rate = DataRate(bitsPerSecond: Int64(clamping: bitrate))
    transports[place].pointee.congestion.onReceiverEstimate(rate, now: now)
    noteEstimate(of: peer, now: now)
  }

  mutating func takeReportBlocks(_ blocks: ReportBlocks, from peer: Int32, now: Instant) {
    var (lost, packets) = (0, 0)
    for block in blocks {
      let counted = router.noteReportBlock(block, from: peer, now: now)
      lost += counted.lost
      packets += counted.packets
    }
    let place = router.peers[peer].pointee.transport
    guard place >= 0, packets > 0 else { return }
    router.peers[peer].pointee.path.loss.note(lost: lost, packets: packets, now: now)
    transports[place].pointee.congestion.onRoundTrip(router.peers[peer].pointee.roundTrip)
    transports[place].pointee.congestion.onLossReport(lost: lost, packets: packets, now: now)
    noteEstimate(of: peer, now: now)
  }

  /// The estimate may be another. A fall is acted on at once, a rise when layers are chosen next.
  private mutating func noteEstimate(of peer: Int32, now: Instant) {
    let transport = transports[router.peers[peer].pointee.transport]
    let before = router.peers[peer].pointee.budget
    let estimate = transport.pointee.congestion.estimate
    router.peers[peer].pointee.budget = estimate
    router.wake(peer, at: transport.pointee.congestion.prober.nextProbeTime)
    // Small steps down happen all the time; they wait for the next choice too.
    guard estimate < before * 0.9 else { return }
    router.allocate(peer, now: now)
  }

  /// Five times a second: what could be sent, what the silence of feedback means, and who gets which layer.
  mutating func updateAllocation(of peer: Int32, now: Instant) {
    let place = router.peers[peer].pointee.transport
    guard place >= 0 else { return }
    let transport = transports[place]
    transport.pointee.congestion.setDemand(
      router.peers[peer].pointee.demand, isUnmet: router.peers[peer].pointee.isDemandUnmet, now: now)
    transport.pointee.congestion.process(now: now)
    router.peers[peer].pointee.budget = transport.pointee.congestion.estimate
    router.allocate(peer, now: now)
    router.wake(peer, at: transport.pointee.congestion.prober.nextProbeTime)
  }
}
