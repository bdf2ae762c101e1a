internal import Bytes

/// The two layouts of RFC 8285.
enum RTPExtensionForm {
  case oneByte, twoByte
}

extension RTPExtensions {
  /// The smallest form that holds every value `map` has an id for; nil when nothing is to be written.
  @inline(__always)
  borrowing func form(map: RTPExtensionMap) -> RTPExtensionForm? {
    var highest: UInt8 = 0
    if mid != nil { highest = max(highest, map[.mid]) }
    if rid != nil { highest = max(highest, map[.rid]) }
    if repairedRID != nil { highest = max(highest, map[.repairedRID]) }
    if audioLevel != nil { highest = max(highest, map[.audioLevel]) }
    if absSendTime != nil { highest = max(highest, map[.absSendTime]) }
    if transportSequence != nil { highest = max(highest, map[.transportSequence]) }
    if playoutDelay != nil { highest = max(highest, map[.playoutDelay]) }
    if videoOrientation != nil { highest = max(highest, map[.videoOrientation]) }
    if highest == 0 { return nil }
    return highest <= 14 ? .oneByte : .twoByte
  }

  /// Writes the extension block: profile, length in words, elements, zeros up to a multiple of four.
  @inline(__always)
  borrowing func write(form: RTPExtensionForm, map: RTPExtensionMap, into writer: inout ByteWriter) {
    writer.write(UInt16(form == .oneByte ? 0xBEDE : 0x1000))
    let lengthOffset = writer.offset
    writer.write(UInt16(0))
    let start = writer.offset

    writeToken(mid, map[.mid], form, into: &writer)
    writeToken(rid, map[.rid], form, into: &writer)
    writeToken(repairedRID, map[.repairedRID], form, into: &writer)
    if let audioLevel, writer.beginElement(map[.audioLevel], 1, form) {
      writer.write((audioLevel.voice ? 0x80 : 0) | audioLevel.level)
    }
    if let absSendTime, writer.beginElement(map[.absSendTime], 3, form) { writer.writeUInt24(absSendTime) }
    if let transportSequence, writer.beginElement(map[.transportSequence], 2, form) { writer.write(transportSequence) }
    if let playoutDelay, writer.beginElement(map[.playoutDelay], 3, form) {
      writer.writeUInt24(UInt32(playoutDelay.minimum) << 12 | UInt32(playoutDelay.maximum))
    }
    if let videoOrientation, writer.beginElement(map[.videoOrientation], 1, form) { writer.write(videoOrientation) }

    writer.writeZeros((4 &- (writer.offset &- start) & 3) & 3)
    writer.patch(UInt16(truncatingIfNeeded: (writer.offset &- start) / 4), at: lengthOffset)
  }

  @inline(__always)
  private borrowing func writeToken(
    _ token: StreamToken?, _ id: UInt8, _ form: RTPExtensionForm, into writer: inout ByteWriter
  ) {
    guard let token, writer.beginElement(id, token.count, form) else { return }
    for index in 0..<Int(token.count) { writer.write(token[index]) }
  }
}

extension ByteWriter {
  /// Writes an element's head; false when its id is 0, that is, was not negotiated.
  @inline(__always)
  fileprivate mutating func beginElement(_ id: UInt8, _ length: UInt8, _ form: RTPExtensionForm) -> Bool {
    guard id != 0 else { return false }
    switch form {
    case .oneByte: write(id << 4 | (length &- 1))
    case .twoByte:
      write(id)
      write(length)
    }
    return true
  }
}
