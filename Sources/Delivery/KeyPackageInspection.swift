import MLSWire
import RoomRules

/// A key package that waits for its owner to be let in.
struct WaitingPackage: Equatable, Sendable {
  let box: [UInt8]
  /// `KeyPackageRef` (RFC 9420 §5.2).
  let reference: [UInt8]
  let signatureKey: [UInt8]
  /// What its leaf says of an invitation; not judged yet.
  let proof: EntryProof?
  /// Place in the queue.
  let ticket: UInt64
  /// Requests for it that nobody answered, and commits that were asked for it and left it out.
  var failures = 0
  var skips = 0

  /// The leaf that it would become.
  func leaf(of identity: [UInt8]) -> Leaf { Leaf(identity: identity, signatureKey: signatureKey, proof: proof) }

  /// Nil for anything but a key package of suite 1 whose leaf carries the name of the sender. A member would refuse the
  /// rest, too, but each refusal costs everybody a round trip.
  init?<Signer: DeliverySigner>(_ box: [UInt8], of identity: [UInt8], ticket: UInt64, _: Signer.Type) {
    guard case .keyPackage(let package)? = try? MLSMessage(wire: box), package.cipherSuite == .x25519AES128GCM,
      let leaf = Leaf(package.leafNode), leaf.identity == identity, case .keyPackage = package.leafNode.source,
      package.initKey.count == 32, package.leafNode.encryptionKey.count == 32,
      Signer.isValid(
        package.signature, of: LabelledContent.wire(label: "KeyPackageTBS", content: package.toBeSigned),
        by: leaf.signatureKey),
      Signer.isValid(
        package.leafNode.signature,
        of: LabelledContent.wire(
          label: "LeafNodeTBS", content: package.leafNode.toBeSigned(groupID: [], leafIndex: LeafIndex(0))),
        by: leaf.signatureKey)
    else { return nil }
    self.box = box
    reference = Signer.reference(of: package)
    signatureKey = leaf.signatureKey
    proof = leaf.proof
    self.ticket = ticket
  }
}
