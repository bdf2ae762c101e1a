/// Why some bytes are not the CBOR that authenticators send.
package enum CBORError: Error, Equatable, Sendable {
  case truncated
  /// Indefinite lengths, tags, floats, reserved values, or a length that is not in its shortest form.
  case unsupported
  /// Another type than the one that must be here.
  case unexpected
  case tooDeep
  case trailingBytes
}

/// Reads the subset of CBOR (RFC 8949) that CTAP2 allows in what authenticators send (its canonical form): definite and shortest
/// lengths, no tags, no floats. Total; time and memory are linear in the input.
package struct CBORReader {
  /// Arrays and maps inside each other (CTAP 2.1 §8: four).
  package static let maximumDepth = 4

  private let bytes: ArraySlice<UInt8>
  /// Index of the next byte.
  package private(set) var position: Int

  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  package var isAtEnd: Bool { position == bytes.endIndex }

  /// Throws unless everything was read.
  package func finish() throws(CBORError) {
    guard isAtEnd else { throw .trailingBytes }
  }

  /// Entries of the map that begins here; each is a key and a value, to be read one after the other.
  package mutating func readMap() throws(CBORError) -> Int {
    let (major, argument) = try readHead()
    guard major == 5 else { throw .unexpected }
    // An entry has two bytes at least: a count beyond that would let a short input cause a long loop.
    guard argument <= UInt64(bytes.endIndex - position) / 2 else { throw .truncated }
    return Int(argument)
  }

  package mutating func readBytes() throws(CBORError) -> [UInt8] {
    let (major, argument) = try readHead()
    guard major == 2 else { throw .unexpected }
    return Array(try take(argument))
  }

  package mutating func readText() throws(CBORError) -> String {
    let (major, argument) = try readHead()
    guard major == 3 else { throw .unexpected }
    guard let text = String(validating: try take(argument), as: UTF8.self) else { throw .unsupported }
    return text
  }

  /// An integer within ±2^31.
  package mutating func readInteger() throws(CBORError) -> Int64 {
    let (major, argument) = try readHead()
    guard major == 0 || major == 1 else { throw .unexpected }
    guard argument < 1 << 31 else { throw .unsupported }
    return major == 0 ? Int64(argument) : -1 - Int64(argument)
  }

  /// Passes one value of whatever kind.
  package mutating func skip() throws(CBORError) { try skip(depth: 0) }

  private mutating func skip(depth: Int) throws(CBORError) {
    let (major, argument) = try readHead()
    switch major {
    case 0, 1: return
    case 2, 3: _ = try take(argument)
    case 4, 5:
      guard depth < Self.maximumDepth else { throw .tooDeep }
      guard argument <= UInt64(bytes.endIndex - position) else { throw .truncated }
      for _ in 0..<(argument * (major == 5 ? 2 : 1)) { try skip(depth: depth + 1) }
    case 7:
      guard 20...22 ~= argument else { throw .unsupported }
    default: throw .unsupported
    }
  }

  /// Major type and argument (RFC 8949 §3), the latter in its shortest form (§4.2.1).
  private mutating func readHead() throws(CBORError) -> (major: UInt8, argument: UInt64) {
    let first = try take(1).first ?? 0
    let low = first & 31
    guard low >= 24 else { return (first >> 5, UInt64(low)) }
    // A simple value of two bytes is none of ours, nor are floats.
    guard low <= 27, first >> 5 != 7 else { throw .unsupported }
    var argument: UInt64 = 0
    for byte in try take(1 << UInt64(low - 24)) { argument = argument << 8 | UInt64(byte) }
    let least: [UInt64] = [24, 1 << 8, 1 << 16, 1 << 32]
    guard argument >= least[Int(low - 24)] else { throw .unsupported }
    return (first >> 5, argument)
  }

  private mutating func take(_ count: UInt64) throws(CBORError) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.endIndex - position) else { throw .truncated }
    defer { position += Int(count) }
    return bytes[position..<(position + Int(count))]
  }
}
