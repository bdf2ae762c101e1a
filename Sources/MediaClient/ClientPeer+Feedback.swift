internal import Bytes
internal import RTCCore

/// RTCP from the node.
extension ClientPeer {
  mutating func handleRTCP(
    _ datagram: UnsafeMutableRawBufferPointer, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    guard case .passed(let length)? = srtp?.unprotectRTCP(datagram),
      var reader = RTCPReader(UnsafeRawBufferPointer(rebasing: datagram[..<length]))
    else {
      statistics.dropped += 1
      return
    }
    while let packet = reader.next() {
      switch packet {
      case .senderReport(let report, let blocks):
        if let index = incomingSSRCs.index(of: report.ssrc) {
          tracks[trackOfSSRC[index] / 2].receive(report, now: now)
        }
        take(blocks, now: now)
      case .receiverReport(_, let blocks): take(blocks, now: now)
      case .nack(let nack): for sequence in nack { repeatPacket(nack.media, sequence, now: now, into: &out) }
      case .pictureLossIndication(let request): requestKeyFrame(request.media)
      case .fullIntraRequest(let request): for entry in request { requestKeyFrame(entry.ssrc) }
      case .transportFeedback(let report): take(report)
      case .malformed: statistics.dropped += 1
      case .sourceDescription, .goodbye, .receiverEstimatedMaximumBitrate, .other: break
      }
    }
  }

  private mutating func take(_ blocks: ReportBlocks, now: Instant) {
    for block in blocks {
      guard let index = streams.firstIndex(where: { $0.ssrc == block.ssrc }) else { continue }
      statistics.reportBlocksIn += 1
      streams[index].isAcknowledged = true
      if let roundTrip = block.roundTrip(at: NTPTime(now)) { statistics.roundTrip = roundTrip }
    }
  }

  private mutating func take(_ report: TransportFeedback) {
    for status in report {
      if status.arrival == nil { statistics.transportLost += 1 } else { statistics.transportReceived += 1 }
    }
  }

  private mutating func requestKeyFrame(_ ssrc: UInt32) {
    guard let index = streams.firstIndex(where: { $0.ssrc == ssrc }) else { return }
    needKeyFrame(index)
  }
}
