/// Writes the TLS presentation language (RFC 9420 §2.1) into a growing array.
///
/// What every structure is written with is never inlined: hundreds of copies are what a browser would have to download.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  @inline(never)
  package mutating func write(_ value: UInt8) { bytes.append(value) }

  @inline(never)
  package mutating func write(_ value: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  @inline(never)
  package mutating func write(_ value: UInt32) {
    write(UInt16(truncatingIfNeeded: value >> 16))
    write(UInt16(truncatingIfNeeded: value))
  }

  package mutating func write(_ value: UInt64) {
    write(UInt32(truncatingIfNeeded: value >> 32))
    write(UInt32(truncatingIfNeeded: value))
  }

  /// Bytes as they are, without a length.
  @inline(never)
  package mutating func write(raw value: [UInt8]) { bytes.append(contentsOf: value) }

  package mutating func write<Value: WireCodable>(_ value: Value) { value.encode(into: &self) }

  /// The header of a vector of `length` bytes, in its shortest form (§2.1.2). `length` is at most 2^30 - 1.
  @inline(never)
  package mutating func write(vectorLength length: Int) {
    precondition(length <= WireLimits.representable)
    if length < 1 << 6 {
      write(UInt8(length))
    } else if length < 1 << 14 {
      write(UInt16(length) | 0x4000)
    } else {
      write(UInt32(length) | 0x8000_0000)
    }
  }

  /// `opaque value<V>`.
  @inline(never)
  package mutating func write(opaque value: [UInt8]) {
    write(vectorLength: value.count)
    bytes.append(contentsOf: value)
  }

  /// `Element values<V>`.
  package mutating func write<Element: WireCodable>(vector elements: [Element]) {
    var inner = WireWriter()
    for element in elements { element.encode(into: &inner) }
    write(opaque: inner.bytes)
  }

  /// `optional<Value>` (§2.1.1).
  package mutating func write<Value: WireCodable>(optional value: Value?) {
    if let value {
      write(UInt8(1))
      value.encode(into: &self)
    } else {
      write(UInt8(0))
    }
  }
}
