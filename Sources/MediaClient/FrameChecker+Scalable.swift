internal import Bytes
internal import RTCCore

/// A picture of spatial layers on its way to the decoder, and what the next one must follow.
struct LayeredPicture {
  /// The layer frame whose last packet has not come; nil between layer frames.
  fileprivate var open: VP9Descriptor?
  /// Of the picture that is coming.
  fileprivate var timestamp: UInt32 = 0
  fileprivate var isKey = false
  fileprivate var pictureID: UInt16?
  fileprivate var tl0PictureIndex: UInt8?
  fileprivate var note: SyntheticPayload?
  fileprivate var heights = InlineArray<3, UInt16>(repeating: 0)
  /// Its layer frames that are whole, as bits.
  fileprivate var layers: UInt8 = 0
  fileprivate(set) var isOpen = false
  /// Of the picture before it.
  fileprivate var last: (timestamp: UInt32, pictureID: UInt16?, tl0PictureIndex: UInt8?, top: UInt8)?
}

/// Holds a scalable VP9 stream to what a decoder relies on (RFC 9628): layer frames whole, all layers of a key picture from the
/// lowest to the one that is shown, that one alone until the next, numbers that go on, and a marker at each picture's end.
extension FrameChecker {
  mutating func takeScalable(
    _ packet: ReceivedPacket, _ descriptor: VP9Descriptor, now: Instant, _ statistics: inout TrackStatistics
  ) {
    if descriptor.startsFrame {
      beginLayer(packet, descriptor, &statistics)
    } else if !continues(packet, descriptor) {
      // What a key picture has cut off may have packets left only behind a loss, which ends the chain by itself.
      if picture.isOpen { statistics.violations += 1 }
      return
    }
    if descriptor.endsFrame, picture.open != nil {
      picture.layers |= 1 << descriptor.spatialID
      picture.open = nil
    }
    guard packet.marker else { return }
    if picture.open != nil || !picture.isOpen {
      statistics.violations += 1
    } else {
      finishPicture(now: now, &statistics)
    }
    picture.isOpen = false
    picture.open = nil
  }

  private mutating func beginLayer(
    _ packet: ReceivedPacket, _ descriptor: VP9Descriptor, _ statistics: inout TrackStatistics
  ) {
    let isNext = !picture.isOpen || packet.timestamp != picture.timestamp
    if isNext || packet.isKeyFrame {
      if picture.isOpen {
        if packet.isKeyFrame { statistics.framesDropped += 1 } else { statistics.violations += 1 }
      }
      if packet.isKeyFrame { endPlain(&statistics) }
      picture.isOpen = true
      picture.timestamp = packet.timestamp
      picture.isKey = packet.isKeyFrame
      picture.pictureID = descriptor.numbers.pictureID
      picture.tl0PictureIndex = descriptor.numbers.tl0PictureIndex
      picture.note = packet.note
      picture.heights = descriptor.heights
      picture.layers = 0
    } else if picture.open != nil || descriptor.numbers.pictureID != picture.pictureID {
      statistics.violations += 1
    }
    picture.open = descriptor
  }

  private func continues(_ packet: ReceivedPacket, _ descriptor: VP9Descriptor) -> Bool {
    guard let open = picture.open else { return false }
    return packet.timestamp == picture.timestamp && open.spatialID == descriptor.spatialID
      && descriptor.numbers.pictureID == picture.pictureID && packet.note?.source == picture.note?.source
  }

  private mutating func finishPicture(now: Instant, _ statistics: inout TrackStatistics) {
    let top = UInt8(7 - picture.layers.leadingZeroBitCount)
    guard picture.isKey || !needsKeyFrame else {
      statistics.framesDropped += 1
      return
    }
    let wanted: UInt8 = picture.isKey ? 2 &<< top &- 1 : 1 << (picture.last?.top ?? 0)
    if picture.layers != wanted { statistics.violations += 1 }
    if let last = picture.last {
      let isLater = picture.timestamp != last.timestamp && picture.timestamp &- last.timestamp < 0x8000_0000
      let isNext = picture.pictureID.map { $0 == ((last.pictureID ?? 0) &+ 1) & 0x7FFF } ?? true
      let countsOn = picture.tl0PictureIndex.map { $0 == (last.tl0PictureIndex ?? 0) &+ 1 } ?? true
      // Before a key picture some may be left out.
      if !isLater || !picture.isKey && !(isNext && countsOn) { statistics.violations += 1 }
    } else if !picture.isKey {
      statistics.violations += 1
    }
    if picture.isKey, top < 3, picture.heights[Int(top)] > 0 { statistics.height = Int(picture.heights[Int(top)]) }
    picture.last = (picture.timestamp, picture.pictureID, picture.tl0PictureIndex, top)
    statistics.scalableFrames += 1
    show(picture.note, isKey: picture.isKey, now: now, &statistics)
  }
}
