/// Writes network-order integers and bytes into borrowed memory of fixed capacity. A write that does not fit writes
/// nothing and sets `overflowed`; the caller checks once at the end. Never allocates.
package struct ByteWriter {
  package let base: UnsafeMutableRawBufferPointer
  /// Bytes written so far, 0...base.count.
  package private(set) var offset: Int
  /// True once any write did not fit; what was written before it stays.
  package private(set) var overflowed: Bool

  @inline(__always)
  package init(_ base: UnsafeMutableRawBufferPointer) {
    self.base = base
    offset = 0
    overflowed = false
  }

  @inline(__always)
  package var remaining: Int { base.count &- offset }

  @inline(__always)
  package mutating func write(_ value: UInt8) {
    guard reserve(1) else { return }
    base[offset] = value
    offset &+= 1
  }

  @inline(__always)
  package mutating func write(_ value: UInt16) { writeInteger(value) }
  @inline(__always)
  package mutating func write(_ value: UInt32) { writeInteger(value) }
  @inline(__always)
  package mutating func write(_ value: UInt64) { writeInteger(value) }

  /// The low 24 bits of `value`.
  @inline(__always)
  package mutating func writeUInt24(_ value: UInt32) {
    guard reserve(3) else { return }
    base[offset] = UInt8(truncatingIfNeeded: value >> 16)
    base[offset &+ 1] = UInt8(truncatingIfNeeded: value >> 8)
    base[offset &+ 2] = UInt8(truncatingIfNeeded: value)
    offset &+= 3
  }

  @inline(__always)
  package mutating func write(_ bytes: UnsafeRawBufferPointer) {
    guard reserve(bytes.count), let source = bytes.baseAddress, let target = base.baseAddress else { return }
    (target + offset).copyMemory(from: source, byteCount: bytes.count)
    offset &+= bytes.count
  }

  package mutating func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Writes `count` zero bytes.
  @inline(__always)
  package mutating func writeZeros(_ count: Int) {
    guard count > 0, reserve(count) else { return }
    for index in offset..<(offset &+ count) { base[index] = 0 }
    offset &+= count
  }

  /// Overwrites two bytes at `position`, already written.
  @inline(__always)
  package mutating func patch(_ value: UInt16, at position: Int) {
    guard position >= 0, position &+ 2 <= offset else {
      overflowed = true
      return
    }
    base[position] = UInt8(truncatingIfNeeded: value >> 8)
    base[position &+ 1] = UInt8(truncatingIfNeeded: value)
  }

  @inline(__always)
  private mutating func reserve(_ count: Int) -> Bool {
    guard count >= 0, remaining >= count else {
      overflowed = true
      return false
    }
    return true
  }

  @inline(__always)
  private mutating func writeInteger<T: FixedWidthInteger>(_ value: T) {
    let size = MemoryLayout<T>.size
    guard reserve(size) else { return }
    base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    offset &+= size
  }
}
