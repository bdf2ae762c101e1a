internal import Bytes
internal import RTCCore

/// Stands in for depacketizer and decoder: takes packets in order, puts frames together, and holds the stream to what a
/// decoder relies on.
struct FrameChecker {
  private struct Frame {
    let timestamp: UInt32
    let descriptor: VP8Descriptor
    let isKey: Bool
    let note: SyntheticPayload?
  }

  /// Nothing can be shown until a key frame comes.
  var needsKeyFrame = true
  /// Of a scalable stream.
  var picture = LayeredPicture()
  private var open: Frame?
  private var last: Frame?
  private var freezes = FreezeMeter()

  mutating func take(_ packet: ReceivedPacket, now: Instant, _ statistics: inout TrackStatistics) {
    switch packet.content {
    case .padding: break
    case .sound: takeAudio(packet, now: now, &statistics)
    case .vp8(let descriptor): takePlain(packet, descriptor, now: now, &statistics)
    case .vp9(let descriptor): takeScalable(packet, descriptor, now: now, &statistics)
    }
  }

  private mutating func takePlain(
    _ packet: ReceivedPacket, _ descriptor: VP8Descriptor, now: Instant, _ statistics: inout TrackStatistics
  ) {
    if packet.isKeyFrame { endScalable(&statistics) }
    if let height = packet.height { statistics.height = height }
    if descriptor.startsFrame {
      // A key frame may cut off what a sender that left, or another layer, had not finished.
      if open != nil {
        if packet.isKeyFrame { statistics.framesDropped += 1 } else { statistics.violations += 1 }
      }
      open = Frame(
        timestamp: packet.timestamp, descriptor: descriptor, isKey: packet.isKeyFrame, note: packet.note)
    } else if let open {
      if open.timestamp != packet.timestamp || open.descriptor.pictureID != descriptor.pictureID
        || open.note?.source != packet.note?.source
      {
        statistics.violations += 1
      }
    }
    guard packet.marker else { return }
    guard let frame = open else {
      statistics.framesDropped += 1
      return
    }
    open = nil
    finish(frame, now: now, &statistics)
  }

  /// Packets were lost for good: what is half there is dropped, and what depends on it.
  mutating func breakOff(_ statistics: inout TrackStatistics) {
    if open != nil || picture.isOpen { statistics.framesDropped += 1 }
    open = nil
    picture = LayeredPicture()
    needsKeyFrame = true
  }

  /// A scalable stream takes the place of a plain one, with a key picture.
  mutating func endPlain(_ statistics: inout TrackStatistics) {
    if open != nil { statistics.framesDropped += 1 }
    (open, last) = (nil, nil)
  }

  /// The other way round.
  private mutating func endScalable(_ statistics: inout TrackStatistics) {
    if picture.isOpen { statistics.framesDropped += 1 }
    picture = LayeredPicture()
  }

  private mutating func finish(_ frame: Frame, now: Instant, _ statistics: inout TrackStatistics) {
    guard frame.isKey || !needsKeyFrame else {
      statistics.framesDropped += 1
      return
    }
    if let last { check(frame, after: last, &statistics) } else if !frame.isKey { statistics.violations += 1 }
    last = frame
    show(frame.note, isKey: frame.isKey, now: now, &statistics)
  }

  /// A picture is whole, and a decoder can decode it.
  mutating func show(
    _ note: SyntheticPayload?, isKey: Bool, now: Instant, _ statistics: inout TrackStatistics
  ) {
    needsKeyFrame = false
    if isKey { statistics.keyFrames += 1 }
    let isNew = self.note(note, isKey: isKey, &statistics)
    freezes.count(now, isNew: isNew, &statistics)
    countFrame(now, &statistics)
  }

  private func check(_ frame: Frame, after last: Frame, _ statistics: inout TrackStatistics) {
    let isLater = frame.timestamp != last.timestamp && frame.timestamp &- last.timestamp < 0x8000_0000
    var isWhole = isLater
    // Before a key frame pictures may have been left out: nothing depends on them.
    if !needsKeyFrame, !frame.isKey, let old = last.descriptor.pictureID, let new = frame.descriptor.pictureID {
      isWhole = isWhole && new == (old &+ 1) & (frame.descriptor.pictureIDBits == 7 ? 0x7F : 0x7FFF)
    }
    if !needsKeyFrame, !frame.isKey, let old = last.descriptor.tl0PictureIndex,
      let new = frame.descriptor.tl0PictureIndex
    {
      let isBase = frame.descriptor.temporalID ?? 0 == 0
      isWhole = isWhole && new == (isBase ? old &+ 1 : old)
    }
    if !isWhole { statistics.violations += 1 }
  }

  private mutating func takeAudio(_ packet: ReceivedPacket, now: Instant, _ statistics: inout TrackStatistics) {
    if let previous = lastAudio, packet.timestamp == previous || packet.timestamp &- previous >= 0x8000_0000 {
      statistics.violations += 1
    }
    lastAudio = packet.timestamp
    _ = note(packet.note, isKey: true, &statistics)
    countFrame(now, &statistics)
  }

  private var lastAudio: UInt32?

  /// True when the note is another sender's than the last.
  private func note(_ note: SyntheticPayload?, isKey: Bool, _ statistics: inout TrackStatistics) -> Bool {
    guard let note else {
      statistics.unmarked += 1
      return false
    }
    defer { statistics.source = note.source }
    guard let source = statistics.source, source != note.source else { return false }
    statistics.switches += 1
    if !isKey { statistics.violations += 1 }
    return true
  }

  private func countFrame(_ now: Instant, _ statistics: inout TrackStatistics) {
    statistics.frames += 1
    statistics.lastFrame = now
    if statistics.firstFrame == nil { statistics.firstFrame = now }
  }
}
