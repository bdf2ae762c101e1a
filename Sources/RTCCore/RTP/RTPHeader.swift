package import Bytes

/// The clear part of an RTP packet (RFC 3550 §5.1): its fields, and where the rest of the packet lies. It holds no
/// pointer, so it stays valid while the payload is decrypted in place.
package struct RTPHeader: Hashable, Sendable {
  /// Bytes of the fixed header, before CSRCs and extensions.
  package static let fixedLength = 12

  package var marker: Bool
  /// 0...127.
  package var payloadType: UInt8
  package var sequenceNumber: UInt16
  /// In units of the codec's clock.
  package var timestamp: UInt32
  package var ssrc: UInt32

  /// Whether the packet says that it ends in padding. The count is in the last byte, which is encrypted in SRTP: see
  /// `payloadRange(in:)`.
  package private(set) var hasPadding = false
  /// Contributing sources, 0...15, at offset 12.
  package private(set) var csrcCount: UInt8 = 0
  /// The 16 bits "defined by profile" of the header extension, 0 when there is none.
  package private(set) var extensionProfile: UInt16 = 0
  /// Offset of the first extension element.
  package private(set) var extensionOffset = 0
  /// Bytes of extension elements, a multiple of 4.
  package private(set) var extensionLength = 0
  /// Bytes before the payload: what SRTP authenticates and leaves clear.
  package private(set) var length = RTPHeader.fixedLength
  /// Offset of the media payload: `length`, or two bytes later once `RTX.unwrap` has taken the original number out.
  package internal(set) var payloadOffset = RTPHeader.fixedLength

  /// A header to be written: no CSRC, no padding, extensions given to `write`.
  package init(
    payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32, marker: Bool = false
  ) {
    self.marker = marker
    self.payloadType = payloadType & 0x7F
    self.sequenceNumber = sequenceNumber
    self.timestamp = timestamp
    self.ssrc = ssrc
  }

  /// Parses the header of a packet whose payload may still be encrypted. Nil when the version is not 2, or CSRCs or
  /// the header extension reach past the end.
  @inline(__always)
  package init?(_ packet: UnsafeRawBufferPointer) {
    guard packet.count >= Self.fixedLength, packet[0] >> 6 == 2 else { return nil }
    marker = packet[1] & 0x80 != 0
    payloadType = packet[1] & 0x7F
    sequenceNumber = packet.bigEndian16(at: 2)
    timestamp = packet.bigEndian32(at: 4)
    ssrc = packet.bigEndian32(at: 8)
    hasPadding = packet[0] & 0x20 != 0
    csrcCount = packet[0] & 0x0F

    length = Self.fixedLength &+ 4 &* Int(csrcCount)
    if packet[0] & 0x10 != 0 {
      guard packet.count >= length &+ 4 else { return nil }
      extensionProfile = packet.bigEndian16(at: length)
      extensionLength = 4 &* Int(packet.bigEndian16(at: length &+ 2))
      extensionOffset = length &+ 4
      length = extensionOffset &+ extensionLength
    }
    guard packet.count >= length else { return nil }
    payloadOffset = length
  }

  /// The payload of the decrypted packet, without padding. Empty in a probe that is all padding; nil when the padding
  /// count is 0 or larger than what follows the header.
  @inline(__always)
  package func payloadRange(in packet: UnsafeRawBufferPointer) -> Range<Int>? {
    guard packet.count >= payloadOffset else { return nil }
    guard hasPadding else { return payloadOffset..<packet.count }
    guard packet.count > payloadOffset else { return nil }
    let padding = Int(packet[packet.count &- 1])
    guard padding > 0, packet.count &- padding >= payloadOffset else { return nil }
    return payloadOffset..<(packet.count &- padding)
  }

  /// Contributing source `index`, which must be below `csrcCount`.
  package func csrc(_ index: Int, in packet: UnsafeRawBufferPointer) -> UInt32 {
    packet.bigEndian32(at: Self.fixedLength &+ 4 &* index)
  }

  /// Writes a fresh header: the five fields, then those `extensions` that `map` has an id for. CSRCs, padding and
  /// foreign extensions of a parsed header are not carried over. `writer.offset` is then where the payload goes.
  @inline(__always)
  package func write(
    extensions: borrowing RTPExtensions = RTPExtensions(), map: RTPExtensionMap = RTPExtensionMap(),
    into writer: inout ByteWriter
  ) {
    let form = extensions.form(map: map)
    writer.write(UInt8(form == nil ? 0x80 : 0x90))
    writer.write((marker ? 0x80 : 0) | payloadType & 0x7F)
    writer.write(sequenceNumber)
    writer.write(timestamp)
    writer.write(ssrc)
    if let form { extensions.write(form: form, map: map, into: &writer) }
  }
}
