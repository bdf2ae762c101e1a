import MLSWire

// The checks of Tests/MLSTests/Vectors on the suites of the browser.

/// Out: the name of a kind, nothing after the last.
@c(vector_kind_name)
func vectorKindName(_ kind: Int32) -> Int32 {
  guard VectorKind.allCases.indices.contains(Int(kind)) else { return 0 }
  return writeScratch(Array(VectorKind.allCases[Int(kind)].rawValue.utf8))
}

/// In: a vector. 0 when it is met, -1 when it is of another suite; otherwise out: the place in the source that says no.
@c(vector_check)
func vectorCheck(_ kind: Int32, _ length: Int32) -> Int32 {
  guard let vector = try? Vector(wire: readScratch(length)) else { return writeScratch(Array("unreadable".utf8)) }
  let kind = VectorKind.allCases[Int(kind)]
  guard kind.applies(to: vector) else { return -1 }
  do throws(VectorFailure) {
    try kind.check(vector, BoringX25519Suite.self, BoringP256Suite.self)
    return 0
  } catch {
    let file = UnsafeBufferPointer(start: error.file.utf8Start, count: error.file.utf8CodeUnitCount)
    return writeScratch(Array(file) + [UInt8(ascii: ":")] + decimal(error.line))
  }
}

private func decimal(_ value: UInt) -> [UInt8] {
  (value < 10 ? [] : decimal(value / 10)) + [UInt8(ascii: "0") + UInt8(value % 10)]
}

/// A JSON value as mls_module.js flattens it: a tag, then an integer of eight bytes, or a 32-bit count and that many bytes,
/// values, or names with values.
extension Vector: WireCodable {
  init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 0: self = .null
    case 1: self = .integer(try reader.uint64())
    case 2: self = .text(try Self.text(from: &reader))
    case 3:
      var list: [Vector] = []
      for _ in 0..<(try reader.uint32()) { list.append(try Vector(from: &reader)) }
      self = .list(list)
    default:
      var members: [(name: [UInt8], value: Vector)] = []
      for _ in 0..<(try reader.uint32()) {
        members.append((try Self.text(from: &reader), try Vector(from: &reader)))
      }
      self = .members(members)
    }
  }

  private static func text(from reader: inout WireReader) throws(WireError) -> [UInt8] {
    try reader.bytes(Int(try reader.uint32()))
  }

  func encode(into writer: inout WireWriter) { preconditionFailure("vectors are only read") }
}
