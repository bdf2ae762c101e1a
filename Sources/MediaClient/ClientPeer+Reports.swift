internal import Bytes
internal import RTCCore

/// RTCP to the node.
extension ClientPeer {
  private static var reportInterval: TimeDelta { .seconds(1) }
  private static var blocksInReport: Int { 24 }

  /// NACK and PLI of every track, and transport-wide feedback (reduced-size, RFC 5506).
  mutating func sendFeedback(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    if tracksDue <= now {
      for chunk in stride(from: 0, to: tracks.count, by: 8) {
        sendRTCP(into: &out) { client, writer in
          for index in chunk..<min(chunk + 8, client.tracks.count) where client.tracks[index].nextDeadline <= now {
            client.tracks[index].advance(to: now, sender: client.feedbackSSRC, into: &writer)
          }
        }
      }
      tracksDue = tracks.reduce(Instant.distantFuture) { min($0, $1.nextDeadline) }
    }
    guard now >= nextFeedback else { return }
    nextFeedback = .distantFuture
    while feedback.isPending {
      sendRTCP(into: &out) { client, writer in
        _ = client.feedback.write(sender: client.feedbackSSRC, media: 0, into: &writer)
      }
    }
  }

  /// Sender reports with the CNAME each second, and receiver reports on every stream that has come.
  mutating func sendReports(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    guard now >= nextReport else { return }
    nextReport = now + Self.reportInterval
    let elapsed = now - connectedAt
    sendRTCP(into: &out) { client, writer in
      for stream in client.streams where stream.packetCount > 0 {
        stream.senderReport(now: now, elapsed: elapsed).write(into: &writer)
      }
      let ssrc = client.streams.first?.ssrc ?? client.feedbackSSRC
      if writer.offset == 0 { ReceiverReport(ssrc: ssrc).write(into: &writer) }
      Array(client.cname.utf8).withUnsafeBytes { SourceDescription.write(ssrc: ssrc, cname: $0, into: &writer) }
    }
    var blocks: [ReportBlock] = []
    for index in tracks.indices {
      if let block = tracks[index].reportBlock(now: now) { blocks.append(block) }
    }
    for start in stride(from: 0, to: blocks.count, by: Self.blocksInReport) {
      let part = Array(blocks[start..<min(start + Self.blocksInReport, blocks.count)])
      sendRTCP(into: &out) { client, writer in
        part.withUnsafeBufferPointer { ReceiverReport(ssrc: client.feedbackSSRC).write(blocks: $0, into: &writer) }
      }
    }
  }

  /// Sends what `write` writes, if that is anything.
  private mutating func sendRTCP(
    into out: inout some DatagramSink & ~Copyable, _ write: (inout ClientPeer, inout ByteWriter) -> Void
  ) {
    guard let address = ice.selected, let overhead = srtp?.rtcpOverhead else { return }
    let slot = out.reserve()
    let room = min(slot.count, Self.largestDatagram) - overhead
    var writer = ByteWriter(UnsafeMutableRawBufferPointer(rebasing: slot[..<room]))
    write(&self, &writer)
    guard writer.offset > 0, case .passed(let length)? = srtp?.protectRTCP(slot, length: writer.offset) else { return }
    out.commit(length: length, to: address)
    statistics.feedbackOut += 1
    statistics.datagramsOut += 1
    statistics.bytesOut += UInt64(length)
  }

  private static var largestDatagram: Int { 1200 }
}
