package import Bytes

/// Source description (RFC 3550 §6.5): items about 0...31 sources.
package struct SourceDescription: Sequence {
  /// Item type CNAME.
  package static let cname: UInt8 = 1

  private let body: UnsafeRawBufferPointer
  private let sources: UInt8

  /// Nil when a chunk or an item reaches past the end.
  init?(_ body: UnsafeRawBufferPointer, sources: UInt8) {
    self.body = body
    self.sources = sources
    var items = makeIterator()
    while items.next() != nil {}
    guard !items.isTruncated else { return nil }
  }

  package func makeIterator() -> SourceDescriptionItems { SourceDescriptionItems(body, sources: sources) }

  /// Writes a description of one source with its CNAME alone, cut to 255 bytes.
  package static func write(ssrc: UInt32, cname: UnsafeRawBufferPointer, into writer: inout ByteWriter) {
    let text = cname.slice(0..<Swift.min(cname.count, 255))
    let start = writer.beginRTCP(type: RTCPType.sourceDescription, count: 1)
    writer.write(ssrc)
    writer.write(Self.cname)
    writer.write(UInt8(truncatingIfNeeded: text.count))
    writer.write(text)
    // The end of the items, which the padding to a whole word may extend.
    writer.write(UInt8(0))
    writer.endRTCP(start)
  }
}

/// One item about one source.
package struct SourceDescriptionItem {
  package let ssrc: UInt32
  package let type: UInt8
  /// Text as sent, 0...255 bytes, not necessarily UTF-8.
  package let text: UnsafeRawBufferPointer
}

/// Walks the items of all chunks.
package struct SourceDescriptionItems: IteratorProtocol {
  private var reader: ByteReader
  private var chunksLeft: UInt8
  private var ssrc: UInt32?
  /// Set when the data ended before the last chunk did.
  fileprivate private(set) var isTruncated = false

  fileprivate init(_ body: UnsafeRawBufferPointer, sources: UInt8) {
    reader = ByteReader(body)
    chunksLeft = sources
  }

  package mutating func next() -> SourceDescriptionItem? {
    while ssrc != nil || chunksLeft > 0 {
      if ssrc == nil { ssrc = reader.readUInt32() }
      guard let ssrc, let type = reader.readUInt8() else { return truncated() }
      if type == 0 {
        guard reader.skip((4 &- reader.offset & 3) & 3) else { return truncated() }
        self.ssrc = nil
        chunksLeft &-= 1
        continue
      }
      guard let length = reader.readUInt8(), let text = reader.readBytes(Int(length)) else { return truncated() }
      return SourceDescriptionItem(ssrc: ssrc, type: type, text: text)
    }
    return nil
  }

  private mutating func truncated() -> SourceDescriptionItem? {
    isTruncated = true
    ssrc = nil
    chunksLeft = 0
    return nil
  }
}

/// BYE (RFC 3550 §6.6).
package enum Goodbye {
  /// Writes a goodbye of one source, without a reason.
  package static func write(ssrc: UInt32, into writer: inout ByteWriter) {
    let start = writer.beginRTCP(type: RTCPType.goodbye, count: 1)
    writer.write(ssrc)
    writer.endRTCP(start)
  }
}
