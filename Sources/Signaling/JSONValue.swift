/// One JSON value (RFC 8259) as the protocol uses it: numbers are integers, objects keep the order of their members.
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// Within ±(2^53 - 1), the integers that every JSON implementation keeps exactly.
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  /// Names are unique.
  case object([JSONMember])

  /// The value of the member called `name`; nil when there is none or this is no object.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    for member in members where member.name == name { return member.value }
    return nil
  }
}

/// A member of a JSON object.
package struct JSONMember: Equatable, Sendable {
  package var name: String
  package var value: JSONValue

  package init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// Why some bytes are not JSON that this protocol accepts.
package enum JSONError: Error, Equatable, Sendable {
  /// The input ends inside a value.
  case truncated
  /// A byte that the grammar does not allow here.
  case unexpectedByte
  /// Bytes after the value.
  case trailingBytes
  /// Not UTF-8, or an escape that makes half a surrogate pair.
  case invalidText
  /// A fraction, an exponent, a leading zero or an integer beyond ±(2^53 - 1).
  case invalidNumber
  /// Two members of one object have the same name.
  case duplicateKey
  /// Nested deeper than `JSONReader.maximumDepth`.
  case tooDeep
  /// More values than `JSONReader.maximumValues`.
  case tooManyValues
}
