internal import Bytes
internal import Congestion

extension MediaNode {
  /// Tells the server what a receiver's path is like, when `PathAdvice` says that it is time.
  mutating func advise(_ peer: Int32, now: Instant) {
    let place = router.peers[peer].pointee.transport
    let receiver = router.peers[peer]
    for slot in receiver.pointee.slots { notePicture(slot.video) }
    if let slot = receiver.pointee.screenSlot { notePicture(slot.video) }
    guard place >= 0, transports[place].pointee.congestion.hasFeedback else { return }
    router.counters.estimates.note(transports[place].pointee.congestion.estimate)
    let report = PathReport(
      estimate: transports[place].pointee.congestion.estimate, demand: receiver.pointee.demand,
      isUnmet: receiver.pointee.isDemandUnmet, isStarved: receiver.pointee.isStarved,
      loss: receiver.pointee.path.loss.share(now: now), roundTrip: receiver.pointee.roundTrip)
    guard let advice = receiver.pointee.path.advise(report, now: now) else { return }
    router.events.append(.path(receiver.pointee.id, advice))
  }

  private mutating func notePicture(_ track: Int32) {
    guard track >= 0, router.downTracks[track].pointee.source >= 0 else { return }
    let down = router.downTracks[track]
    guard down.pointee.currentLayer >= 0, down.pointee.requestedHeight > 0 else { return }
    let layer = Int(down.pointee.currentLayer)
    let up = router.source(down.pointee.source, down.pointee.sourceKind).track(of: layer)
    guard up >= 0 else { return }
    router.counters.pictureSamples.note(layer: layer, height: router.upTracks[up].pointee.parts[layer].height)
  }
}
