internal import Bytes

/// Client-to-mixer audio level (RFC 6464).
package struct AudioLevel: Hashable, Sendable {
  /// 0 (loudest) ... 127 (silence), in -dBov.
  package var level: UInt8
  /// The sender's voice activity detector says that this is speech.
  package var voice: Bool

  package init(level: UInt8, voice: Bool) {
    self.level = level & 0x7F
    self.voice = voice
  }
}

/// Playout delay bounds asked for by the sender (libwebrtc's `playout-delay`), each in units of 10 ms, 0...4095.
package struct PlayoutDelay: Hashable, Sendable {
  package var minimum: UInt16
  package var maximum: UInt16

  package init(minimum: UInt16, maximum: UInt16) {
    self.minimum = min(minimum, 0xFFF)
    self.maximum = min(maximum, 0xFFF)
  }
}

/// The header extensions of one packet as values; nil is absent.
package struct RTPExtensions: Hashable, Sendable {
  package var mid: StreamToken?
  package var rid: StreamToken?
  package var repairedRID: StreamToken?
  package var audioLevel: AudioLevel?
  /// Departure time in seconds as 6.18 fixed point, 24 bits, wrapping every 64 s.
  package var absSendTime: UInt32?
  /// Transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
  package var transportSequence: UInt16?
  package var playoutDelay: PlayoutDelay?
  /// Coordination of video orientation, the raw byte (3GPP TS 26.114 §7.4.5).
  package var videoOrientation: UInt8?

  @inline(__always)
  package init() {}

  /// Reads the elements of `packet` whose ids `map` knows, in the one-byte (0xBEDE) or two-byte (0x100x) form of RFC
  /// 8285 §4.2 and §4.3. Another form is skipped as a whole; a known element of unfitting length is skipped; of two
  /// elements with one id the later counts, as in libwebrtc. Nil when an element reaches past the extension.
  @inline(__always)
  package init?(_ packet: UnsafeRawBufferPointer, header: RTPHeader, map: RTPExtensionMap) {
    guard header.extensionLength > 0 else { return }
    let end = header.extensionOffset &+ header.extensionLength
    guard end <= packet.count else { return nil }
    let elements = packet.slice(header.extensionOffset..<end)
    switch header.extensionProfile {
    case 0xBEDE: guard readOneByteElements(elements, map) else { return nil }
    case 0x1000...0x100F: guard readTwoByteElements(elements, map) else { return nil }
    default: return
    }
  }

  @inline(__always)
  private mutating func readOneByteElements(_ bytes: UnsafeRawBufferPointer, _ map: RTPExtensionMap) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let head = bytes[offset]
      offset &+= 1
      if head == 0 { continue }
      // Ids 0 (with a length) and 15 end the list (RFC 8285 §4.2).
      let id = head >> 4
      if id == 0 || id == 15 { return true }
      let length = Int(head & 0x0F) &+ 1
      guard offset &+ length <= bytes.count else { return false }
      if let kind = map.kind(of: id) { set(kind, bytes.slice(offset..<(offset &+ length))) }
      offset &+= length
    }
    return true
  }

  @inline(__always)
  private mutating func readTwoByteElements(_ bytes: UnsafeRawBufferPointer, _ map: RTPExtensionMap) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let id = bytes[offset]
      offset &+= 1
      if id == 0 { continue }
      guard offset < bytes.count else { return false }
      let length = Int(bytes[offset])
      offset &+= 1
      guard offset &+ length <= bytes.count else { return false }
      if let kind = map.kind(of: id) { set(kind, bytes.slice(offset..<(offset &+ length))) }
      offset &+= length
    }
    return true
  }

  @inline(__always)
  private mutating func set(_ kind: RTPExtensionKind, _ value: UnsafeRawBufferPointer) {
    switch (kind, value.count) {
    case (.mid, _): mid = StreamToken(value)
    case (.rid, _): rid = StreamToken(value)
    case (.repairedRID, _): repairedRID = StreamToken(value)
    case (.audioLevel, 1): audioLevel = AudioLevel(level: value[0], voice: value[0] & 0x80 != 0)
    case (.absSendTime, 3): absSendTime = value.bigEndian24(at: 0)
    case (.transportSequence, 2): transportSequence = value.bigEndian16(at: 0)
    case (.playoutDelay, 3):
      let bits = value.bigEndian24(at: 0)
      playoutDelay = PlayoutDelay(
        minimum: UInt16(truncatingIfNeeded: bits >> 12), maximum: UInt16(truncatingIfNeeded: bits & 0xFFF))
    case (.videoOrientation, 1): videoOrientation = value[0]
    default: break
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Three bytes at `offset` in network order. The caller has checked the length.
  @inline(__always)
  func bigEndian24(at offset: Int) -> UInt32 {
    UInt32(self[offset]) << 16 | UInt32(self[offset &+ 1]) << 8 | UInt32(self[offset &+ 2])
  }
}
