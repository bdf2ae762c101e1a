internal import Bytes
internal import RTCCore

/// An encoder without pictures: says how large the next frame of a layer is and writes its packets, with the payload
/// descriptor that libwebrtc writes for simulcast VP8 (picture id of 15 bits, TL0PICIDX, one temporal layer).
struct SyntheticVideo {
  private let layer: VideoProfile.Layer
  private let source: UInt32
  private let frameSize: Int
  private var pictureID: UInt16
  private var tl0PictureIndex: UInt8
  private var frame: UInt32 = 0
  /// Set at first and whenever somebody asks.
  var needsKeyFrame = true

  /// Payload bytes of a packet at most, descriptor included.
  static let packetSize = 1160
  private static let descriptorLength = 6
  /// Frame header and note.
  private static let smallestPacket = 10 + SyntheticPayload.length
  /// Key frames are this many times larger than others.
  private static let keyFrameFactor = 4

  init(_ layer: VideoProfile.Layer, frameRate: Int, source: UInt32, using random: inout some RandomNumberGenerator) {
    self.layer = layer
    self.source = source
    frameSize = max(64, layer.bitrate / 8 / max(1, frameRate))
    pictureID = UInt16.random(in: 0...0x7FFF, using: &random)
    tl0PictureIndex = UInt8.random(in: 0...255, using: &random)
  }

  /// All there is to know of a frame: a packet of it can be written at any time, for a retransmission too.
  struct Frame {
    let isKey: Bool
    let packetCount: Int
    fileprivate let size: Int
    fileprivate let pictureID: UInt16
    fileprivate let tl0PictureIndex: UInt8
    fileprivate let number: UInt32
    fileprivate let sentAt: Instant
  }

  mutating func nextFrame(now: Instant) -> Frame {
    let isKey = needsKeyFrame
    needsKeyFrame = false
    frame &+= 1
    pictureID = (pictureID &+ 1) & 0x7FFF
    tl0PictureIndex &+= 1
    let size = isKey ? frameSize * Self.keyFrameFactor : frameSize
    let room = Self.packetSize - Self.descriptorLength
    // A last packet must have room for header and note.
    let count = (size + room - 1) / room
    let padded = size - (count - 1) * room < Self.smallestPacket ? (count - 1) * room + Self.smallestPacket : size
    return Frame(
      isKey: isKey, packetCount: count, size: padded, pictureID: pictureID, tl0PictureIndex: tl0PictureIndex,
      number: frame, sentAt: now)
  }

  /// Writes packet `index` of `frame`: RFC 7741 §4.2, and in the first the frame header of RFC 6386 §9.1.
  func write(_ frame: Frame, packet index: Int, into writer: inout ByteWriter) {
    writer.write(UInt8(index == 0 ? 0x90 : 0x80))
    writer.write(UInt8(0xE0))
    writer.write(0x8000 | frame.pictureID)
    writer.write(frame.tl0PictureIndex)
    writer.write(UInt8(0))
    let room = Self.packetSize - Self.descriptorLength
    var size = min(room, frame.size - index * room)
    if index == 0 { size -= writeFrameHeader(isKey: frame.isKey, into: &writer) }
    SyntheticPayload(source: source, frame: frame.number, sentAt: frame.sentAt).write(size: size, into: &writer)
  }

  private func writeFrameHeader(isKey: Bool, into writer: inout ByteWriter) -> Int {
    // Frame tag; the lowest bit says that this is no key frame.
    writer.write(UInt8(isKey ? 0x10 : 0x31))
    writer.write(UInt16(0))
    guard isKey else { return 3 }
    writer.writeUInt24(0x9D012A)
    writer.write(layer.width.byteSwapped)
    writer.write(layer.height.byteSwapped)
    return 10
  }
}

/// Where the note of a `SyntheticPayload` lies in a VP8 payload.
extension VP8Descriptor {
  func noteOffset(isKeyFrame: Bool) -> Int { length + (startsFrame ? (isKeyFrame ? 10 : 3) : 0) }
}
