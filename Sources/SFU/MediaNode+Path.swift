internal import Bytes
internal import Congestion

extension MediaNode {
  /// Tells the server what a receiver's path is like, when `PathAdvice` says that it is time.
  mutating func advise(_ peer: Int32, now: Instant) {
    let place = router.peers[peer].pointee.transport
    guard place >= 0, transports[place].pointee.congestion.hasFeedback else { return }
    let receiver = router.peers[peer]
    let report = PathReport(
      estimate: transports[place].pointee.congestion.estimate, demand: receiver.pointee.demand,
      isUnmet: receiver.pointee.isDemandUnmet, isStarved: receiver.pointee.isStarved,
      loss: receiver.pointee.path.loss.share(now: now), roundTrip: receiver.pointee.roundTrip)
    guard let advice = receiver.pointee.path.advise(report, now: now) else { return }
    router.events.append(.path(receiver.pointee.id, advice))
  }
}
