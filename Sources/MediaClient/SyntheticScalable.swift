internal import Bytes
internal import RTCCore

/// An encoder without pictures that makes the layers of a profile as spatial layers of one VP9 stream, as L1T1, L2T1_KEY or
/// L3T1_KEY: layers refer to each other in key pictures only. Descriptors are those of libwebrtc in the non-flexible mode.
struct SyntheticScalable {
  private let layers: [VideoProfile.Layer]
  private let source: UInt32
  private let frameRate: Int
  private var pictureID: UInt16
  private var tl0PictureIndex: UInt8
  private var frame: UInt32 = 0
  /// Set at first and whenever somebody asks.
  var needsKeyFrame = true
  /// How many layers are made, the smallest first; another number begins with a key picture.
  var layerCount: Int {
    didSet { if layerCount != oldValue { needsKeyFrame = true } }
  }

  private static let keyFrameFactor = 4
  private static let descriptorLength = 5

  init(_ profile: VideoProfile, source: UInt32, using random: inout some RandomNumberGenerator) {
    layers = profile.layers
    self.source = source
    frameRate = max(1, profile.frameRate)
    layerCount = profile.layers.count
    pictureID = UInt16.random(in: 0...0x7FFF, using: &random)
    tl0PictureIndex = UInt8.random(in: 0...255, using: &random)
  }

  /// All there is to know of one layer of a picture: a packet of it can be written at any time.
  struct LayerFrame {
    let isKey: Bool
    let spatialID: Int
    let layerCount: Int
    let packetCount: Int
    fileprivate let size: Int
    fileprivate let pictureID: UInt16
    fileprivate let tl0PictureIndex: UInt8
    fileprivate let number: UInt32
    fileprivate let sentAt: Instant

    var isTop: Bool { spatialID == layerCount - 1 }
  }

  mutating func nextPicture(now: Instant) -> [LayerFrame] {
    let isKey = needsKeyFrame
    needsKeyFrame = false
    frame &+= 1
    pictureID = (pictureID &+ 1) & 0x7FFF
    tl0PictureIndex &+= 1
    return (0..<layerCount).map { layer in
      let size = max(64, layers[layer].bitrate / 8 / frameRate) * (isKey ? Self.keyFrameFactor : 1)
      let room = SyntheticVideo.packetSize - Self.longestDescriptor
      let count = (size + room - 1) / room
      // A last packet must have room for the note.
      let padded = max(size, (count - 1) * room + SyntheticPayload.length)
      return LayerFrame(
        isKey: isKey, spatialID: layer, layerCount: layerCount, packetCount: count, size: padded, pictureID: pictureID,
        tl0PictureIndex: tl0PictureIndex, number: frame, sentAt: now)
    }
  }

  /// With the structure of three layers.
  private static let longestDescriptor = descriptorLength + 1 + 3 * 4

  /// Writes packet `index` of `frame` (RFC 9628 §4.2).
  func write(_ frame: LayerFrame, packet index: Int, into writer: inout ByteWriter) {
    let hasStructure = frame.isKey && frame.spatialID == 0 && index == 0
    // I, L; then P, B, E, V, Z.
    var flags: UInt8 = 0xA0
    if !frame.isKey { flags |= 0x40 }
    if index == 0 { flags |= 0x08 }
    if index == frame.packetCount - 1 { flags |= 0x04 }
    if hasStructure { flags |= 0x02 }
    if !frame.isKey || frame.isTop { flags |= 0x01 }
    writer.write(flags)
    writer.write(0x8000 | frame.pictureID)
    writer.write(UInt8(frame.spatialID) << 1 | (frame.isKey && frame.spatialID > 0 ? 1 : 0))
    writer.write(frame.tl0PictureIndex)
    if hasStructure { writeStructure(frame.layerCount, into: &writer) }
    let room = SyntheticVideo.packetSize - Self.longestDescriptor
    let size = min(room, frame.size - index * room)
    SyntheticPayload(source: source, frame: frame.number, sentAt: frame.sentAt).write(size: size, into: &writer)
  }

  /// RFC 9628 §4.2.1: sizes, no groups of pictures.
  private func writeStructure(_ count: Int, into writer: inout ByteWriter) {
    writer.write(UInt8(count - 1) << 5 | 0x10)
    for layer in layers[..<count] {
      writer.write(layer.width)
      writer.write(layer.height)
    }
  }
}
