internal import Bytes

/// What stands in for encoded (and end-to-end encrypted) media: a note of who made it, which frame it is and when it was
/// sent, so that a receiver can tell when a slot changed hands, whether anything was mixed up and how long it took; then
/// filler.
struct SyntheticPayload: Hashable {
  /// The sender, any number.
  let source: UInt32
  /// Counts from 0 in each stream.
  let frame: UInt32
  /// By the sender's clock. A packet that is sent again says when it was sent first.
  let sentAt: Instant

  /// Bytes of the note: a magic number, source, frame, time in nanoseconds, and a check over them.
  static let length = 20
  private static let magic: UInt16 = 0x7E27

  init(source: UInt32, frame: UInt32, sentAt: Instant) {
    self.source = source
    self.frame = frame
    self.sentAt = sentAt
  }

  /// Nil when the bytes are not such a note.
  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard reader.readUInt16() == Self.magic, let source = reader.readUInt32(), let frame = reader.readUInt32(),
      let high = reader.readUInt32(), let low = reader.readUInt32()
    else { return nil }
    let time = UInt64(high) << 32 | UInt64(low)
    guard reader.readUInt16() == Self.check(source, frame, time) else { return nil }
    self.init(source: source, frame: frame, sentAt: Instant(nanoseconds: Int64(truncatingIfNeeded: time)))
  }

  /// Writes the note and filler, `size` bytes in all, at least `length`.
  @inline(__always)
  func write(size: Int, into writer: inout ByteWriter) {
    writer.write(Self.magic)
    writer.write(source)
    writer.write(frame)
    let time = UInt64(bitPattern: sentAt.nanoseconds)
    writer.write(UInt32(truncatingIfNeeded: time >> 32))
    writer.write(UInt32(truncatingIfNeeded: time))
    writer.write(Self.check(source, frame, time))
    writer.writeZeros(max(0, size &- Self.length))
  }

  @inline(__always)
  private static func check(_ source: UInt32, _ frame: UInt32, _ time: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: (source ^ frame &* 0x9E37_79B9 ^ UInt32(truncatingIfNeeded: time)) >> 7)
  }
}
