internal import Bytes
internal import RTCCore

extension MediaRouter {
  /// Report blocks on all that a peer sends.
  mutating func reportBlocks(of place: Int32, now: Instant) -> [ReportBlock] {
    var blocks: [ReportBlock] = []
    for kind in SourceKind.allCases {
      for layer in 0..<Source.maximumLayers {
        let track = source(place, kind).layers[layer]
        guard track >= 0, upTracks[track].pointee.isAlive(at: now - .seconds(5)) else { continue }
        blocks.append(reportBlock(on: track, now: now))
      }
    }
    return blocks
  }

  private func reportBlock(on track: Int32, now: Instant) -> ReportBlock {
    let upTrack = upTracks[track]
    let report = upTrack.pointee.senderReport
    return ReportBlock(
      ssrc: upTrack.pointee.ssrc, fractionLost: upTrack.pointee.statistics.takeFractionLost(),
      cumulativeLost: Int32(clamping: upTrack.pointee.statistics.cumulativeLost),
      highestSequence: upTrack.pointee.statistics.extendedHighest, jitter: upTrack.pointee.statistics.jitter,
      lastSenderReport: report?.compactNTP ?? 0,
      delaySinceLastSenderReport: report.map { (now - $0.arrival).compactNTP } ?? 0)
  }

  /// Says which moment a timestamp of a down track is, on the node's clock. Sound and picture of one person go through
  /// the same map, so a receiver can play them in sync. Nil until the source has said it of its own stream.
  func senderReport(of track: Int32, now: Instant) -> SenderReport? {
    let down = downTracks[track]
    guard down.pointee.currentLayer >= 0, down.pointee.munger.hasBegun else { return nil }
    let segment = down.pointee.munger.current
    guard upTracks.contains(segment.upTrack), upTracks[segment.upTrack].pointee.generation == segment.generation
    else { return nil }
    let upTrack = upTracks[segment.upTrack]
    guard let report = upTrack.pointee.senderReport, let offset = peers[upTrack.pointee.peer].pointee.clock.offset
    else { return nil }
    let elapsed = now.nanoseconds &- offset &- report.ntpNanoseconds
    let ticks = elapsed / 1_000 &* upTrack.pointee.kind.clockRate / 1_000_000
    return SenderReport(
      ssrc: down.pointee.ssrc, ntpTime: NTPTime(now),
      rtpTimestamp: report.timestamp &+ UInt32(truncatingIfNeeded: ticks) &- segment.timestampOffset,
      packetCount: down.pointee.packetsSent, octetCount: down.pointee.octetsSent)
  }

  /// Some SSRC of a peer: transport-wide feedback must name one, and means all.
  func anySSRC(of place: Int32) -> UInt32 {
    for kind in SourceKind.allCases {
      for layer in 0..<Source.maximumLayers {
        let track = peers[place].pointee.sources[Int(kind.rawValue)].layers[layer]
        if track >= 0 { return upTracks[track].pointee.ssrc }
      }
    }
    return 0
  }
}
