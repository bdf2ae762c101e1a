/// Strict JSON reader (RFC 8259): total, and bounded in depth, in values and in the members of an object, so that any
/// input costs time linear in its length. Stricter than the RFC where leniency has been a source of attacks: duplicate
/// names, lone surrogates and numbers that are not exact integers are errors.
package struct JSONReader {
  /// Arrays and objects inside each other. The deepest message (an offer's slots) needs four.
  package static let maximumDepth = 8
  /// Values in one text, containers included. A message to a thousand people has a few more than that.
  package static let maximumValues = 1280
  /// Members of one object: keeps the search for duplicates short.
  package static let maximumMembers = 32

  private let bytes: [UInt8]
  private var position = 0
  private var values = 0
  private let most: Int

  private init(_ bytes: [UInt8], most: Int) {
    self.bytes = bytes
    self.most = most
  }

  /// The one value that `bytes` hold, with nothing but white space around it. What a client reads of a node that it has
  /// chosen may have more than `maximumValues`.
  package static func read(_ bytes: [UInt8], most: Int = maximumValues) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes, most: most)
    let value = try reader.readValue(depth: 0)
    reader.skipWhitespace()
    guard reader.position == bytes.count else { throw .trailingBytes }
    return value
  }

  private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
    values += 1
    guard values <= most else { throw .tooManyValues }
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: "{"): return try readObject(depth: depth + 1)
    case UInt8(ascii: "["): return try readArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try readInteger())
    default: throw .unexpectedByte
    }
  }

  private mutating func readObject(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.maximumDepth else { throw .tooDeep }
    position += 1
    var members: [JSONMember] = []
    guard try !skip(closing: UInt8(ascii: "}")) else { return .object(members) }
    while true {
      skipWhitespace()
      guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte }
      let name = try readString()
      // Byte by byte, not by canonical equivalence: names are protocol words, and two spellings are two names.
      for member in members where member.name.utf8.elementsEqual(name.utf8) { throw .duplicateKey }
      guard members.count < Self.maximumMembers else { throw .tooManyValues }
      skipWhitespace()
      try expect(UInt8(ascii: ":"))
      members.append(JSONMember(name, try readValue(depth: depth)))
      if try skip(closing: UInt8(ascii: "}")) { return .object(members) }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func readArray(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.maximumDepth else { throw .tooDeep }
    position += 1
    var elements: [JSONValue] = []
    guard try !skip(closing: UInt8(ascii: "]")) else { return .array(elements) }
    while true {
      elements.append(try readValue(depth: depth))
      if try skip(closing: UInt8(ascii: "]")) { return .array(elements) }
      try expect(UInt8(ascii: ","))
    }
  }

  private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
    return value
  }

  private mutating func readInteger() throws(JSONError) -> Int64 {
    let negative = bytes[position] == UInt8(ascii: "-")
    if negative { position += 1 }
    let start = position
    var magnitude: Int64 = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit <= 9 {
      magnitude = magnitude * 10 + Int64(digit)
      guard magnitude < 1 << 53 else { throw .invalidNumber }
      position += 1
    }
    let digits = position - start
    guard digits > 0 else { throw position == bytes.count ? .truncated : .unexpectedByte }
    guard digits == 1 || bytes[start] != UInt8(ascii: "0") else { throw .invalidNumber }
    if position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): throw .invalidNumber
      default: break
      }
    }
    return negative ? -magnitude : magnitude
  }
}

// MARK: - Text

extension JSONReader {
  private mutating func readString() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      let byte = try take()
      switch byte {
      case UInt8(ascii: "\""):
        // Validates: the input may be any bytes, and repairing them would let two texts become one.
        guard let string = String(validating: text, as: UTF8.self) else { throw .invalidText }
        return string
      case UInt8(ascii: "\\"): try readEscape(into: &text)
      case 0..<0x20: throw .unexpectedByte
      default: text.append(byte)
      }
    }
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(JSONError) {
    switch try take() {
    case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try readUnicodeEscape(into: &text)
    default: throw .unexpectedByte
    }
  }

  private mutating func readUnicodeEscape(into text: inout [UInt8]) throws(JSONError) {
    var code = try readHexadecimal()
    if code & 0xFC00 == 0xD800 {
      guard try take() == UInt8(ascii: "\\"), try take() == UInt8(ascii: "u") else { throw .invalidText }
      let low = try readHexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw .invalidText }
      code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(code) else { throw .invalidText }
    text.append(contentsOf: UTF8.encode(scalar)!)
  }

  private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = try take()
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: throw .unexpectedByte
      }
    }
    return code
  }
}

// MARK: - Bytes

extension JSONReader {
  private func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw .truncated }
    return bytes[position]
  }

  private mutating func take() throws(JSONError) -> UInt8 {
    let byte = try peek()
    position += 1
    return byte
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard try take() == byte else { throw .unexpectedByte }
  }

  /// True, and past it, when the next byte after white space is `closing`.
  private mutating func skip(closing: UInt8) throws(JSONError) -> Bool {
    skipWhitespace()
    guard try peek() == closing else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}
