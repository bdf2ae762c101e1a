/// The numbers of a video payload descriptor that an SFU writes anew, and where they lie: the picture id and the count of
/// base-layer frames, which VP8 and VP9 have alike (RFC 7741 §4.2, RFC 9628 §4.2). Holds no pointer.
package struct PictureNumbers: Hashable, Sendable {
  /// Bytes of the descriptor; the payload (or ciphertext) follows.
  package let length: Int
  /// 7 or 15 bits, see `pictureIDBits`; nil when absent.
  package private(set) var pictureID: UInt16?
  /// Counts base-layer frames; nil when absent.
  package private(set) var tl0PictureIndex: UInt8?
  /// 7, 15, or 0 when there is no picture id.
  package let pictureIDBits: UInt8
  private let pictureIDOffset: UInt8
  private let tl0Offset: UInt8

  @inline(__always)
  init(
    length: Int, pictureID: UInt16?, bits: UInt8, at pictureIDOffset: UInt8, tl0PictureIndex: UInt8?,
    at tl0Offset: UInt8
  ) {
    self.length = length
    self.pictureID = pictureID
    self.tl0PictureIndex = tl0PictureIndex
    pictureIDBits = bits
    self.pictureIDOffset = pictureIDOffset
    self.tl0Offset = tl0Offset
  }

  /// Writes new numbers over those of `payload`, the buffer (or a copy of it) the descriptor was parsed from. A
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
