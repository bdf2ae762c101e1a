internal import Bytes
internal import RTCCore

/// A receive section of a client: order, recovery, reports, and what came of it.
struct IncomingTrack {
  let ssrc: UInt32
  let rtxSSRC: UInt32?
  let payloadType: UInt8
  private let rtxPayloadType: UInt8?
  private let vp9PayloadType: UInt8?
  private let vp9RTXPayloadType: UInt8?
  var statistics: TrackStatistics

  private var buffer = ReorderBuffer()
  private var checker = FrameChecker()
  private var reception = ReceptionReport()
  private var nextNack = Instant.distantFuture
  private var nextPictureLoss = Instant.distantFuture

  /// Time for a packet that was merely overtaken.
  private static let patience = TimeDelta.milliseconds(20)
  private static let nackInterval = TimeDelta.milliseconds(120)
  /// After this a missing packet is given up.
  private static let videoLimit = TimeDelta.milliseconds(700)
  private static let audioLimit = TimeDelta.milliseconds(100)
  private static let pictureLossInterval = TimeDelta.milliseconds(500)

  init(_ answered: RemoteDescription.ReceiveTrack) {
    ssrc = answered.ssrc
    rtxSSRC = answered.rtxSSRC
    payloadType = answered.payloadType
    rtxPayloadType = answered.rtxPayloadType
    vp9PayloadType = answered.vp9PayloadType
    vp9RTXPayloadType = answered.vp9RTXPayloadType
    statistics = TrackStatistics(slot: answered.slot, isVideo: answered.isVideo)
  }

  /// The format of what a retransmission format repeats; nil for others.
  func repaired(_ rtx: UInt8) -> UInt8? {
    rtx == rtxPayloadType ? payloadType : rtx == vp9RTXPayloadType ? vp9PayloadType : nil
  }

  /// Takes a decrypted packet, of the RTX stream already unwrapped. Returns when it was sent, if a note in it says so and
  /// it had not come before.
  mutating func receive(
    _ header: RTPHeader, in packet: UnsafeRawBufferPointer, isRepair: Bool, now: Instant
  ) -> Instant? {
    guard header.payloadType == payloadType || header.payloadType == vp9PayloadType,
      let range = header.payloadRange(in: packet)
    else { return nil }
    let payload = UnsafeRawBufferPointer(rebasing: packet[range])
    statistics.packets += 1
    statistics.bytes += UInt64(payload.count)
    if !isRepair {
      reception.count(header, clockRate: statistics.isVideo ? 90_000 : 48_000, now: now)
      statistics.expected = UInt64(clamping: reception.expected)
      statistics.arrived = UInt64(clamping: reception.received)
    }
    guard let received = payload.isEmpty ? .padding : parse(header, payload) else { return nil }
    switch buffer.insert(received, sequence: header.sequenceNumber, now: now) {
    case .duplicate:
      statistics.duplicates += 1
      return nil
    case .leap(let lost): abandon(lost, now: now)
    case .new: if isRepair { statistics.recovered += 1 }
    }
    drain(now)
    return received.note?.sentAt
  }

  private func parse(_ header: RTPHeader, _ payload: UnsafeRawBufferPointer) -> ReceivedPacket? {
    guard statistics.isVideo else {
      // One byte of TOC comes before the note.
      let note = SyntheticPayload(UnsafeRawBufferPointer(rebasing: payload[1...]))
      return ReceivedPacket(
        timestamp: header.timestamp, marker: header.marker, content: .sound, isKeyFrame: true, height: nil, note: note)
    }
    guard header.payloadType == payloadType else { return parseVP9(header, payload) }
    guard let descriptor = VP8Descriptor(payload) else { return nil }
    let isKey = descriptor.startsKeyFrame(in: payload)
    let offset = descriptor.noteOffset(isKeyFrame: isKey)
    let note = payload.count > offset ? SyntheticPayload(UnsafeRawBufferPointer(rebasing: payload[offset...])) : nil
    return ReceivedPacket(
      timestamp: header.timestamp, marker: header.marker, content: .vp8(descriptor), isKeyFrame: isKey,
      height: descriptor.keyFrameSize(in: payload)?.height, note: note)
  }

  private func parseVP9(_ header: RTPHeader, _ payload: UnsafeRawBufferPointer) -> ReceivedPacket? {
    guard let descriptor = VP9Descriptor(payload) else { return nil }
    return ReceivedPacket(
      timestamp: header.timestamp, marker: header.marker, content: .vp9(descriptor),
      isKeyFrame: descriptor.startsKeyPicture, height: nil,
      note: SyntheticPayload(UnsafeRawBufferPointer(rebasing: payload[descriptor.numbers.length...])))
  }

  private mutating func drain(_ now: Instant) {
    while let packet = buffer.next(now: now) { checker.take(packet, now: now, &statistics) }
    if buffer.missingSince == nil {
      nextNack = .distantFuture
    } else if nextNack == .distantFuture {
      nextNack = now + Self.patience
    }
    guard statistics.isVideo else { return }
    if !checker.needsKeyFrame {
      nextPictureLoss = .distantFuture
    } else if nextPictureLoss == .distantFuture {
      nextPictureLoss = now + Self.pictureLossInterval
    }
  }

  private mutating func abandon(_ lost: Int64, now: Instant) {
    statistics.lost += UInt64(clamping: lost)
    guard statistics.isVideo else { return }
    checker.breakOff(&statistics)
    nextPictureLoss = now
  }
}

/// Timers and RTCP.
extension IncomingTrack {
  var nextDeadline: Instant { min(nextNack, nextPictureLoss) }

  /// Gives up what is missing too long, and writes the NACK and PLI that are due.
  mutating func advance(to now: Instant, sender: UInt32, into writer: inout ByteWriter) {
    let limit = statistics.isVideo ? Self.videoLimit : Self.audioLimit
    while let since = buffer.missingSince, now - since >= limit {
      abandon(buffer.skipMissing(), now: now)
      drain(now)
    }
    if now >= nextNack {
      nextNack = buffer.missingSince == nil ? .distantFuture : now + Self.nackInterval
      let missing = rtxSSRC == nil ? [] : buffer.missing()
      if !missing.isEmpty {
        statistics.nacksSent += 1
        missing.withUnsafeBufferPointer {
          GenericNACK.write(sender: sender, media: ssrc, sequences: $0, into: &writer)
        }
      }
    }
    if now >= nextPictureLoss {
      nextPictureLoss = now + Self.pictureLossInterval
      statistics.pictureLossesSent += 1
      PictureLossIndication(sender: sender, media: ssrc).write(into: &writer)
    }
  }

  mutating func receive(_ report: SenderReport, now: Instant) {
    statistics.senderReports += 1
    reception.lastSenderReport = (report.ntpTime.compact, now)
  }

  /// Nil before the first packet.
  mutating func reportBlock(now: Instant) -> ReportBlock? { reception.block(ssrc: ssrc, now: now) }
}
