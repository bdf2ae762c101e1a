internal import Bytes

/// Why bytes are not a value of the RFC 9420 syntax.
package enum WireError: Error, Equatable, Sendable {
  /// The input ends inside a field.
  case truncated
  /// Bytes are left after the value.
  case trailingBytes
  /// A vector length is not in its shortest form, or starts with the reserved prefix `11` (§2.1.2).
  case badVectorLength
  /// A vector is longer than `WireLimits` allows for its field.
  case vectorTooLong
  /// A vector does not end where its last element ends.
  case misalignedVector
  /// The presence octet of an optional value is neither 0 nor 1 (§2.1.1).
  case badOptional
  /// A number that selects a structure is not one that is known, so that what follows cannot be parsed.
  case unknownSelector(WireSelector)
}

/// The fields whose value decides what follows.
package enum WireSelector: Equatable, Sendable {
  case protocolVersion, wireFormat, contentType, senderType, proposalType, proposalOrRefType, credentialType
  case leafNodeSource, nodeType, pskType, resumptionUsage
}

/// The most that a parser accepts, in bytes unless it says otherwise. RFC 9420 lets a vector have up to 2^30 - 1
/// bytes; these bound what a stranger can make us hold.
package enum WireLimits {
  /// A key, name, hash, tag or signature.
  package static let opaque = 1 << 16
  /// Extension data, ciphertexts, lists of proposals or of nodes, and everything that may contain a ratchet tree.
  package static let large = 1 << 24
  /// Nodes of a ratchet tree: 65,536 leaves.
  package static let treeNodes = (1 << 17) - 1
  /// The largest length that a variable-size vector header can express (§2.1.2).
  package static let representable = (1 << 30) - 1
}

/// A value with one encoding in the TLS presentation language (RFC 9420 §2.1).
package protocol WireCodable {
  init(from reader: inout WireReader) throws(WireError)
  func encode(into writer: inout WireWriter)
}

extension WireCodable {
  /// Parses `bytes`, which must hold this value and nothing else.
  package init(wire bytes: [UInt8]) throws(WireError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
      var reader = WireReader(UnsafeRawBufferPointer(buffer))
      let value = try Self(from: &reader)
      guard reader.isAtEnd else { throw .trailingBytes }
      return value
    }
  }

  package var wire: [UInt8] {
    var writer = WireWriter()
    encode(into: &writer)
    return writer.bytes
  }
}

/// Reads the TLS presentation language out of borrowed memory. Every read is checked: any bytes give a value or an
/// error.
package struct WireReader {
  private var reader: ByteReader

  /// The memory must outlive the reader.
  package init(_ bytes: UnsafeRawBufferPointer) { reader = ByteReader(bytes) }

  package var isAtEnd: Bool { reader.isAtEnd }

  package mutating func uint8() throws(WireError) -> UInt8 { try unwrap(reader.readUInt8()) }
  package mutating func uint16() throws(WireError) -> UInt16 { try unwrap(reader.readUInt16()) }
  package mutating func uint32() throws(WireError) -> UInt32 { try unwrap(reader.readUInt32()) }
  package mutating func uint64() throws(WireError) -> UInt64 { try unwrap(reader.readUInt64()) }

  /// The next `count` bytes, copied.
  package mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
    Array(try unwrap(reader.readBytes(count)))
  }

  /// Everything that is left, copied.
  package mutating func rest() throws(WireError) -> [UInt8] { try bytes(reader.remaining) }

  /// The header of a variable-size vector: its length in bytes (§2.1.2). Only the shortest form is accepted.
  package mutating func vectorLength(limit: Int) throws(WireError) -> Int {
    let first = try uint8()
    let prefix = first >> 6
    guard prefix < 3 else { throw .badVectorLength }
    var length = Int(first & 0x3f)
    for _ in 0..<((1 << prefix) - 1) { length = length << 8 | Int(try uint8()) }
    guard prefix == 0 || length >= 1 << (8 * (1 << (prefix - 1)) - 2) else { throw .badVectorLength }
    guard length <= limit else { throw .vectorTooLong }
    return length
  }

  /// `opaque value<V>`. Not inlined, because nearly every structure has some.
  @inline(never)
  package mutating func opaque(limit: Int = WireLimits.opaque) throws(WireError) -> [UInt8] {
    try bytes(try vectorLength(limit: limit))
  }

  /// `Element values<V>`: at most `limit` bytes and `maximumCount` elements.
  package mutating func vector<Element: WireCodable>(
    of type: Element.Type, limit: Int = WireLimits.opaque, maximumCount: Int = .max
  ) throws(WireError) -> [Element] {
    var inner = try contents(limit: limit)
    var elements: [Element] = []
    while !inner.isAtEnd {
      guard elements.count < maximumCount else { throw .vectorTooLong }
      elements.append(try inner.element())
    }
    return elements
  }

  /// The contents of a vector of at most `limit` bytes: the same for elements of all types, and there once.
  @inline(never)
  private mutating func contents(limit: Int) throws(WireError) -> WireReader {
    WireReader(try unwrap(reader.readBytes(try vectorLength(limit: limit))))
  }

  /// `optional<Value>` (§2.1.1).
  package mutating func optional<Value: WireCodable>(_ type: Value.Type) throws(WireError) -> Value? {
    switch try uint8() {
    case 0: nil
    case 1: try Value(from: &self)
    default: throw .badOptional
    }
  }

  /// An element of a vector: running out of bytes inside means that the vector's length is wrong, not that input is
  /// missing.
  private mutating func element<Element: WireCodable>() throws(WireError) -> Element {
    do {
      return try Element(from: &self)
    } catch {
      throw error == .truncated ? .misalignedVector : error
    }
  }

  private func unwrap<Value>(_ value: Value?) throws(WireError) -> Value {
    guard let value else { throw .truncated }
    return value
  }
}
