import Bytes

/// Takes the members of one JSON object by name, each checked against its bounds.
struct MemberReader {
  private let value: JSONValue
  private let members: Int
  private var known = 0

  init(_ value: JSONValue, _ member: MemberName) throws(SignalingError) {
    guard case .object(let members) = value else { throw .invalid(member: member.word) }
    self.value = value
    self.members = members.count
  }

  /// The member, which may be absent or null.
  mutating func optional(_ name: MemberName) -> JSONValue? {
    guard let member = value[name.text] else { return nil }
    known += 1
    return member == .null ? nil : member
  }

  mutating func required(_ name: MemberName) throws(SignalingError) -> JSONValue {
    guard let member = optional(name) else { throw .invalid(member: name.word) }
    return member
  }

  mutating func bool(_ name: MemberName) throws(SignalingError) -> Bool {
    guard case .bool(let value) = try required(name) else { throw .invalid(member: name.word) }
    return value
  }

  mutating func optionalBool(_ name: MemberName) throws(SignalingError) -> Bool? {
    guard let member = optional(name) else { return nil }
    guard case .bool(let value) = member else { throw .invalid(member: name.word) }
    return value
  }

  mutating func integer(_ name: MemberName, in range: ClosedRange<Int>) throws(SignalingError) -> Int {
    try Self.integer(try required(name), name, in: range)
  }

  mutating func optionalInteger(_ name: MemberName, in range: ClosedRange<Int>) throws(SignalingError) -> Int? {
    guard let member = optional(name) else { return nil }
    return try Self.integer(member, name, in: range)
  }

  mutating func string(_ name: MemberName, upTo limit: Int) throws(SignalingError) -> String {
    try Self.string(try required(name), name, upTo: limit)
  }

  mutating func optionalString(_ name: MemberName, in range: ClosedRange<Int>) throws(SignalingError) -> String? {
    guard let member = optional(name) else { return nil }
    let text = try Self.string(member, name, upTo: range.upperBound)
    guard text.utf8.count >= range.lowerBound else { throw .invalid(member: name.word) }
    return text
  }

  /// The elements of an array with at most `limit` of them.
  mutating func array(_ name: MemberName, upTo limit: Int) throws(SignalingError) -> [JSONValue] {
    guard let elements = try optionalArray(name, upTo: limit) else { throw .invalid(member: name.word) }
    return elements
  }

  mutating func optionalArray(_ name: MemberName, upTo limit: Int) throws(SignalingError) -> [JSONValue]? {
    guard let member = optional(name) else { return nil }
    guard case .array(let elements) = member else { throw .invalid(member: name.word) }
    guard elements.count <= limit else { throw .tooLarge(member: name.word) }
    return elements
  }

  /// Bytes spelt in base64url, at least one and at most `limit` of them.
  mutating func bytes(_ name: MemberName, upTo limit: Int) throws(SignalingError) -> [UInt8] {
    guard let bytes = try optionalBytes(name, upTo: limit) else { throw .invalid(member: name.word) }
    return bytes
  }

  /// The same, of a member that may be absent.
  mutating func optionalBytes(_ name: MemberName, upTo limit: Int) throws(SignalingError) -> [UInt8]? {
    guard let member = optional(name) else { return nil }
    let text = try Self.string(member, name, upTo: (limit * 4 + 2) / 3)
    guard let bytes = Base64URL.decode(text), !bytes.isEmpty else { throw .invalid(member: name.word) }
    return bytes
  }

  /// Exactly `count` bytes spelt in base64url.
  mutating func bytes(_ name: MemberName, exactly count: Int) throws(SignalingError) -> [UInt8] {
    let bytes = try bytes(name, upTo: count)
    guard bytes.count == count else { throw .invalid(member: name.word) }
    return bytes
  }

  /// To be called last: refuses an object with too many members that nobody asked for.
  func finish() throws(SignalingError) {
    guard members - known <= Limits.unknownMembers else { throw .unknownMembers }
  }

  private static func integer(
    _ value: JSONValue, _ name: MemberName, in range: ClosedRange<Int>
  ) throws(SignalingError) -> Int {
    guard case .integer(let wide) = value, let integer = Int(exactly: wide), range.contains(integer) else {
      throw .invalid(member: name.word)
    }
    return integer
  }

  private static func string(
    _ value: JSONValue, _ name: MemberName, upTo limit: Int
  ) throws(SignalingError) -> String {
    guard case .string(let text) = value else { throw .invalid(member: name.word) }
    guard text.utf8.count <= limit else { throw .tooLarge(member: name.word) }
    return text
  }
}

/// The name of a member, as written in the protocol and in this source.
struct MemberName: ExpressibleByStringLiteral {
  private let literal: StaticString

  init(stringLiteral value: StaticString) { literal = value }

  var text: String { literal.description }
  var word: Word { Word(stringLiteral: literal) }
}
