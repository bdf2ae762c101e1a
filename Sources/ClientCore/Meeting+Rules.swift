import MLS
import MLSWire
import RoomRules

extension Meeting {
  mutating func setRules(_ patch: RulesPatch) {
    guard governance.own.role.moderates || hostKey != nil else { return tell(.notAllowed) }
    want(patch)
  }

  /// Keeps what is to be changed until the rules say so.
  mutating func want(_ patch: RulesPatch) {
    if wishes.rules == nil { wishes.rules = patch } else { wishes.rules?.merge(patch) }
  }

  /// The group's extensions with the rules that we want, nil where they are as we want them or it is not ours to change
  /// them.
  mutating func wantedExtensions(
    of group: Group<Suite>, using random: inout some RandomNumberGenerator
  ) -> [Extension]? {
    let isClaim = hostKey != nil && governance.own.role != .host
    guard isClaim || wishes.rules != nil || wishes.keys != nil else { return nil }
    guard hostKey != nil || governance.own.role == .coHost, let base = governance.signed ?? firstRules(of: group) else {
      return giveUpRules()
    }
    var next = base
    if let patch = wishes.rules {
      next.change(by: patch)
      for change in patch.entries { put(change, into: &next) }
    }
    if isClaim { next.put(.init(join: join, signatureKey: identity.signaturePublicKey, role: .host)) }
    name(gateIn: &next, in: group, using: &random)
    guard next != base else {
      wishes.rules = nil
      return nil
    }
    guard sign(&next, over: base) else { return giveUpRules() }
    return group.context.extensions.replacing(next)
  }

  /// What a host begins with: nothing, or what was there before the node forgot the meeting. Nobody is who they were.
  private func firstRules(of group: Group<Suite>) -> RoomRules? {
    guard let hostKey else { return nil }
    var rules = remembered ?? RoomRules(groupID: group.groupID, counter: 0, hostKey: hostKey.publicKey)
    rules.groupID = group.groupID
    rules.counter = 0
    rules.entries = []
    rules.gate = []
    return rules
  }

  private mutating func giveUpRules() -> [Extension]? {
    wishes.rules = nil
    wishes.keys = nil
    tell(.notAllowed)
    return nil
  }

  /// What is said of one member. Who is not named yet starts from what they are without.
  private func put(_ change: RulesPatch.Entry, into rules: inout RoomRules) {
    guard let seat = directory.seat(of: change.join) else { return }
    let (index, isThere) = rules.place(of: change.join)
    var entry = RoomRules.Entry(
      join: seat.join, signatureKey: seat.signatureKey, role: governance.standings[seat.join]?.role ?? .speaker)
    if isThere, rules.entries[index].signatureKey == seat.signatureKey { entry = rules.entries[index] }
    entry.role = change.role ?? entry.role
    entry.granted = change.granted ?? entry.granted
    entry.denied = change.denied ?? entry.denied
    entry.goesOn = change.goesOn ?? entry.goesOn
    rules.put(entry)
  }

  /// Leaves out who is gone where that is ours to do, and signs. False for what other members would refuse.
  private func sign(_ next: inout RoomRules, over base: RoomRules) -> Bool {
    var entries: [RoomRules.Entry] = []
    for entry in next.entries {
      let isHere = directory[entry.join] != nil
      if isHere || (hostKey == nil && entry.role.moderates) { entries.append(entry) }
    }
    next.entries = entries
    next.counter = base.counter + 1
    if next.gate == base.gate { next.newKeys = [] }
    next.signer = hostKey == nil ? .coHost(join) : .host
    next.basis = hostKey == nil ? base.hostsWord : []
    let key = hostKey?.seed ?? identity.signatureKey
    guard next.isWellFormed, let signature = try? Suite.sign(privateKey: key, message: next.contentToSign) else {
      return false
    }
    next.signature = signature
    do {
      try next.verify(groupID: next.groupID, hostDigest: link.hostKeyDigest, as: SuiteVerifier<Suite>.self)
      return true
    } catch { return false }
  }
}
