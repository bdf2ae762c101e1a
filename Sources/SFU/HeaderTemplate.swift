internal import Bytes
internal import RTCCore

/// The RTP header of an outgoing stream with everything that stays the same already in place: a packet costs one copy
/// of some thirty bytes and six patches.
struct HeaderTemplate {
  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  private var storedLength: UInt8 = 0
  /// Offset of the 24-bit send time; 0 when not negotiated.
  private var sendTimeOffset: UInt8 = 0
  /// Offset of the transport-wide sequence number; 0 when not negotiated.
  private var transportSequenceOffset: UInt8 = 0

  var length: Int { Int(storedLength) }

  /// `map` holds the ids of what the receiver negotiated; mid, abs-send-time and transport-wide sequence are used.
  init(ssrc: UInt32, mid: StreamToken?, map: RTPExtensionMap) {
    var extensions = RTPExtensions()
    extensions.mid = mid
    extensions.absSendTime = 0
    extensions.transportSequence = 0
    let plain = Self.render(ssrc, extensions, map)
    bytes = plain.bytes
    storedLength = UInt8(plain.length)
    // The layout is the writer's business: where a value lies shows when it changes.
    var other = extensions
    other.absSendTime = 0xFFFFFF
    sendTimeOffset = Self.firstDifference(plain.bytes, Self.render(ssrc, other, map).bytes)
    other = extensions
    other.transportSequence = 0xFFFF
    transportSequenceOffset = Self.firstDifference(plain.bytes, Self.render(ssrc, other, map).bytes)
  }

  /// The same header for another stream, such as one of retransmissions: they share the mid.
  func with(ssrc: UInt32) -> HeaderTemplate {
    var other = self
    for place in 0..<4 { other.bytes[8 + place] = UInt8(truncatingIfNeeded: ssrc >> UInt32(24 - 8 * place)) }
    return other
  }

  /// Writes the header to the start of `datagram` (at least 64 bytes) and returns its length.
  @inline(__always)
  func write(
    to datagram: UnsafeMutableRawBufferPointer, payloadType: UInt8, marker: Bool, numbers: StreamMunger.Numbers,
    transportSequence: UInt16,
    now: Instant
  ) -> Int {
    guard let target = datagram.baseAddress else { return 0 }
    // All of it, which is a few moves where its length would be a call: the payload comes over the rest.
    target.storeBytes(of: bytes, as: InlineArray<64, UInt8>.self)
    datagram[1] = marker ? payloadType | 0x80 : payloadType
    target.storeBytes(of: numbers.sequence.bigEndian, toByteOffset: 2, as: UInt16.self)
    target.storeBytes(of: numbers.timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
    if sendTimeOffset > 0 {
      let time = Self.absSendTime(now)
      let place = Int(sendTimeOffset)
      datagram[place] = UInt8(truncatingIfNeeded: time >> 16)
      datagram[place &+ 1] = UInt8(truncatingIfNeeded: time >> 8)
      datagram[place &+ 2] = UInt8(truncatingIfNeeded: time)
    }
    if transportSequenceOffset > 0 {
      target.storeBytes(of: transportSequence.bigEndian, toByteOffset: Int(transportSequenceOffset), as: UInt16.self)
    }
    return length
  }

  /// Seconds as 6.18 fixed point, which wraps every 64 s.
  @inline(__always)
  static func absSendTime(_ now: Instant) -> UInt32 {
    let micros = UInt64(bitPattern: now.nanoseconds / 1_000)
    return UInt32(truncatingIfNeeded: (micros % 64_000_000) << 18 / 1_000_000) & 0xFFFFFF
  }

  private static func render(
    _ ssrc: UInt32, _ extensions: RTPExtensions, _ map: RTPExtensionMap
  ) -> (bytes: InlineArray<64, UInt8>, length: Int) {
    var bytes = InlineArray<64, UInt8>(repeating: 0)
    var length = 0
    withUnsafeMutableBytes(of: &bytes) { buffer in
      var writer = ByteWriter(buffer)
      RTPHeader(payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: ssrc)
        .write(extensions: extensions, map: map, into: &writer)
      length = writer.offset
    }
    return (bytes, length)
  }

  private static func firstDifference(_ a: InlineArray<64, UInt8>, _ b: InlineArray<64, UInt8>) -> UInt8 {
    for index in 0..<64 where a[index] != b[index] { return UInt8(index) }
    return 0
  }
}
