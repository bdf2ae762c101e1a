internal import Bytes

/// The VP9 payload descriptor (RFC 9628 §4.2), which stays clear when frames are end-to-end encrypted. Each spatial layer
/// of a picture is a frame of its own: a layer frame.
package struct VP9Descriptor: Sendable {
  /// Where the descriptor ends, and the numbers in it; the layer frame's bytes follow.
  package var numbers: PictureNumbers
  /// P: depends on pictures before this one.
  package let isInterPredicted: Bool
  /// B: the first packet of a layer frame.
  package let startsFrame: Bool
  /// E: the last packet of a layer frame.
  package let endsFrame: Bool
  /// Z: no higher spatial layer of the same picture depends on this layer frame.
  package let isNoReferenceAbove: Bool
  /// 0...7; 0 when the descriptor has no layers.
  package let temporalID: UInt8
  /// 0...7; 0 when the descriptor has no layers.
  package let spatialID: UInt8
  /// U: from here on pictures of higher temporal layers can be taken.
  package let isSwitchingUpPoint: Bool
  /// D: depends on the next lower spatial layer of the same picture.
  package let usesLayerBelow: Bool
  /// Spatial layers by the scalability structure, 1...8; 0 without one.
  package let layerCount: UInt8
  /// Heights in pixels of the lowest three layers by the scalability structure; 0 for what it does not say.
  package let heights: InlineArray<3, UInt16>

  /// True on the first packet of a picture that depends on none before it: a decoder can begin here, with any layer.
  @inline(__always)
  package var startsKeyPicture: Bool { startsFrame && !isInterPredicted && spatialID == 0 }

  /// Parses the front of an RTP payload; nil when the descriptor reaches past its end, nothing follows it, or it breaks a
  /// rule of RFC 9628 §4.2.
  @inline(__always)
  package init?(_ payload: UnsafeRawBufferPointer) {
    var reader = ByteReader(payload)
    guard let flags = reader.readUInt8() else { return nil }
    let isFlexible = flags & 0x10 != 0
    isInterPredicted = flags & 0x40 != 0
    startsFrame = flags & 0x08 != 0
    endsFrame = flags & 0x04 != 0
    isNoReferenceAbove = flags & 0x01 != 0

    var pictureID: UInt16?
    var bits: UInt8 = 0
    if flags & 0x80 != 0 {
      guard let high = reader.readUInt8() else { return nil }
      if high & 0x80 != 0 {
        guard let low = reader.readUInt8() else { return nil }
        bits = 15
        pictureID = UInt16(high & 0x7F) << 8 | UInt16(low)
      } else {
        bits = 7
        pictureID = UInt16(high)
      }
    } else if isFlexible {
      // References are given as distances of picture ids.
      return nil
    }

    var layers: UInt8 = 0
    var tl0PictureIndex: UInt8?
    var tl0Offset: UInt8 = 0
    if flags & 0x20 != 0 {
      guard let octet = reader.readUInt8() else { return nil }
      layers = octet
      if !isFlexible {
        tl0Offset = UInt8(truncatingIfNeeded: reader.offset)
        guard let index = reader.readUInt8() else { return nil }
        tl0PictureIndex = index
      }
    }
    temporalID = layers >> 5
    isSwitchingUpPoint = layers & 0x10 != 0
    spatialID = layers >> 1 & 0x07
    usesLayerBelow = layers & 0x01 != 0

    if isFlexible && isInterPredicted {
      guard Self.skipReferences(&reader) else { return nil }
    }
    var structure = Structure()
    if flags & 0x02 != 0 {
      guard let read = Self.readStructure(&reader) else { return nil }
      structure = read
    }
    layerCount = structure.layerCount
    heights = structure.heights
    guard !reader.isAtEnd else { return nil }
    numbers = PictureNumbers(
      length: reader.offset, pictureID: pictureID, bits: bits, at: 1, tl0PictureIndex: tl0PictureIndex, at: tl0Offset)
  }

  /// One to three distances; each says whether another follows.
  @inline(__always)
  private static func skipReferences(_ reader: inout ByteReader) -> Bool {
    for _ in 0..<3 {
      guard let distance = reader.readUInt8(), distance >> 1 != 0 else { return false }
      if distance & 0x01 == 0 { return true }
    }
    return false
  }

  private struct Structure {
    var layerCount: UInt8 = 0
    var heights = InlineArray<3, UInt16>(repeating: 0)
  }

  /// The scalability structure (§4.2.1). Which pictures depend on which is read over: nothing here needs it.
  private static func readStructure(_ reader: inout ByteReader) -> Structure? {
    guard let first = reader.readUInt8() else { return nil }
    var structure = Structure()
    structure.layerCount = first >> 5 &+ 1
    if first & 0x10 != 0 {
      for layer in 0..<Int(structure.layerCount) {
        guard reader.readUInt16() != nil, let height = reader.readUInt16() else { return nil }
        if layer < 3 { structure.heights[layer] = height }
      }
    }
    guard first & 0x08 != 0 else { return structure }
    guard let pictures = reader.readUInt8() else { return nil }
    for _ in 0..<pictures {
      guard let picture = reader.readUInt8(), reader.skip(Int(picture >> 2 & 0x03)) else { return nil }
    }
    return structure
  }
}
