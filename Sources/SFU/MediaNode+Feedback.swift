internal import Bytes
internal import RTCCore

/// What peers say about streams.
extension MediaNode {
  mutating func handleRTCP(
    _ datagram: UnsafeMutableRawBufferPointer, transport place: Int32, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    let transport = transports[place]
    guard transport.pointee.srtp != nil else {
      router.counters.drop(.beforeKeys)
      return
    }
    let length: Int
    switch transport.pointee.srtp!.unprotectRTCP(datagram) {
    case .passed(let plain): length = plain
    case .dropped(let reason):
      router.counters.drop(DropReason(reason))
      return
    }
    transport.pointee.agent.noteMedia(from: source)
    guard var reader = RTCPReader(UnsafeRawBufferPointer(start: datagram.baseAddress, count: length)) else {
      router.counters.drop(.malformedRTCP)
      return
    }
    while let packet = reader.next() { take(packet, from: transport.pointee.peer, now: now, into: &out) }
  }

  private mutating func take(
    _ packet: RTCPPacket, from peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    switch packet {
    case .senderReport(let report, let blocks):
      router.noteSenderReport(report, from: peer, now: now)
      takeReportBlocks(blocks, from: peer, now: now)
    case .receiverReport(_, let blocks):
      takeReportBlocks(blocks, from: peer, now: now)
    case .transportFeedback(let feedback):
      takeFeedback(feedback, from: peer, now: now)
    case .receiverEstimatedMaximumBitrate(let estimate):
      takeReceiverEstimate(estimate.bitrate, from: peer, now: now)
    case .nack(let nack):
      guard let track = router.downTrack(of: peer, ssrc: nack.media) else { return }
      for number in nack { retransmit(number, of: track, now: now, into: &out) }
    case .pictureLossIndication(let request):
      router.noteKeyFrameRequest(request.media, from: peer, now: now)
    case .fullIntraRequest(let request):
      for entry in request { router.noteKeyFrameRequest(entry.ssrc, from: peer, now: now) }
    case .goodbye(let ssrcs):
      for ssrc in ssrcs { router.noteGoodbye(ssrc, from: peer) }
    case .malformed:
      router.counters.drop(.malformedRTCP)
    case .sourceDescription, .other:
      break
    }
  }
}
