internal import Bytes
internal import RTCCore

extension MediaRouter {
  /// The down track that a peer receives with this SSRC.
  func downTrack(of peer: Int32, ssrc: UInt32) -> Int32? {
    for index in peers[peer].pointee.slots.indices {
      if let track = downTrack(of: peers[peer].pointee.slots[index], ssrc: ssrc) { return track }
    }
    return peers[peer].pointee.screenSlot.flatMap { downTrack(of: $0, ssrc: ssrc) }
  }

  private func downTrack(of slot: Slot, ssrc: UInt32) -> Int32? {
    if slot.video >= 0, downTracks[slot.video].pointee.ssrc == ssrc { return slot.video }
    if slot.audio >= 0, downTracks[slot.audio].pointee.ssrc == ssrc { return slot.audio }
    return nil
  }

  mutating func noteSenderReport(_ report: SenderReport, from peer: Int32, now: Instant) {
    guard let owner = ssrcs[RoomSSRC(room: peers[peer].pointee.room, ssrc: report.ssrc)], owner & 1 == 0,
      upTracks[owner >> 1].pointee.peer == peer
    else { return }
    let ntp = report.ntpTime.nanoseconds
    upTracks[owner >> 1].pointee.noteSenderReport(
      ReceivedSenderReport(
        ntpNanoseconds: ntp, compactNTP: report.ntpTime.compact, timestamp: report.rtpTimestamp, arrival: now))
    peers[peer].pointee.clock.note(ntpNanoseconds: ntp, arrival: now)
  }

  /// A receiver reports on one of its slots: the echo of our report measures the round trip. Gives how many packets
  /// the block speaks of, and how many of them were lost.
  mutating func noteReportBlock(_ block: ReportBlock, from peer: Int32, now: Instant) -> (lost: Int, packets: Int) {
    if let roundTrip = block.roundTrip(at: NTPTime(now)), roundTrip < .seconds(5) {
      let smoothed = peers[peer].pointee.roundTrip * 7 + roundTrip
      peers[peer].pointee.roundTrip = smoothed / 8
    }
    guard let track = downTrack(of: peer, ssrc: block.ssrc) else { return (0, 0) }
    let before = downTracks[track].pointee.lastReported
    downTracks[track].pointee.lastReported = block.highestSequence
    downTracks[track].pointee.reportedLoss = block.fractionLost
    guard let before else { return (0, 0) }
    let packets = Int(block.highestSequence &- before)
    // More than a second can hold: the receiver counts anew.
    guard packets < 0x8000 else { return (0, 0) }
    return (packets * Int(block.fractionLost) / 256, packets)
  }

  /// A receiver cannot decode one of its slots: whoever feeds it is asked for a key frame.
  mutating func noteKeyFrameRequest(_ ssrc: UInt32, from peer: Int32, now: Instant) {
    guard let track = downTrack(of: peer, ssrc: ssrc) else { return }
    let down = downTracks[track]
    guard down.pointee.source >= 0, down.pointee.isVideo, down.pointee.pictureLoss.ask(now: now) else { return }
    renewPicture(of: track, now: now)
  }

  /// Asks for a key frame of what a down track sends, or is about to send.
  mutating func renewPicture(of track: Int32, now: Instant) {
    let down = downTracks[track]
    let layer = down.pointee.currentLayer >= 0 ? down.pointee.currentLayer : down.pointee.targetLayer
    guard layer >= 0 else { return }
    wantKeyFrame(of: source(down.pointee.source, down.pointee.sourceKind).track(of: Int(layer)), now: now)
  }

  /// A sender ends a stream (RFC 3550 §6.6), which makes place for another in its layer at once.
  mutating func noteGoodbye(_ ssrc: UInt32, from peer: Int32) {
    guard let owner = ssrcs[RoomSSRC(room: peers[peer].pointee.room, ssrc: ssrc)], owner & 1 == 0,
      upTracks[owner >> 1].pointee.peer == peer
    else { return }
    upTracks[owner >> 1].pointee.noteGoodbye()
  }
}

extension NTPTime {
  /// Since the beginning of the clock's own era. A second is cut to 2^32, so this fits.
  var nanoseconds: Int64 {
    let seconds = Int64(rawValue >> 32)
    let fraction = Int64(((rawValue & 0xFFFF_FFFF) &* 1_000_000_000) >> 32)
    return seconds &* 1_000_000_000 &+ fraction
  }
}
