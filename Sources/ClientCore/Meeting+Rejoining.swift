import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// Comes in, or back in, by an external commit that removes our own old leaf (RFC 9420 §12.4.3.2).
  mutating func rejoin(info: [UInt8], tree: [UInt8], using random: inout some RandomNumberGenerator) {
    guard watch.entryAttempts > 0, pending == nil, watch.awaitsInfo || group == nil else { return tell(.notAllowed) }
    guard case .groupInfo(let info)? = try? MLSMessage(wire: info), let nodes = try? RatchetTreeExtension(wire: tree)
    else { return refuseEntry() }
    if let group, info.groupContext.groupID != group.groupID { leaveForAnother() }
    let old = nodes.leaves.first { JoinID($0.node.credential) == join }
    guard old == nil || old?.node.signatureKey == identity.signaturePublicKey else { return refuseEntry() }
    if group != nil, old == nil { return gone(by: .node) }
    guard isOurs(info.groupContext.extensions.rules) else { return lockedOut() }
    if old == nil, info.groupContext.extensions.rules?.door ?? .open != .open { return waitAtTheDoor(using: &random) }
    let psk = RoomPSK.fresh(using: &random)
    var entry = ExternalJoin(identity: identity)
    entry.replacing = old?.leaf
    entry.pskIDs = [psk]
    entry.leafExtensions = leafExtensions
    do {
      let made = try Group.joinExternally(
        info, tree: nodes, join: entry, psks: keys.psks, now: wallClock, using: &random)
      guard isAcceptable(made.group, psks: nil) else { return refuseEntry() }
      let info = try made.group.groupInfo(withTree: false, withExternalPub: true)
      let upload = CommitUpload(
        commit: made.message.wire, welcome: [], groupInfo: MLSMessage.groupInfo(info).wire,
        tree: TreeChange(from: nodes.nodes, to: made.group.tree.sent.nodes))
      send(
        PendingUpload(
          commit: upload.commit, upload: upload.wire, epoch: made.group.epoch - 1, outcome: .entry(made.group),
          nonce: psk.nonce, joiners: []))
    } catch {
      refuseEntry(error)
    }
  }

  /// The meeting goes on in another group: of somebody who made one at the same time, or while none of us was connected.
  private mutating func leaveForAnother() {
    if !isAlone { tell(.otherGroup) }
    let (attempts, key) = (watch.entryAttempts, node.senderKey)
    abandon()
    watch.entryAttempts = attempts
    node.senderKey = key
  }

  /// A room that is not open is no reason for an alarm; a moderator lets in.
  private mutating func waitAtTheDoor(using random: inout some RandomNumberGenerator) {
    watch.entryAttempts = 0
    clear(.notLetIn)
    offerKeyPackage(using: &random)
  }

  /// We are no member any more.
  mutating func gone(by remover: Remover) {
    abandon()
    node.isConnected = false
    emit(.removedFromGroup(by: remover))
  }
}

extension RatchetTreeExtension {
  var leaves: [(leaf: LeafIndex, node: LeafNode)] {
    nodes.enumerated().compactMap { place, node in
      guard place % 2 == 0, case .leaf(let leaf)? = node else { return nil }
      return (LeafIndex(UInt32(place / 2)), leaf)
    }
  }
}
