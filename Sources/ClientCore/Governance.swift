import Bytes
import MLS
import MLSWire
import RoomRules

/// Who may do what: the rules in force, and what was called out since they were signed.
struct Governance: Sendable {
  /// A freeze that we called, until rules say it.
  struct OwnCall: Sendable {
    let counter: UInt64
    let end: Instant
    var attempts = 1
  }

  /// An invitation that a leaf proves, as far as it matters here.
  struct Invited: Sendable {
    let signatureKey: [UInt8]
    /// What was read: the leaf's extension.
    let proof: [UInt8]?
    /// nil where the leaf proves none.
    let role: Role?
    /// From the host's to its own.
    let ids: [InvitationID]

    func role(under rules: RoomRules?) -> Role? {
      guard let rules, !ids.contains(where: { rules.revoked.contains($0) }) else { return nil }
      return role
    }
  }

  /// As they stand in the group; nil for none.
  private(set) var signed: RoomRules?
  /// The same with what was called out since.
  private(set) var current: RoomRules?
  var standings = JoinTable<Standing>()
  var invited = JoinTable<Invited>()
  /// Our own standing.
  var own = Standing.ungoverned
  /// Moderators among the members, by leaf.
  var moderators: [JoinID] = []
  /// Trusted members while no moderator is there.
  var standIns = 0
  /// Who called a freeze that the rules do not say yet.
  private(set) var caller: JoinID?
  /// Who froze the room last.
  private(set) var freezer: JoinID?
  /// Newcomers whom somebody trusted has vouched for, and the rules do not say so yet.
  private(set) var vouched: [RoomRules.Entry] = []
  /// A call that rests on rules to come.
  var early: FreezeCall?
  /// The call that was judged last; it comes by the node and in the group.
  var lastCall: FreezeCall?
  var ownCall: OwnCall?
  /// Whom those have let in who decide at the door, as far as they have told.
  private(set) var admitted = JoinSet()

  /// A call of ours is repeated where rules cross it within this time, and so often.
  static var crossing: TimeDelta { .seconds(3) }
  static var attempts: Int { 3 }

  /// Takes the rules of a new epoch; calls that rest on older ones are over.
  mutating func follow(_ rules: RoomRules?) {
    if let rules, rules.counter > signed?.counter ?? 0 {
      caller = nil
      if rules.isFrozen, freezer == nil { freezer = rules.signingMember }
      if !rules.isFrozen { freezer = nil }
      vouched.removeAll { entry in
        let (index, isThere) = rules.place(of: entry.join)
        return isThere && rules.entries[index].role != .newcomer
      }
    }
    signed = rules
    amend()
  }

  /// Freezes until rules with a higher counter come.
  mutating func freeze(by join: JoinID) {
    caller = join
    freezer = join
    amend()
  }

  /// Whether this member decides who comes in: a moderator, or who stands in for them.
  func decides(_ join: JoinID) -> Bool {
    guard let standing = standings[join] else { return false }
    return standing.role.moderates || (moderators.isEmpty && standing.isTrusted)
  }

  /// More than any meeting lets in are of no use to anybody.
  mutating func admit(_ join: JoinID) {
    if admitted.joins.count < Self.mostAdmitted { admitted.insert(join) }
  }

  private static var mostAdmitted: Int { 4096 }

  mutating func vouch(_ entry: RoomRules.Entry) {
    vouched.removeAll { $0.join == entry.join }
    vouched.append(entry)
    amend()
  }

  private mutating func amend() {
    current = signed
    if caller != nil { current?.isFrozen = true }
    for entry in vouched {
      var named = entry
      if let current {
        let (index, isThere) = current.place(of: entry.join)
        if isThere { named = current.entries[index] }
        named.role = .speaker
      }
      current?.put(named)
    }
  }

  /// The standing of a member, reading its invitation once.
  mutating func standing<Suite: CipherSuiteProvider>(
    of join: JoinID, at leaf: LeafNode, as suite: Suite.Type
  ) -> Standing {
    guard let current else { return .ungoverned }
    let proof = leaf.extensions.data(of: EntryProof.type)
    if invited[join]?.signatureKey != leaf.signatureKey || invited[join]?.proof != proof {
      var whole = current
      whole.revoked = []
      let chain = whole.invitation(in: leaf, now: nil, as: Suite.self)
      invited[join] = Invited(
        signatureKey: leaf.signatureKey, proof: proof, role: chain?.last.role,
        ids: chain?.isHosts(by: current) == false ? chain?.ids(as: SuiteVerifier<Suite>.self) ?? [] : [])
    }
    return current.standing(
      of: join, signatureKey: leaf.signatureKey, invited: invited[join]?.role(under: current))
  }
}

extension RoomRules {
  /// The member who signed, where it is known: a co-host, or the only host there is.
  fileprivate var signingMember: JoinID? {
    switch signer {
    case .coHost(let join): join
    case .host: entries.first { $0.role == .host }?.join
    }
  }
}
