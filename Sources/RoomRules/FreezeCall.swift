package import MLSWire

/// A moderator's or trusted member's word that everything stops now. Whoever sees a valid one stops at once, until rules
/// with a higher counter come; so one that is shown again later does nothing.
///
///     struct {
///       uint8 version = 1;  opaque group_id<V>;  uint64 counter;  opaque credential[16];
///       opaque signature<V>;                              // SignWithLabel(leaf key, "tertulia freeze 1", all before it)
///     } FreezeCall;
package struct FreezeCall: Equatable, Sendable, WireCodable {
  package let groupID: [UInt8]
  /// That of the rules in force for the caller.
  package let counter: UInt64
  package let join: JoinID
  package var signature: [UInt8] = []

  package static let version: UInt8 = 1
  /// Of an encoded call, in bytes.
  package static let maximumLength = 1024

  /// Not signed.
  package init(groupID: [UInt8], counter: UInt64, join: JoinID) {
    self.groupID = groupID
    self.counter = counter
    self.join = join
  }

  package init(from reader: inout WireReader) throws(WireError) {
    guard try reader.uint8() == Self.version else { throw .unknownSelector(.protocolVersion) }
    groupID = try reader.opaque(limit: RoomRules.maximumOpaque)
    counter = try reader.uint64()
    join = try JoinID(from: &reader)
    signature = try reader.opaque(limit: RoomRules.maximumOpaque)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(raw: toBeSigned)
    writer.write(opaque: signature)
  }

  private var toBeSigned: [UInt8] {
    var writer = WireWriter()
    writer.write(Self.version)
    writer.write(opaque: groupID)
    writer.write(counter)
    writer.write(join)
    return writer.bytes
  }

  /// What the caller's leaf key signs.
  package var contentToSign: [UInt8] { LabelledContent.wire(label: "tertulia freeze 1", content: toBeSigned) }

  /// Why a call does not freeze.
  package enum Refusal: UInt8, Error, Sendable {
    case ofAnotherGroup
    /// Rules have come since.
    case replayed
    /// Rests on rules that are not in force here yet.
    case early
    /// The caller is neither moderator nor trusted.
    case notTrusted
    case badSignature
  }

  /// Judges a call under the rules in force. `signatureKey` is that of the leaf with the caller's credential, `invited` the
  /// role that it was invited with. Where no rules are in force nobody may freeze.
  package func verify<Verifier: RulesVerifier>(
    under rules: RoomRules?, groupID: [UInt8], signatureKey: [UInt8], invited: Role?, as verifier: Verifier.Type
  ) throws(Refusal) {
    guard self.groupID == groupID else { throw .ofAnotherGroup }
    guard let rules else { throw .notTrusted }
    if counter < rules.counter { throw .replayed }
    if counter > rules.counter { throw .early }
    guard rules.standing(of: join, signatureKey: signatureKey, invited: invited).isTrusted else {
      throw .notTrusted
    }
    guard Verifier.isValid(signature, of: contentToSign, by: signatureKey) else { throw .badSignature }
  }
}
