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
    let lost = upTrack.pointee.statistics.takeFractionLost()
    return ReportBlock(
      ssrc: upTrack.pointee.ssrc,
      fractionLost: upTrack.pointee.kind.isVideo ? lost : lossToRepair(lost, ofSoundOf: upTrack),
      cumulativeLost: Int32(clamping: upTrack.pointee.statistics.cumulativeLost),
      highestSequence: upTrack.pointee.statistics.extendedHighest, jitter: upTrack.pointee.statistics.jitter,
      lastSenderReport: report?.compactNTP ?? 0,
      delaySinceLastSenderReport: report.map { (now - $0.arrival).compactNTP } ?? 0)
  }

  /// What the sender of a sound is told of the losses on its own path and on that of the listener who loses most of it, in
  /// 256ths. Senders add forward error correction by what is reported to them (Opus, RFC 6716 §2.1.7), and nobody but the
  /// listener would know of the loss after the node. Only the fraction says so: the sender's own path is judged by the
  /// cumulative number.
  private func lossToRepair(_ lost: UInt8, ofSoundOf upTrack: UnsafeMutablePointer<UpTrack>) -> UInt8 {
    var worst: UInt8 = 0
    var track = source(upTrack.pointee.peer, upTrack.pointee.kind).firstSubscriber
    while track >= 0 {
      worst = max(worst, downTracks[track].pointee.reportedLoss)
      track = downTracks[track].pointee.nextSubscriber
    }
    return max(lost, UInt8(min((Int(lost) + Int(worst)) * Self.lossFactor, Self.mostLossToRepair)))
  }

  /// libwebrtc averages reports over 10 s, and Opus corrects anything but plain speech from 9 % on: 5 % said as they are do
  /// nothing, four times as much does within 6 s. A fifth is the most that libwebrtc takes.
  private static var lossFactor: Int { 4 }
  private static var mostLossToRepair: Int { 51 }

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
