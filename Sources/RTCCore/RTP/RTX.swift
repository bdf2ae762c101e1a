package import Bytes

/// Retransmission payloads (RFC 4588 §4): the original sequence number, then the original payload, in a stream with an
/// SSRC, payload type and sequence of its own.
package enum RTX {
  /// Bytes a retransmission is longer than the original.
  package static let overhead = 2

  /// Turns the header of a decrypted RTX packet into that of the packet it repeats: original sequence number, the given
  /// SSRC and payload type, and a payload that begins two bytes later. False, with `header` unchanged, when there is
  /// nothing to recover: browsers probe for bandwidth with RTX packets that are padding alone. `allowsEmpty`: an original
  /// without payload is one too, as libwebrtc takes it; it tells that its number need not be missed.
  @inline(__always)
  package static func unwrap(
    _ header: inout RTPHeader, in packet: UnsafeRawBufferPointer, ssrc: UInt32, payloadType: UInt8,
    allowsEmpty: Bool = false
  ) -> Bool {
    guard header.payloadOffset == header.length, let payload = header.payloadRange(in: packet),
      payload.count > overhead || allowsEmpty && payload.count == overhead
    else { return false }
    header.sequenceNumber = packet.bigEndian16(at: payload.lowerBound)
    header.ssrc = ssrc
    header.payloadType = payloadType
    header.payloadOffset = header.length &+ overhead
    return true
  }

  /// Writes a retransmission: `header` (of the RTX stream), its extensions, the original number, the original payload.
  @inline(__always)
  package static func wrap(
    header: RTPHeader, extensions: borrowing RTPExtensions, map: RTPExtensionMap, originalSequence: UInt16,
    payload: UnsafeRawBufferPointer, into writer: inout ByteWriter
  ) {
    header.write(extensions: extensions, map: map, into: &writer)
    writer.write(originalSequence)
    writer.write(payload)
  }
}
