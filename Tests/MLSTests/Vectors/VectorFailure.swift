import MLS
import MLSWire

/// What a vector was not met by, and where it was asked.
struct VectorFailure: Error {
  enum Reason: Sendable {
    /// A value is not the one of the vector, or something is missing.
    case differs
    case refused(MLSError)
  }

  let reason: Reason
  let file: StaticString
  let line: UInt
}

/// Both values are one.
func expect<Value: Equatable>(
  _ value: Value, _ expected: Value, file: StaticString = #fileID, line: UInt = #line
) throws(VectorFailure) {
  guard value == expected else { throw VectorFailure(reason: .differs, file: file, line: line) }
}

/// There is a value.
func require<Value>(
  _ value: Value?, file: StaticString = #fileID, line: UInt = #line
) throws(VectorFailure) -> Value {
  guard let value else { throw VectorFailure(reason: .differs, file: file, line: line) }
  return value
}

/// The library does it.
func accept<Value>(
  file: StaticString = #fileID, line: UInt = #line, _ body: () throws(MLSError) -> Value
) throws(VectorFailure) -> Value {
  do {
    return try body()
  } catch {
    throw VectorFailure(reason: .refused(error), file: file, line: line)
  }
}

extension Vector {
  /// The value whose encoding this is.
  func decode<Value: WireCodable>(
    _ type: Value.Type, file: StaticString = #fileID, line: UInt = #line
  ) throws(VectorFailure) -> Value {
    do {
      return try Value(wire: bytes)
    } catch {
      throw VectorFailure(reason: .refused(.malformed(error)), file: file, line: line)
    }
  }
}
