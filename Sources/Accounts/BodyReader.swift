import Bytes
import Signaling

/// Takes the members of a request's body by name, each within its bounds.
struct BodyReader {
  private static let unknownMembers = 8

  private let value: JSONValue
  private let members: Int
  private var known = 0

  init(_ bytes: [UInt8]) throws(AccountError) {
    guard bytes.count <= AccountLimits.body else { throw .tooLarge }
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch { throw .badRequest }
    try self.init(value)
  }

  init(_ value: JSONValue) throws(AccountError) {
    guard case .object(let members) = value else { throw .badRequest }
    self.value = value
    self.members = members.count
  }

  private mutating func member(_ name: String) -> JSONValue? {
    guard let member = value[name] else { return nil }
    known += 1
    return member == .null ? nil : member
  }

  mutating func text(_ name: String, upTo limit: Int) throws(AccountError) -> String {
    guard let text = try optionalText(name, upTo: limit) else { throw .badRequest }
    return text
  }

  private mutating func optionalText(_ name: String, upTo limit: Int) throws(AccountError) -> String? {
    guard let member = member(name) else { return nil }
    guard case .string(let text) = member, text.utf8.count <= limit else { throw .badRequest }
    return text
  }

  /// What a person or a page calls something: 1 to 64 bytes without control characters.
  mutating func label(_ name: String) throws(AccountError) -> String {
    let text = try text(name, upTo: AccountLimits.label)
    guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }) else {
      throw .badRequest
    }
    return text
  }

  mutating func bytes(_ name: String, in range: ClosedRange<Int>) throws(AccountError) -> [UInt8] {
    guard let bytes = try optionalBytes(name, in: range) else { throw .badRequest }
    return bytes
  }

  mutating func optionalBytes(_ name: String, in range: ClosedRange<Int>) throws(AccountError) -> [UInt8]? {
    guard let text = try optionalText(name, upTo: (range.upperBound * 4 + 2) / 3) else { return nil }
    guard let bytes = Base64URL.decode(text), range.contains(bytes.count) else { throw .badRequest }
    return bytes
  }

  mutating func bytes(_ name: String, exactly count: Int) throws(AccountError) -> [UInt8] {
    try bytes(name, in: count...count)
  }

  mutating func bool(_ name: String) throws(AccountError) -> Bool {
    guard case .bool(let value)? = member(name) else { throw .badRequest }
    return value
  }

  mutating func count(_ name: String) throws(AccountError) -> Int {
    guard case .integer(let wide)? = member(name), wide >= 0, let count = Int(exactly: wide) else { throw .badRequest }
    return count
  }

  mutating func array(_ name: String, upTo limit: Int) throws(AccountError) -> [JSONValue] {
    guard case .array(let elements)? = member(name), elements.count <= limit else { throw .badRequest }
    return elements
  }

  /// To be called last.
  func finish() throws(AccountError) {
    guard members - known <= Self.unknownMembers else { throw .badRequest }
  }
}
