package import MLSWire

/// 16 bytes that name something nobody can guess: a member's join, an invitation, the digest of a device.
package struct ShortID: Hashable, Comparable, Sendable, WireCodable {
  private let high: UInt64
  private let low: UInt64

  /// In bytes.
  package static let length = 16

  /// All bytes zero: where an id is expected and there is none.
  package static var none: ShortID { ShortID(high: 0, low: 0) }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

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
  package static func < (a: ShortID, b: ShortID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// What a participant draws for each join that is not a resumption. It is the identity of its MLS credential and what the
/// node knows it by.
package typealias JoinID = ShortID
/// The first 16 bytes of SHA-256 of an invitation's public key.
package typealias InvitationID = ShortID
/// The first 16 bytes of SHA-256 of the key that a device has for one room.
package typealias DeviceDigest = ShortID
