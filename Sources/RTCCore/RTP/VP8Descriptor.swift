internal import Bytes

/// The VP8 payload descriptor (RFC 7741 §4.2), which stays clear when frames are end-to-end encrypted. It remembers
/// where the numbers lie that an SFU rewrites, and holds no pointer.
package struct VP8Descriptor: Hashable, Sendable {
  /// Bytes of the descriptor, 1...6; the VP8 payload (or its clear first bytes and ciphertext) follows.
  package let length: Int
  /// N: no later frame depends on this one.
  package let isNonReference: Bool
  /// S: the first byte after the descriptor starts a partition.
  package let startsPartition: Bool
  /// PID, 0...7.
  package let partitionIndex: UInt8
  /// 7 or 15 bits, see `pictureIDBits`; nil when absent.
  package private(set) var pictureID: UInt16?
  /// Counts base-layer frames; nil when absent.
  package private(set) var tl0PictureIndex: UInt8?
  /// Temporal layer, 0...3; nil when absent.
  package let temporalID: UInt8?
  /// Y: this frame depends only on the base layer.
  package let isLayerSync: Bool
  /// Temporal key index, 0...31; nil when absent.
  package let keyIndex: UInt8?

  /// 7, 15, or 0 when there is no picture id.
  package let pictureIDBits: UInt8
  private let pictureIDOffset: UInt8
  private let tl0Offset: UInt8

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
    var bits: UInt8 = 0
    var offset: UInt8 = 0
    if flags & 0x80 != 0 {
      offset = UInt8(truncatingIfNeeded: reader.offset)
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
    pictureIDBits = bits
    pictureIDOffset = offset

    offset = 0
    if flags & 0x40 != 0 {
      offset = UInt8(truncatingIfNeeded: reader.offset)
      guard let index = reader.readUInt8() else { return nil }
      tl0PictureIndex = index
    }
    tl0Offset = offset

    var layers: UInt8 = 0
    if flags & 0x30 != 0 {
      guard let octet = reader.readUInt8() else { return nil }
      layers = octet
    }
    temporalID = flags & 0x20 != 0 ? layers >> 6 : nil
    isLayerSync = flags & 0x20 != 0 && layers & 0x20 != 0
    keyIndex = flags & 0x10 != 0 ? layers & 0x1F : nil
    guard !reader.isAtEnd else { return nil }
    length = reader.offset
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

  /// Writes new numbers over those of `payload`, the buffer (or a copy of it) this descriptor was parsed from. A
  /// picture id is cut to the width the sender chose; a number the sender left out stays out. Both are updated here.
  @inline(__always)
  package mutating func rewrite(
    pictureID newPictureID: UInt16, tl0PictureIndex newIndex: UInt8, in payload: UnsafeMutableRawBufferPointer
  ) {
    guard payload.count >= length else { return }
    let position = Int(pictureIDOffset)
    if pictureIDBits == 15 {
      payload[position] = 0x80 | UInt8(truncatingIfNeeded: newPictureID >> 8)
      payload[position &+ 1] = UInt8(truncatingIfNeeded: newPictureID)
      pictureID = newPictureID & 0x7FFF
    } else if pictureIDBits == 7 {
      payload[position] = UInt8(truncatingIfNeeded: newPictureID & 0x7F)
      pictureID = newPictureID & 0x7F
    }
    if tl0PictureIndex != nil {
      payload[Int(tl0Offset)] = newIndex
      tl0PictureIndex = newIndex
    }
  }
}
