internal import Bytes

/// Packet types and feedback formats (RFC 3550 §12.1, RFC 4585 §6.1, RFC 5104 §4, draft-alvestrand-rmcat-remb-03).
package enum RTCPType {
  package static let senderReport: UInt8 = 200
  package static let receiverReport: UInt8 = 201
  package static let sourceDescription: UInt8 = 202
  package static let goodbye: UInt8 = 203
  package static let transportLayerFeedback: UInt8 = 205
  package static let payloadSpecificFeedback: UInt8 = 206

  static let genericNACK: UInt8 = 1
  static let transportWide: UInt8 = 15
  static let pictureLossIndication: UInt8 = 1
  static let fullIntraRequest: UInt8 = 4
  static let applicationLayer: UInt8 = 15
}

/// One packet of a compound. The views point into the buffer that was read and live as long as it does.
package enum RTCPPacket {
  case senderReport(SenderReport, ReportBlocks)
  case receiverReport(ReceiverReport, ReportBlocks)
  case sourceDescription(SourceDescription)
  case goodbye(SSRCList)
  case nack(GenericNACK)
  case pictureLossIndication(PictureLossIndication)
  case fullIntraRequest(FullIntraRequest)
  case receiverEstimatedMaximumBitrate(ReceiverEstimatedMaximumBitrate)
  case transportFeedback(TransportFeedback)
  /// Of a type or format this system does not use, such as extended reports.
  case other(type: UInt8)
  /// Framed well, but its content contradicts its length.
  case malformed(type: UInt8)
}

/// Walks the packets of an RTCP datagram, compound (RFC 3550 §6.1) or reduced-size (RFC 5506): any type may come first.
package struct RTCPReader {
  /// Bytes of the common header.
  static let headerLength = 4

  private var reader: ByteReader

  /// Nil unless the lengths of the packets add up to exactly `datagram`: a datagram that lies about its framing is not
  /// processed in part (RFC 3550 §A.2).
  package init?(_ datagram: UnsafeRawBufferPointer) {
    guard !datagram.isEmpty else { return nil }
    var walker = ByteReader(datagram)
    while !walker.isAtEnd {
      guard let first = walker.readUInt8(), first >> 6 == 2, walker.skip(1), let words = walker.readUInt16(),
        walker.skip(4 &* Int(words))
      else { return nil }
    }
    reader = ByteReader(datagram)
  }

  /// The next packet; nil after the last.
  package mutating func next() -> RTCPPacket? {
    guard let first = reader.readUInt8(), let type = reader.readUInt8(), let words = reader.readUInt16(),
      var body = reader.readBytes(4 &* Int(words))
    else { return nil }
    if first & 0x20 != 0 {
      guard let last = body.last, last > 0, Int(last) <= body.count else { return .malformed(type: type) }
      body = body.slice(0..<(body.count &- Int(last)))
    }
    return Self.parse(type, first & 0x1F, body) ?? .malformed(type: type)
  }

  private static func parse(_ type: UInt8, _ count: UInt8, _ body: UnsafeRawBufferPointer) -> RTCPPacket? {
    switch (type, count) {
    case (RTCPType.senderReport, _):
      guard let report = SenderReport(body),
        let blocks = ReportBlocks(body, at: SenderReport.length, count: count)
      else { return nil }
      return .senderReport(report, blocks)
    case (RTCPType.receiverReport, _):
      guard let report = ReceiverReport(body),
        let blocks = ReportBlocks(body, at: ReceiverReport.length, count: count)
      else { return nil }
      return .receiverReport(report, blocks)
    case (RTCPType.sourceDescription, _):
      return SourceDescription(body, sources: count).map { .sourceDescription($0) }
    case (RTCPType.goodbye, _):
      return SSRCList(body, at: 0, count: Int(count)).map { .goodbye($0) }
    case (RTCPType.transportLayerFeedback, RTCPType.genericNACK):
      return GenericNACK(body).map { .nack($0) }
    case (RTCPType.transportLayerFeedback, RTCPType.transportWide):
      return TransportFeedback(body).map { .transportFeedback($0) }
    case (RTCPType.payloadSpecificFeedback, RTCPType.pictureLossIndication):
      return PictureLossIndication(body).map { .pictureLossIndication($0) }
    case (RTCPType.payloadSpecificFeedback, RTCPType.fullIntraRequest):
      return FullIntraRequest(body).map { .fullIntraRequest($0) }
    case (RTCPType.payloadSpecificFeedback, RTCPType.applicationLayer):
      guard ReceiverEstimatedMaximumBitrate.isIdentified(body) else { return .other(type: type) }
      return ReceiverEstimatedMaximumBitrate(body).map { .receiverEstimatedMaximumBitrate($0) }
    default:
      return .other(type: type)
    }
  }
}

/// SSRCs in a row.
package struct SSRCList: RandomAccessCollection {
  private let bytes: UnsafeRawBufferPointer

  init?(_ body: UnsafeRawBufferPointer, at offset: Int, count: Int) {
    guard body.count >= offset &+ 4 &* count else { return nil }
    bytes = body.slice(offset..<(offset &+ 4 &* count))
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { bytes.count / 4 }
  package subscript(position: Int) -> UInt32 {
    precondition(position >= 0 && position < endIndex)
    return bytes.bigEndian32(at: 4 &* position)
  }
}

extension ByteWriter {
  /// Writes the common header with length 0; hand the result to `endRTCP`.
  mutating func beginRTCP(type: UInt8, count: UInt8) -> Int {
    let start = offset
    write(UInt8(0x80 | count & 0x1F))
    write(type)
    write(UInt16(0))
    return start
  }

  /// Pads with zeros to a whole word and sets the length of the packet begun at `start`.
  mutating func endRTCP(_ start: Int) {
    writeZeros((4 &- (offset &- start) & 3) & 3)
    patch(UInt16(truncatingIfNeeded: (offset &- start) / 4 &- 1), at: start &+ 2)
  }
}
