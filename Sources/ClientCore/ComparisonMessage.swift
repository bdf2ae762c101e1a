package import MLSWire

/// What two people's clients say to each other while they compare, inside the group.
///
///     struct { uint8 kind; opaque id[16]; select (kind) { case 1: opaque commitment[32]; case 2, 3: opaque nonce[32];
///       case 4: uint8 same; case 5: struct {}; } } ComparisonMessage;
package struct ComparisonMessage: Equatable, Sendable, WireCodable {
  package enum Step: Equatable, Sendable {
    case offer(commitment: [UInt8])
    case answer(nonce: [UInt8])
    case reveal(nonce: [UInt8])
    /// The person there has said whether the digits were the same.
    case done(same: Bool)
    /// Declined, busy, given up or caught.
    case cancel
  }

  /// 16 random bytes.
  package let id: [UInt8]
  package let step: Step

  static let idLength = 16
  static let nonceLength = 32

  init(id: [UInt8], _ step: Step) {
    self.id = id
    self.step = step
  }

  package init(from reader: inout WireReader) throws(WireError) {
    let kind = try reader.uint8()
    id = try reader.bytes(Self.idLength)
    switch kind {
    case 1: step = .offer(commitment: try reader.bytes(32))
    case 2: step = .answer(nonce: try reader.bytes(Self.nonceLength))
    case 3: step = .reveal(nonce: try reader.bytes(Self.nonceLength))
    case 4:
      let same = try reader.uint8()
      guard same <= 1 else { throw .badOptional }
      step = .done(same: same == 1)
    case 5: step = .cancel
    default: throw .unknownSelector(.contentType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    let (kind, rest): (UInt8, [UInt8]) =
      switch step {
      case .offer(let commitment): (1, commitment)
      case .answer(let nonce): (2, nonce)
      case .reveal(let nonce): (3, nonce)
      case .done(let same): (4, [same ? 1 : 0])
      case .cancel: (5, [])
      }
    writer.write(kind)
    writer.write(raw: id + rest)
  }
}
