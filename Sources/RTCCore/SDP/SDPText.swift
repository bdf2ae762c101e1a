/// SDP is ASCII in all that is parsed, so lines are cut as bytes: splitting by `Character` costs a hundred times more.
typealias SDPText = ArraySlice<UInt8>

extension UInt8 {
  static let space = UInt8(ascii: " ")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let comma = UInt8(ascii: ",")
  static let slash = UInt8(ascii: "/")
  static let equals = UInt8(ascii: "=")
  static let tilde = UInt8(ascii: "~")
  static let asterisk = UInt8(ascii: "*")
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")
  static let tab = UInt8(ascii: "\t")

  /// RFC 8839 §5.1.
  var isICECharacter: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), .slash:
      true
    default: false
    }
  }
}

extension SDPText {
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Words between spaces.
  var words: [SDPText] { split(separator: .space) }

  /// Without spaces at both ends.
  var trimmed: SDPText {
    var result = self
    while result.first == .space { result.removeFirst() }
    while result.last == .space { result.removeLast() }
    return result
  }

  /// What stands before the first `separator`, and what stands behind it; nil when there is none.
  func cut(at separator: UInt8) -> (SDPText, SDPText?) {
    guard let position = firstIndex(of: separator) else { return (self, nil) }
    return (self[..<position], self[(position + 1)...])
  }

  /// An unsigned decimal number without sign, at most `Value.max`.
  func decimal<Value: FixedWidthInteger & UnsignedInteger>() -> Value? {
    guard !isEmpty else { return nil }
    var value: Value = 0
    for byte in self {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Value(byte - UInt8(ascii: "0")))
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }
}
