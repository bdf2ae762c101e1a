internal import Bytes

/// The VP8 payload descriptor (RFC 7741 §4.2), which stays clear when frames are end-to-end encrypted. It remembers
/// where the numbers lie that an SFU rewrites, and holds no pointer.
package struct VP8Descriptor: Hashable, Sendable {
  /// Where the descriptor ends, after 1...6 bytes, and the numbers in it; the VP8 payload (or its clear first bytes and
  /// ciphertext) follows.
  package var numbers: PictureNumbers
  /// N: no later frame depends on this one.
  package let isNonReference: Bool
  /// S: the first byte after the descriptor starts a partition.
  package let startsPartition: Bool
  /// PID, 0...7.
  package let partitionIndex: UInt8
  /// Temporal layer, 0...3; nil when absent.
  package let temporalID: UInt8?
  /// Y: this frame depends only on the base layer.
  package let isLayerSync: Bool
  /// Temporal key index, 0...31; nil when absent.
  package let keyIndex: UInt8?

  package var length: Int { numbers.length }
  package var pictureID: UInt16? { numbers.pictureID }
  package var tl0PictureIndex: UInt8? { numbers.tl0PictureIndex }
  package var pictureIDBits: UInt8 { numbers.pictureIDBits }

  /// True on the first packet of a frame.
  @inline(__always)
  package var startsFrame: Bool { startsPartition && partitionIndex == 0 }

  /// Parses the front of an RTP payload; nil when the descriptor reaches past its end or nothing follows it.
  @inline(__always)
  package init?(_ payload: UnsafeRawBufferPointer) {
    var reader = ByteReader(payload)
    guard let first = reader.readUInt8() else { return nil }
    isNonReference = first & 0x20 != 0
    startsPartition = first & 0x10 != 0
    partitionIndex = first & 0x07

    var flags: UInt8 = 0
    if first & 0x80 != 0 {
      guard let extended = reader.readUInt8() else { return nil }
      flags = extended
    }
    var pictureID: UInt16?
    var bits: UInt8 = 0
    var pictureIDOffset: UInt8 = 0
    if flags & 0x80 != 0 {
      pictureIDOffset = UInt8(truncatingIfNeeded: reader.offset)
      guard let high = reader.readUInt8() else { return nil }
      if high & 0x80 != 0 {
        guard let low = reader.readUInt8() else { return nil }
        bits = 15
        pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
      } else {
        bits = 7
        pictureID = UInt16(high)
      }
    }

    var tl0PictureIndex: UInt8?
    var tl0Offset: UInt8 = 0
    if flags & 0x40 != 0 {
      tl0Offset = UInt8(truncatingIfNeeded: reader.offset)
      guard let index = reader.readUInt8() else { return nil }
      tl0PictureIndex = index
    }

    var layers: UInt8 = 0
    if flags & 0x30 != 0 {
      guard let octet = reader.readUInt8() else { return nil }
      layers = octet
    }
    temporalID = flags & 0x20 != 0 ? layers >> 6 : nil
    isLayerSync = flags & 0x20 != 0 && layers & 0x20 != 0
    keyIndex = flags & 0x10 != 0 ? layers & 0x1F : nil
    guard !reader.isAtEnd else { return nil }
    numbers = PictureNumbers(
      length: reader.offset, pictureID: pictureID, bits: bits, at: pictureIDOffset, tl0PictureIndex: tl0PictureIndex,
      at: tl0Offset)
  }

  /// Whether the packet starts a key frame: the P bit of the VP8 frame tag (RFC 6386 §9.1) is 0. That first byte is
  /// clear in an end-to-end encrypted frame too.
  @inline(__always)
  package func startsKeyFrame(in payload: UnsafeRawBufferPointer) -> Bool {
    startsFrame && payload.count > length && payload[length] & 0x01 == 0
  }

  /// Width and height in pixels that a key frame announces within its first ten, clear, bytes (RFC 6386 §9.1); nil
  /// for other packets, for a missing start code, and for a frame of no size.
  package func keyFrameSize(in payload: UnsafeRawBufferPointer) -> (width: Int, height: Int)? {
    guard startsKeyFrame(in: payload), payload.count >= length &+ 10 else { return nil }
    let tag = payload.slice(length..<(length &+ 10))
    guard tag[3] == 0x9D, tag[4] == 0x01, tag[5] == 0x2A else { return nil }
    let width = Int(tag[6]) | Int(tag[7] & 0x3F) << 8
    let height = Int(tag[8]) | Int(tag[9] & 0x3F) << 8
    return width > 0 && height > 0 ? (width, height) : nil
  }
}
