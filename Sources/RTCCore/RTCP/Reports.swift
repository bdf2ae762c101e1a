package import Bytes

/// The sender's part of a sender report (RFC 3550 §6.4.1).
package struct SenderReport: Hashable, Sendable {
  static let length = 24

  package var ssrc: UInt32
  package var ntpTime: NTPTime
  /// The RTP timestamp of the same moment.
  package var rtpTimestamp: UInt32
  package var packetCount: UInt32
  /// Payload bytes, headers and padding left out.
  package var octetCount: UInt32

  package init(ssrc: UInt32, ntpTime: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
    self.ssrc = ssrc
    self.ntpTime = ntpTime
    self.rtpTimestamp = rtpTimestamp
    self.packetCount = packetCount
    self.octetCount = octetCount
  }

  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= Self.length else { return nil }
    self.init(
      ssrc: body.bigEndian32(at: 0),
      ntpTime: NTPTime(rawValue: UInt64(body.bigEndian32(at: 4)) << 32 | UInt64(body.bigEndian32(at: 8))),
      rtpTimestamp: body.bigEndian32(at: 12), packetCount: body.bigEndian32(at: 16),
      octetCount: body.bigEndian32(at: 20))
  }

  /// Writes a sender report with the first 31 of `blocks`.
  package func write(
    blocks: UnsafeBufferPointer<ReportBlock> = UnsafeBufferPointer(start: nil, count: 0),
    into writer: inout ByteWriter
  ) {
    let count = min(blocks.count, ReportBlocks.maximumCount)
    let start = writer.beginRTCP(type: RTCPType.senderReport, count: UInt8(truncatingIfNeeded: count))
    writer.write(ssrc)
    writer.write(ntpTime.rawValue)
    writer.write(rtpTimestamp)
    writer.write(packetCount)
    writer.write(octetCount)
    for index in 0..<count { blocks[index].write(into: &writer) }
    writer.endRTCP(start)
  }
}

/// A receiver report (RFC 3550 §6.4.2).
package struct ReceiverReport: Hashable, Sendable {
  static let length = 4

  /// Who reports.
  package var ssrc: UInt32

  package init(ssrc: UInt32) { self.ssrc = ssrc }

  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= Self.length else { return nil }
    ssrc = body.bigEndian32(at: 0)
  }

  /// Writes a receiver report with the first 31 of `blocks`.
  package func write(
    blocks: UnsafeBufferPointer<ReportBlock> = UnsafeBufferPointer(start: nil, count: 0),
    into writer: inout ByteWriter
  ) {
    let count = min(blocks.count, ReportBlocks.maximumCount)
    let start = writer.beginRTCP(type: RTCPType.receiverReport, count: UInt8(truncatingIfNeeded: count))
    writer.write(ssrc)
    for index in 0..<count { blocks[index].write(into: &writer) }
    writer.endRTCP(start)
  }
}

/// What one receiver saw of one source since its last report (RFC 3550 §6.4.1).
package struct ReportBlock: Hashable, Sendable {
  static let length = 24

  /// The source reported on.
  package var ssrc: UInt32
  /// Of 256.
  package var fractionLost: UInt8
  /// Since the start, -2^23...2^23-1: duplicates count against losses.
  package var cumulativeLost: Int32
  /// Cycles in the high half, highest sequence number in the low.
  package var highestSequence: UInt32
  /// In units of the RTP clock.
  package var jitter: UInt32
  /// `NTPTime.compact` of the last sender report; 0 when none came.
  package var lastSenderReport: UInt32
  /// Since then, in 1/65,536 s.
  package var delaySinceLastSenderReport: UInt32

  package init(
    ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, highestSequence: UInt32, jitter: UInt32,
    lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
  ) {
    self.ssrc = ssrc
    self.fractionLost = fractionLost
    self.cumulativeLost = min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)
    self.highestSequence = highestSequence
    self.jitter = jitter
    self.lastSenderReport = lastSenderReport
    self.delaySinceLastSenderReport = delaySinceLastSenderReport
  }

  /// Round trip between the two ends, for the source's own clock at arrival of the report; nil when the receiver has
  /// seen no sender report, or its numbers do not fit the clock.
  package func roundTrip(at arrival: NTPTime) -> TimeDelta? {
    guard lastSenderReport != 0 else { return nil }
    let elapsed = arrival.compact &- lastSenderReport &- delaySinceLastSenderReport
    // More than half the range is a negative number: the receiver claims to have waited longer than it could have.
    return elapsed < 0x8000_0000 ? TimeDelta(compactNTP: elapsed) : nil
  }

  /// `bytes` holds 24 bytes at `offset`.
  fileprivate init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    let lost = bytes.bigEndian24(at: offset &+ 5)
    self.init(
      ssrc: bytes.bigEndian32(at: offset), fractionLost: bytes[offset &+ 4],
      cumulativeLost: Int32(truncatingIfNeeded: lost << 8) >> 8,
      highestSequence: bytes.bigEndian32(at: offset &+ 8), jitter: bytes.bigEndian32(at: offset &+ 12),
      lastSenderReport: bytes.bigEndian32(at: offset &+ 16),
      delaySinceLastSenderReport: bytes.bigEndian32(at: offset &+ 20))
  }

  fileprivate func write(into writer: inout ByteWriter) {
    writer.write(ssrc)
    writer.write(fractionLost)
    writer.writeUInt24(UInt32(bitPattern: cumulativeLost))
    writer.write(highestSequence)
    writer.write(jitter)
    writer.write(lastSenderReport)
    writer.write(delaySinceLastSenderReport)
  }
}

/// The 0...31 report blocks of a parsed report.
package struct ReportBlocks: RandomAccessCollection {
  static let maximumCount = 31

  private let bytes: UnsafeRawBufferPointer

  init?(_ body: UnsafeRawBufferPointer, at offset: Int, count: UInt8) {
    let end = offset &+ ReportBlock.length &* Int(count)
    guard body.count >= end else { return nil }
    bytes = body.slice(offset..<end)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { bytes.count / ReportBlock.length }
  package subscript(position: Int) -> ReportBlock {
    precondition(position >= 0 && position < endIndex)
    return ReportBlock(bytes, at: ReportBlock.length &* position)
  }
}
