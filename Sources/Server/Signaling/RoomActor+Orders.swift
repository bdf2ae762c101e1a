import Bytes
import Delivery
import MLSWire
import RoomRules
package import Rooms
import Signaling

/// What a participant asks of a room with a host.
package enum RoomOrder: Equatable, Sendable {
  case admit([Int])
  case turnAway([Int], ban: Bool)
  case ban(index: Int, branch: Bool)
  case freeze([UInt8])
  case invite(chain: [UInt8], label: [UInt8])
  case revoke([[UInt8]])
  case listInvitations
  case keep(Bool)
}

extension RoomActor {
  /// Does it if the sender may; otherwise the sender is told so, and nothing else happens.
  package func apply(_ order: RoomOrder, from connection: ConnectionID) {
    guard let index = room.index(of: connection) else { return }
    guard governance != nil, obey(order, by: index) else { return tell(connection, .notAllowed) }
    settleGovernance()
  }

  private func obey(_ order: RoomOrder, by index: Int) -> Bool {
    switch order {
    case .admit(let knocks):
      guard mayDecide(index) else { return false }
      perform(governance?.lobby.admit(knocks) ?? [])
      return true
    case .turnAway(let knocks, let ban): return turnAway(knocks, ban: ban, by: index)
    case .ban(let target, let branch): return ban(target, branch: branch, by: index)
    case .freeze(let box): return freeze(box, by: index)
    case .invite(let chain, let label): return invite(chain, label, by: index)
    case .revoke(let ids): return revoke(ids, by: index)
    case .listInvitations: return sendInvitations(to: index)
    case .keep(let isKept):
      guard rank(of: index) == Role.host.power else { return false }
      if governance?.isErased == false { governance?.isKept = isKept }
      return keep()
    }
  }

  private func turnAway(_ knocks: [Int], ban: Bool, by index: Int) -> Bool {
    guard ban ? moderates(index) : mayDecide(index) else { return false }
    perform(governance?.lobby.turnAway(knocks, ban: ban) ?? [])
    if ban { keep() }
    return true
  }

  /// Whoever ranks lower is banned by who moderates. The device of one who has gone cannot be banned any more: nobody knows it.
  private func ban(_ target: Int, branch: Bool, by index: Int) -> Bool {
    guard moderates(index), rank(of: target) < rank(of: index), let visitor = governance?.visitors[target] else {
      return false
    }
    perform(governance?.lobby.ban([visitor.device]) ?? [])
    condemn([target])
    if branch, let id = visitor.invitation { takeBack([id]) }
    keep()
    return true
  }

  private func revoke(_ ids: [[UInt8]], by index: Int) -> Bool {
    guard moderates(index) else { return false }
    takeBack(ids)
    keep()
    return sendInvitations(to: index)
  }

  /// Revokes invitations with all below; who came by them goes, but for those who moderate.
  private func takeBack(_ ids: [[UInt8]]) {
    let revoked = governance?.book.revoke(ids) ?? []
    condemn((governance?.participants(invitedBy: Set(revoked)) ?? []).filter { !moderates($0) })
  }

  /// Cuts everybody off at once whom the call stops, and passes it on: everybody checks it as the node did.
  private func freeze(_ box: [UInt8], by index: Int) -> Bool {
    guard let call = try? FreezeCall(wire: box), let rules = delivery.rules, let groupID = delivery.groupID,
      let leaf = delivery.leaf(of: index), room.join(of: index) == call.join.bytes,
      governance?.sentences[index] == nil
    else { return false }
    do throws(FreezeCall.Refusal) {
      try call.verify(
        under: rules, groupID: groupID, signatureKey: leaf.signatureKey, invited: leaf.invited, as: NodeSigner.self)
    } catch {
      return false
    }
    guard governance?.freeze == nil else { return true }
    governance?.freeze = Governance.Freeze(box: box, counter: call.counter)
    context.metrics.froze()
    let frame = OutgoingFrame.text(ServerMessage.frozen(box).encoded())
    for (_, connection) in room.connected { outboxes[connection]?.send(frame) }
    return true
  }

  /// Takes an invitation: its chain says that the host gave it, or somebody to whom the host gave the right to.
  private func invite(_ box: [UInt8], _ label: [UInt8], by index: Int) -> Bool {
    guard let chain = try? InvitationChain(wire: box), let hostKey = governance?.hostKey, mayInvite(index) else {
      return false
    }
    do throws(InvitationError) {
      try chain.verify(hostKey: hostKey, now: context.unixTime(), as: NodeSigner.self)
    } catch {
      return false
    }
    guard let count = governance?.book.invitations.count, count < context.limits.invitations else { return false }
    let isNew = governance?.book.add(Invitation(chain, box: box, label: label)) == true
    guard isNew else { return false }
    // Where there is no place for it, it is good for as long as the room goes on.
    keep()
    return sendInvitations(to: index)
  }

  private func mayInvite(_ index: Int) -> Bool {
    if moderates(index) { return true }
    guard governance?.visitors[index]?.invitation != nil else { return false }
    return delivery.standing(of: index)?.permissions.contains(.invite) == true
  }

  /// All invitations to moderators, to others those below their own.
  private func sendInvitations(to index: Int) -> Bool {
    guard let governance, let connection = room.connection(of: index) else { return false }
    var invitations = governance.book.invitations
    if !moderates(index) {
      guard mayInvite(index), let own = governance.visitors[index]?.invitation else { return false }
      let branch = governance.book.branch(below: [own])
      invitations.removeAll { $0.id == own || !branch.contains($0.id) }
    }
    outboxes[connection]?.send(.invitations(invitations.map { InvitationEntry($0) }))
    return true
  }
}
