package import MLS
package import MLSWire
package import RoomRules

/// What a member says about itself, under the key of its leaf. The body is the name, and after a zero byte what the page
/// says besides (hand, device). Signed apart from the message that carries it, so that others can pass it on to who joins
/// later.
///
///     struct { opaque credential[16]; uint64 version; opaque body<V>; opaque signature<V>; } SignedProfile;
package struct SignedProfile: Equatable, Sendable, WireCodable {
  package let join: JoinID
  /// Grows with every change.
  package let version: UInt64
  package let body: [UInt8]
  package private(set) var signature: [UInt8] = []

  /// What the member is called: to change it takes leave.
  package var name: ArraySlice<UInt8> { Self.name(in: body) }

  /// The body up to its first zero byte.
  static func name(in body: [UInt8]) -> ArraySlice<UInt8> { body[..<(body.firstIndex(of: 0) ?? body.endIndex)] }

  /// Longest body in bytes.
  package static let maximumBodyLength = 4096
  private static var label: String { "tertulia profile 1" }

  /// Signs with the private key of the author's leaf. Throws for a key that is none. `body` is at most
  /// `maximumBodyLength` bytes.
  package init<Suite: CipherSuiteProvider>(
    join: JoinID, version: UInt64, body: [UInt8], groupID: [UInt8], signatureKey: [UInt8], as suite: Suite.Type
  ) throws(MLS.PrimitiveError) {
    precondition(body.count <= Self.maximumBodyLength)
    self.join = join
    self.version = version
    self.body = body
    signature = try Suite.sign(privateKey: signatureKey, label: Self.label, content: toBeSigned(groupID))
  }

  package init(from reader: inout WireReader) throws(WireError) {
    join = try JoinID(from: &reader)
    version = try reader.uint64()
    body = try reader.opaque(limit: Self.maximumBodyLength)
    signature = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    encodeUnsigned(into: &writer)
    writer.write(opaque: signature)
  }

  /// Whether the member at this leaf said it, in this group.
  package func isSigned<Suite: CipherSuiteProvider>(
    by leaf: LeafNode, in groupID: [UInt8], as suite: Suite.Type
  ) -> Bool {
    leaf.credential == join.credential
      && Suite.verify(
        publicKey: leaf.signatureKey, label: Self.label, content: toBeSigned(groupID), signature: signature)
  }

  private func toBeSigned(_ groupID: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: groupID)
    encodeUnsigned(into: &writer)
    return writer.bytes
  }

  private func encodeUnsigned(into writer: inout WireWriter) {
    writer.write(join)
    writer.write(version)
    writer.write(opaque: body)
  }
}
