package import MLSWire

/// 16 random bytes that a participant draws for each join that is not a resumption. It is the identity of its MLS
/// credential and what the node knows it by.
package struct JoinID: Hashable, Comparable, Sendable, WireCodable {
  private let high: UInt64
  private let low: UInt64

  package static let length = 16

  /// nil unless there are exactly 16 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.length else { return nil }
    high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// nil unless the credential is a basic one of 16 bytes.
  package init?(_ credential: Credential) {
    guard case .basic(let identity) = credential else { return nil }
    self.init(identity)
  }

  package init(using generator: inout some RandomNumberGenerator) {
    high = generator.next()
    low = generator.next()
  }

  package init(from reader: inout WireReader) throws(WireError) {
    high = try reader.uint64()
    low = try reader.uint64()
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(high)
    writer.write(low)
  }

  package var bytes: [UInt8] { wire }

  package var credential: Credential { .basic(identity: bytes) }

  /// By their bytes.
  package static func < (a: JoinID, b: JoinID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
