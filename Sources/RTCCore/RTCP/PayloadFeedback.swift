package import Bytes

/// A receiver cannot decode until a key frame comes (RFC 4585 §6.3.1).
package struct PictureLossIndication: Hashable, Sendable {
  package var sender: UInt32
  package var media: UInt32

  package init(sender: UInt32, media: UInt32) {
    self.sender = sender
    self.media = media
  }

  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= 8 else { return nil }
    self.init(sender: body.bigEndian32(at: 0), media: body.bigEndian32(at: 4))
  }

  package func write(into writer: inout ByteWriter) {
    let start = writer.beginRTCP(type: RTCPType.payloadSpecificFeedback, count: RTCPType.pictureLossIndication)
    writer.write(sender)
    writer.write(media)
    writer.endRTCP(start)
  }
}

/// Asks sources for a key frame, each request numbered (RFC 5104 §4.3.1).
package struct FullIntraRequest: RandomAccessCollection {
  package struct Entry: Hashable, Sendable {
    package var ssrc: UInt32
    /// Grows by one for each new request; equal numbers are one request repeated.
    package var sequence: UInt8

    package init(ssrc: UInt32, sequence: UInt8) {
      self.ssrc = ssrc
      self.sequence = sequence
    }
  }

  package let sender: UInt32
  private let entries: UnsafeRawBufferPointer

  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= 16, body.count & 7 == 0 else { return nil }
    sender = body.bigEndian32(at: 0)
    entries = body.slice(8..<body.count)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count / 8 }
  package subscript(position: Int) -> Entry {
    precondition(position >= 0 && position < endIndex)
    return Entry(ssrc: entries.bigEndian32(at: 8 &* position), sequence: entries[8 &* position &+ 4])
  }

  /// Writes a request to one source.
  package static func write(sender: UInt32, entry: Entry, into writer: inout ByteWriter) {
    let start = writer.beginRTCP(type: RTCPType.payloadSpecificFeedback, count: RTCPType.fullIntraRequest)
    writer.write(sender)
    // The media source of the common header is unused.
    writer.write(UInt32(0))
    writer.write(entry.ssrc)
    writer.write(entry.sequence)
    writer.writeZeros(3)
    writer.endRTCP(start)
  }
}

/// REMB: the most a receiver thinks it can take (draft-alvestrand-rmcat-remb-03 §2.2).
package struct ReceiverEstimatedMaximumBitrate {
  package let sender: UInt32
  /// Bits a second.
  package let bitrate: UInt64
  /// The streams that share it.
  package let ssrcs: SSRCList

  private static let identifier: UInt32 = 0x5245_4D42
  private static let headerLength = 16

  static func isIdentified(_ body: UnsafeRawBufferPointer) -> Bool {
    body.count >= 12 && body.bigEndian32(at: 8) == identifier
  }

  /// Nil when cut short, or when the bitrate does not fit 64 bits.
  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= Self.headerLength, let ssrcs = SSRCList(body, at: Self.headerLength, count: Int(body[12]))
    else { return nil }
    let exponent = UInt64(body[13] >> 2)
    let mantissa = UInt64(body.bigEndian24(at: 13) & 0x3FFFF)
    guard mantissa == 0 || exponent <= UInt64(mantissa.leadingZeroBitCount) else { return nil }
    sender = body.bigEndian32(at: 0)
    bitrate = mantissa << exponent
    self.ssrcs = ssrcs
  }

  /// Writes `bitrate`, in bits a second, rounded down to 18 significant bits, about the first 255 of `ssrcs`.
  package static func write(
    sender: UInt32, bitrate: UInt64, ssrcs: UnsafeBufferPointer<UInt32>, into writer: inout ByteWriter
  ) {
    let exponent = max(0, 64 &- bitrate.leadingZeroBitCount &- 18)
    let mantissa = UInt32(truncatingIfNeeded: bitrate >> UInt64(exponent))
    let count = min(ssrcs.count, 255)
    let start = writer.beginRTCP(type: RTCPType.payloadSpecificFeedback, count: RTCPType.applicationLayer)
    writer.write(sender)
    writer.write(UInt32(0))
    writer.write(identifier)
    writer.write(UInt8(truncatingIfNeeded: count))
    writer.writeUInt24(UInt32(truncatingIfNeeded: exponent) << 18 | mantissa)
    for index in 0..<count { writer.write(ssrcs[index]) }
    writer.endRTCP(start)
  }
}
