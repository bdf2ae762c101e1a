package import MLSWire

/// An extension of a leaf: its owner came by this invitation. Every member judges it.
///
///     struct {
///       InvitationCertificate chain<V>;
///       opaque signature<V>;                              // by the last key of the chain: SignWithLabel(.,
///     } EntryProof;                                       // "tertulia entry 1", credential[16] || signature_key<V>)
package struct EntryProof: Equatable, Sendable, WireCodable {
  package let chain: InvitationChain
  package let signature: [UInt8]

  /// A private use number (RFC 9420 §17.3).
  package static let type = ExtensionType(rawValue: 0xf0a2)

  package init(chain: InvitationChain, signature: [UInt8]) {
    self.chain = chain
    self.signature = signature
  }

  package init(from reader: inout WireReader) throws(WireError) {
    chain = try InvitationChain(from: &reader)
    signature = try reader.opaque(limit: RoomRules.maximumOpaque)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(chain)
    writer.write(opaque: signature)
  }

  /// What the invitation's key signs: that the leaf with this credential and this key is its owner's.
  package static func contentToSign(join: JoinID, signatureKey: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(join)
    writer.write(opaque: signatureKey)
    return LabelledContent.wire(label: "tertulia entry 1", content: writer.bytes)
  }

  /// Checks that the invitation is one of the room that `rules` govern, not taken back, and this leaf's. `now` as in
  /// `InvitationChain.verify`.
  package func verify<Verifier: RulesVerifier>(
    of join: JoinID, signatureKey: [UInt8], under rules: RoomRules, now: UInt64?, as verifier: Verifier.Type
  ) throws(InvitationError) {
    if chain.isRevoked(by: rules, as: Verifier.self) { throw .revoked }
    guard
      Verifier.isValid(
        signature, of: Self.contentToSign(join: join, signatureKey: signatureKey), by: chain.last.key)
    else { throw .badProof }
    try chain.verify(hostKey: rules.hostKey, now: now, as: Verifier.self)
  }
}

extension LeafNode {
  /// The proof in the leaf, nil for none or for bytes that are none. Says nothing about its signatures.
  package var entryProof: EntryProof? {
    guard let data = extensions.data(of: EntryProof.type) else { return nil }
    return try? EntryProof(wire: data)
  }
}
