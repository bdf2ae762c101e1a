package import Bytes

/// Generic negative acknowledgement (RFC 4585 §6.2.1). Iterating gives the lost sequence numbers, at most 17 for each
/// four bytes, as often as the sender named them.
package struct GenericNACK: Sequence {
  package let sender: UInt32
  /// The stream that misses packets.
  package let media: UInt32
  private let pairs: UnsafeRawBufferPointer

  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= 12, body.count & 3 == 0 else { return nil }
    sender = body.bigEndian32(at: 0)
    media = body.bigEndian32(at: 4)
    pairs = body.slice(8..<body.count)
  }

  package func makeIterator() -> LostSequences { LostSequences(pairs) }

  /// Writes one packet that names `sequences`, which should be in order of sending for the smallest form. Writes
  /// nothing when there are none; as many as fit when `writer` is too small for all.
  package static func write(
    sender: UInt32, media: UInt32, sequences: UnsafeBufferPointer<UInt16>, into writer: inout ByteWriter
  ) {
    guard !sequences.isEmpty, writer.remaining >= 16 else { return }
    let start = writer.beginRTCP(type: RTCPType.transportLayerFeedback, count: RTCPType.genericNACK)
    writer.write(sender)
    writer.write(media)
    var index = 0
    while index < sequences.count, writer.remaining >= 4 {
      let first = sequences[index]
      var following: UInt16 = 0
      index &+= 1
      while index < sequences.count, (1...16).contains(sequences[index] &- first) {
        following |= 1 << (sequences[index] &- first &- 1)
        index &+= 1
      }
      writer.write(first)
      writer.write(following)
    }
    writer.endRTCP(start)
  }
}

/// Expands pairs of packet id and bit mask of the 16 that follow.
package struct LostSequences: IteratorProtocol {
  private var reader: ByteReader
  private var first: UInt16 = 0
  private var mask: UInt16 = 0

  fileprivate init(_ pairs: UnsafeRawBufferPointer) { reader = ByteReader(pairs) }

  package mutating func next() -> UInt16? {
    if mask != 0 {
      let bit = UInt16(truncatingIfNeeded: mask.trailingZeroBitCount)
      mask &= mask &- 1
      return first &+ 1 &+ bit
    }
    guard let id = reader.readUInt16(), let following = reader.readUInt16() else { return nil }
    first = id
    mask = following
    return id
  }
}
