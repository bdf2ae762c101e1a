import MLSWire
import RoomRules

/// The public state of a group in one epoch.
struct GroupState: Equatable, Sendable {
  var context: GroupContext
  /// MLSMessage with the GroupInfo, as the committer sent it.
  var info: [UInt8]
  var tree: OpaqueTree
  /// In force; nil where nobody governs, or not yet.
  var rules: RoomRules?

  var epoch: UInt64 { context.epoch }
}

/// Why something that a participant sent is not taken.
enum Fault: Error, Equatable {
  /// Of an honest client that was late.
  case late(epoch: UInt64)
  /// Of none.
  case offence
}

extension GroupState {
  /// The state with which a group begins (RFC 9420 §11): one leaf, that of `identity`, and the node as external sender.
  static func begin<Signer: DeliverySigner>(
    _ bytes: [UInt8], by identity: [UInt8], signer: Signer, hostDigest: [UInt8]?
  ) throws(Fault) -> GroupState {
    guard let upload = try? GroupUpload(wire: bytes), upload.tree.nodeCount == 1, upload.tree.changes.count == 1,
      case .leaf(let leaf)? = try? TreeNode(wire: upload.tree.changes[0].node), let tree = OpaqueTree(leaf),
      tree.position(of: identity) == 0, tree.nodes[0] == upload.tree.changes[0].node
    else { throw .offence }
    let info = try checkedInfo(upload.groupInfo, Signer.self, signer: 0, key: leaf.signatureKey)
    let context = info.groupContext
    guard context.version == .mls10, context.cipherSuite == .x25519AES128GCM, context.epoch == 0,
      (1...64).contains(context.groupID.count),
      let senders = try? context.extensions.value(ExternalSenders.self, of: .externalSenders),
      senders.senders.first?.signatureKey == signer.publicKey
    else { throw .offence }
    let rules = try RoomRules.next(
      in: context, after: nil, hostDigest: hostDigest, tree: tree, as: Signer.self)
    return GroupState(context: context, info: upload.groupInfo, tree: tree, rules: rules)
  }

  /// A GroupInfo that `key` signed, for the tree to be served beside it and for external commits (RFC 9420 §12.4.3).
  static func checkedInfo<Signer: DeliverySigner>(
    _ bytes: [UInt8], _: Signer.Type, signer: UInt32, key: [UInt8]
  ) throws(Fault) -> GroupInfo {
    guard case .groupInfo(let info)? = try? MLSMessage(wire: bytes), info.signer.rawValue == signer,
      info.extensions.data(of: .externalPub) != nil, info.extensions.data(of: .ratchetTree) == nil,
      Signer.isValid(
        info.signature, of: LabelledContent.wire(label: "GroupInfoTBS", content: info.toBeSigned), by: key)
    else { throw .offence }
    return info
  }
}

/// A Remove that the node proposed (RFC 9420 §12.1.8): who may commit refers to it by its hash.
struct Removal: Equatable, Sendable {
  let leaf: UInt32
  /// MLSMessage.
  let box: [UInt8]
  /// `ProposalRef` (RFC 9420 §5.2).
  let reference: [UInt8]

  init<Signer: DeliverySigner>(_ leaf: UInt32, from state: GroupState, signer: Signer) {
    let content = FramedContent(
      groupID: state.context.groupID, epoch: state.epoch, sender: .external(0), authenticatedData: [],
      content: .proposal(.remove(LeafIndex(leaf))))
    let signed = LabelledContent.wire(
      label: "FramedContentTBS", content: content.toBeSigned(wireFormat: .publicMessage, context: nil))
    let auth = FramedContentAuthData(signature: signer.sign(signed), confirmationTag: nil)
    let message = PublicMessage(content: content, auth: auth, membershipTag: nil)
    self.leaf = leaf
    box = MLSMessage.publicMessage(message).wire
    reference = Signer.reference(
      "MLS 1.0 Proposal Reference",
      AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth).wire)
  }
}

extension DeliverySigner {
  /// `RefHash` (RFC 9420 §5.2).
  static func reference(_ label: String, _ value: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: Array(label.utf8))
    writer.write(opaque: value)
    return sha256(writer.bytes)
  }

  static func reference(of package: KeyPackage) -> [UInt8] {
    reference("MLS 1.0 KeyPackage Reference", package.wire)
  }
}
