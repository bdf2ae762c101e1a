internal import Bytes

/// What stands in for encoded (and end-to-end encrypted) media: a note of who made it and which frame it is, so that a
/// receiver can tell when a slot changed hands and whether anything was mixed up; then filler.
struct SyntheticPayload: Hashable {
  /// The sender, any number.
  let source: UInt32
  /// Counts from 0 in each stream.
  let frame: UInt32

  /// Bytes of the note: a magic number, source, frame, and a check over them.
  static let length = 12
  private static let magic: UInt16 = 0x7E27

  init(source: UInt32, frame: UInt32) {
    self.source = source
    self.frame = frame
  }

  /// Nil when the bytes are not such a note.
  @inline(__always)
  init?(_ bytes: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard reader.readUInt16() == Self.magic, let source = reader.readUInt32(), let frame = reader.readUInt32(),
      reader.readUInt16() == Self.check(source, frame)
    else { return nil }
    self.init(source: source, frame: frame)
  }

  /// Writes the note and filler, `size` bytes in all, at least `length`.
  @inline(__always)
  func write(size: Int, into writer: inout ByteWriter) {
    writer.write(Self.magic)
    writer.write(source)
    writer.write(frame)
    writer.write(Self.check(source, frame))
    writer.writeZeros(max(0, size &- Self.length))
  }

  @inline(__always)
  private static func check(_ source: UInt32, _ frame: UInt32) -> UInt16 {
    UInt16(truncatingIfNeeded: (source ^ frame &* 0x9E37_79B9) >> 7)
  }
}
