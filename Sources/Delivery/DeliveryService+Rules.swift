import MLSWire
package import RoomRules

// What the host of a room says: read from each group context that is taken, and judged as members judge it.

extension DeliveryService {
  /// In force now; nil where nobody governs, or not yet.
  package var rules: RoomRules? { record?.state.rules }

  /// Of the group; nil while there is none.
  package var groupID: [UInt8]? { record?.state.context.groupID }

  /// What a participant is and may do by the rules in force. Nil without rules, and for who has no leaf.
  package func standing(of index: Int) -> Standing? {
    guard let record, let place = place(of: index), let position = leaf(of: attendees[place]),
      let leaf = record.state.tree[position]
    else { return nil }
    return record.state.standing(of: leaf, invited: invitedRole(of: leaf))
  }

  /// Whether a participant, connected or not, is in the group and able to go on in it.
  package func isMember(_ index: Int) -> Bool {
    guard let place = place(of: index) else { return false }
    return !attendees[place].isStray && !isReturning(attendees[place]) && leaf(of: attendees[place]) != nil
  }

  /// Key of a participant's leaf, and the role that its invitation gave it; nil without leaf.
  package func leaf(of index: Int) -> (signatureKey: [UInt8], invited: Role?)? {
    guard let record, let place = place(of: index), let position = leaf(of: attendees[place]),
      let leaf = record.state.tree[position]
    else { return nil }
    return (leaf.signatureKey, invitedRole(of: leaf))
  }

  /// Checks what is new of proofs: each takes several signatures, and is asked for again and again.
  mutating func checkProofs() {
    guard hostDigest != nil, let state = record?.state, state.rules != nil else { return }
    if proven.count > 2 * OpaqueTree.maximumLeaves { proven = [:] }
    for attendee in attendees {
      var leaves: [Leaf] = []
      if let position = leaf(of: attendee), let leaf = state.tree[position] { leaves.append(leaf) }
      if let package = attendee.package { leaves.append(package.leaf(of: attendee.identity)) }
      for leaf in leaves where leaf.proof != nil && proven[leaf.signatureKey] == nil {
        proven[leaf.signatureKey] = .some(state.invitedRole(of: leaf, Signer.self))
      }
    }
  }

  /// As `checkProofs` found it, unless the invitation has been taken back.
  private func invitedRole(of leaf: Leaf) -> Role? {
    guard let proof = leaf.proof, let rules, let found = proven[leaf.signatureKey], let role = found,
      !proof.chain.isRevoked(by: rules, as: Signer.self)
    else { return nil }
    return role
  }

  /// Whether somebody in the group, there or not, moderates.
  package var hasModerator: Bool { record?.state.hasModerator ?? false }

  /// Whether a participant can be asked to add those who come without an invitation.
  private func mayAdd(_ member: (index: Int, leaf: UInt32)) -> Bool {
    guard let record else { return false }
    guard hostDigest != nil, record.state.rules?.door != .open else { return true }
    let isHost = place(of: member.index).map { attendees[$0].isHost } ?? false
    guard let leaf = record.state.tree[member.leaf] else { return false }
    return record.state.mayAdd(leaf, invited: invitedRole(of: leaf), isHost: isHost)
  }

  /// Key packages that this participant may add.
  func packages(for index: Int) -> [(index: Int, package: WaitingPackage)] {
    guard let member = connectedMembers.first(where: { $0.index == index }) else { return [] }
    return mayAdd(member) ? waitingPackages : invitedPackages
  }

  /// Key packages that somebody who is there may add.
  var addablePackages: [(index: Int, package: WaitingPackage)] {
    let waiting = waitingPackages
    guard !waiting.isEmpty, hostDigest != nil, !connectedMembers.contains(where: mayAdd) else { return waiting }
    return invitedPackages
  }

  private var invitedPackages: [(index: Int, package: WaitingPackage)] {
    guard let rules else { return [] }
    return waitingPackages.filter { waiting in
      guard let place = place(of: waiting.index) else { return false }
      let leaf = waiting.package.leaf(of: attendees[place].identity)
      return rules.admits(leaf.proof) && invitedRole(of: leaf) != nil
    }
  }

  /// Those who can be asked for the next commit: all, unless there is only something to do that not everybody may.
  var askable: [(index: Int, leaf: UInt32)] {
    let members = connectedMembers
    guard hostDigest != nil, record?.removals.isEmpty == true, !waitingPackages.isEmpty else { return members }
    let able = members.filter(mayAdd)
    return able.isEmpty ? members : able
  }
}

extension GroupState {
  func standing(of leaf: Leaf, invited: Role?) -> Standing? {
    guard let rules, let join = JoinID(leaf.identity) else { return nil }
    return rules.standing(of: join, signatureKey: leaf.signatureKey, invited: invited)
  }

  /// The role of the invitation that a leaf proves. When it ends does not count here: the door has seen to that.
  func invitedRole<Signer: DeliverySigner>(of leaf: Leaf, _: Signer.Type) -> Role? {
    guard let rules, let proof = leaf.proof, let join = JoinID(leaf.identity) else { return nil }
    do throws(InvitationError) {
      try proof.verify(of: join, signatureKey: leaf.signatureKey, under: rules, now: nil, as: Signer.self)
    } catch {
      return nil
    }
    return proof.chain.last.role
  }

  /// Whether every member lets this one in, host or not.
  func isInvited<Signer: DeliverySigner>(_ leaf: Leaf, _: Signer.Type) -> Bool {
    rules?.admits(leaf.proof) == true && invitedRole(of: leaf, Signer.self) != nil
  }

  /// Whether the member at a leaf may add whom it wants through a door that is not open: moderators, and who is trusted while
  /// none of them is in the group and the door is not locked. Before there are rules it is the host.
  func mayAdd(_ leaf: Leaf, invited: Role?, isHost: Bool) -> Bool {
    guard let rules else { return isHost }
    guard let standing = standing(of: leaf, invited: invited) else { return false }
    return standing.role.moderates || (rules.door == .lobby && standing.isTrusted && !hasModerator)
  }

  var hasModerator: Bool {
    guard let rules else { return false }
    return rules.moderators.contains { tree.isPresent($0.join, $0.signatureKey) }
  }
}

extension OpaqueTree {
  func isPresent(_ join: JoinID, _ signatureKey: [UInt8]) -> Bool {
    guard let position = position(of: join.bytes), let leaf = self[UInt32(position)] else { return false }
    return leaf.signatureKey == signatureKey
  }
}

extension RoomRules {
  /// Whether an invitation opens the door as it is, if it is good: of a locked one the host's own alone.
  fileprivate func admits(_ proof: EntryProof?) -> Bool { door != .locked || proof?.chain.isHosts(by: self) == true }

  /// The rules of a new group context. Nothing is read where nobody governs; rules in force may stay or be replaced, and never go.
  static func next<Signer: DeliverySigner>(
    in context: GroupContext, after current: RoomRules?, hostDigest: [UInt8]?, tree: OpaqueTree, as _: Signer.Type
  ) throws(Fault) -> RoomRules? {
    guard let hostDigest else { return nil }
    guard let data = context.extensions.data(of: RoomRules.type) else {
      guard current == nil else { throw .offence }
      return nil
    }
    if let current, data == current.bytes { return current }
    guard let rules = RoomRules(data) else { throw .offence }
    do throws(RulesError) {
      try rules.verify(groupID: context.groupID, hostDigest: hostDigest, as: Signer.self)
      try rules.verify(follows: current) { join, key in tree.isPresent(join, key) }
    } catch {
      throw .offence
    }
    return rules
  }
}
