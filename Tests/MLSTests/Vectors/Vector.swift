import MLSWire

/// A JSON value of a vector file. This folder is pure: the WebAssembly tests compile the same files
/// (Tests/WasmTests/mls_vectors_test.js), and only the reading of JSON differs.
indirect enum Vector: Sendable {
  case null
  /// A number, or a boolean as 0 or 1. Vectors have no others.
  case integer(UInt64)
  case text([UInt8])
  case list([Vector])
  case members([(name: [UInt8], value: Vector)])

  /// The member of that name, `null` if there is none.
  subscript(name: String) -> Vector {
    guard case .members(let members) = self else { return .null }
    return members.first { $0.name.elementsEqual(name.utf8) }?.value ?? .null
  }

  subscript(place: Int) -> Vector { list.indices.contains(place) ? list[place] : .null }

  var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }
  var list: [Vector] {
    guard case .list(let list) = self else { return [] }
    return list
  }
  var optionalUInt64: UInt64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }
  var uint64: UInt64 { optionalUInt64 ?? 0 }
  var optionalInt: Int? { optionalUInt64.flatMap { Int(exactly: $0) } }
  /// -1 where there is none.
  var int: Int { optionalInt ?? -1 }
  var leaf: LeafIndex { LeafIndex(UInt32(clamping: uint64)) }
  var string: String {
    guard case .text(let text) = self else { return "" }
    return String(decoding: text, as: UTF8.self)
  }

  /// What a text of hexadecimal digits spells; empty for anything else.
  var bytes: [UInt8] {
    guard case .text(let text) = self, text.count % 2 == 0 else { return [] }
    let digits = text.map { Self.value(ofDigit: $0) }
    guard !digits.contains(16) else { return [] }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
  var optionalBytes: [UInt8]? { isNull ? nil : bytes }

  /// 16 for no digit.
  private static func value(ofDigit character: UInt8) -> UInt8 {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: 16
    }
  }
}
