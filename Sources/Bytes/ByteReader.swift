/// Reads network-order integers and byte ranges out of borrowed memory. Every read is checked against the end: a short
/// input gives nil, never a trap. The memory must outlive the reader.
package struct ByteReader {
  package let base: UnsafeRawBufferPointer
  /// Offset of the next byte to read, 0...base.count.
  package private(set) var offset: Int

  @inline(__always)
  package init(_ base: UnsafeRawBufferPointer) {
    self.base = base
    offset = 0
  }

  /// Bytes not yet read.
  @inline(__always)
  package var remaining: Int { base.count &- offset }
  @inline(__always)
  package var isAtEnd: Bool { remaining == 0 }

  @inline(__always)
  package mutating func readUInt8() -> UInt8? {
    guard remaining >= 1 else { return nil }
    defer { offset &+= 1 }
    return base[offset]
  }

  @inline(__always)
  package mutating func readUInt16() -> UInt16? { readInteger() }
  @inline(__always)
  package mutating func readUInt32() -> UInt32? { readInteger() }
  @inline(__always)
  package mutating func readUInt64() -> UInt64? { readInteger() }

  @inline(__always)
  package mutating func readUInt24() -> UInt32? {
    guard remaining >= 3 else { return nil }
    defer { offset &+= 3 }
    return UInt32(base[offset]) << 16 | UInt32(base[offset &+ 1]) << 8 | UInt32(base[offset &+ 2])
  }

  /// A view of the next `count` bytes, no copy; nil when fewer are left or `count` is negative.
  @inline(__always)
  package mutating func readBytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, remaining >= count else { return nil }
    defer { offset &+= count }
    return UnsafeRawBufferPointer(rebasing: base[offset..<(offset &+ count)])
  }

  @inline(__always)
  package mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, remaining >= count else { return false }
    offset &+= count
    return true
  }

  @inline(__always)
  private mutating func readInteger<T: FixedWidthInteger>() -> T? {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { return nil }
    defer { offset &+= size }
    return T(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
