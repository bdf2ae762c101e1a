import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// Takes the rules of the epoch that we are in.
  mutating func govern() {
    governance.follow(group?.rules)
    if let call = governance.early, call.counter <= governance.signed?.counter ?? 0 {
      governance.early = nil
      take(freeze: call)
    }
    place()
    repeatOwnCall()
  }

  /// Works out everybody's standing anew: after rules, calls, and changes of the group.
  mutating func place() {
    shown.isStale = true
    var standings = JoinTable<Standing>()
    var streams: [UInt8] = []
    var moderators: [JoinID] = []
    var trusted = 0
    for seat in directory.seats {
      guard let node = group?.tree[seat.leaf] else { continue }
      let standing = governance.standing(of: seat.join, at: node, as: Suite.self)
      standings[seat.join] = standing
      if standing.role.moderates { moderators.append(seat.join) } else if standing.isTrusted { trusted += 1 }
      while streams.count <= Int(seat.leaf.rawValue) { streams.append(0) }
      streams[Int(seat.leaf.rawValue)] = FrameSession<Suite, Crypto>.mask(of: standing.permissions)
    }
    governance.standings = standings
    governance.moderators = moderators
    governance.standIns = moderators.isEmpty ? trusted : 0
    governance.own = standings[join] ?? .ungoverned
    frames.permit(streams)
  }

  // MARK: Freezing

  /// Everything stops, by our word.
  mutating func freeze() {
    guard governance.own.isTrusted, let group, let rules = governance.signed else { return tell(.notAllowed) }
    var call = FreezeCall(groupID: group.groupID, counter: rules.counter, join: join)
    guard let signature = try? Suite.sign(privateKey: identity.signatureKey, message: call.contentToSign) else {
      return tell(.notAllowed)
    }
    call.signature = signature
    let attempts = (governance.ownCall?.attempts ?? 0) + 1
    governance.ownCall = .init(counter: rules.counter, end: now + Governance.crossing, attempts: attempts)
    emit(.send(.freeze(call.wire)))
    enqueue(.freeze, call.wire)
    stop(by: join)
  }

  /// A call that came by the node or by a member.
  mutating func take(freeze bytes: [UInt8]) {
    guard bytes.count <= FreezeCall.maximumLength, let call = try? FreezeCall(wire: bytes) else {
      return tell(.badFreeze)
    }
    take(freeze: call)
  }

  private mutating func take(freeze call: FreezeCall) {
    guard call != governance.lastCall else { return }
    guard let group, let seat = directory.seat(of: call.join), let node = group.tree[seat.leaf] else {
      return tell(.badFreeze)
    }
    do {
      _ = governance.standing(of: seat.join, at: node, as: Suite.self)
      try call.verify(
        under: governance.signed, groupID: group.groupID, signatureKey: seat.signatureKey,
        invited: governance.invited[seat.join]?.role(under: governance.signed), as: SuiteVerifier<Suite>.self)
      stop(by: call.join)
    } catch {
      guard error != .early else {
        governance.early = call
        return
      }
      tell(.badFreeze)
    }
    governance.lastCall = call
  }

  private mutating func stop(by caller: JoinID) {
    guard governance.caller == nil else { return }
    governance.freeze(by: caller)
    place()
    writeDown()
  }

  /// Rules that were signed before our call was heard have put an end to it: it is called again.
  private mutating func repeatOwnCall() {
    guard let call = governance.ownCall, let rules = governance.signed, rules.counter > call.counter else { return }
    if rules.isFrozen || now >= call.end || call.attempts >= Governance.attempts || !governance.own.isTrusted {
      governance.ownCall = nil
      return
    }
    freeze()
  }

  // MARK: Vouching

  /// Says of a newcomer that one knows them.
  mutating func vouch(_ newcomer: JoinID) {
    guard governance.own.isTrusted, newcomer != join, governance.standings[newcomer]?.isVeiled == true else {
      return tell(.notAllowed)
    }
    enqueue(.vouch, newcomer.bytes)
    takeVouch(of: newcomer)
  }

  mutating func take(vouch payload: [UInt8], from author: Directory.Seat) {
    guard governance.standings[author.join]?.isTrusted == true, let newcomer = JoinID(payload) else {
      return tell(.notPermitted)
    }
    takeVouch(of: newcomer)
  }

  private mutating func takeVouch(of newcomer: JoinID) {
    guard governance.standings[newcomer]?.isVeiled == true, let seat = directory.seat(of: newcomer) else { return }
    governance.vouch(.init(join: newcomer, signatureKey: seat.signatureKey))
    place()
    writeDown()
  }

  // MARK: Into the rules

  /// What was called out becomes rules: by the first moderator at once, by another if that one does not.
  private mutating func writeDown() {
    guard governance.own.role.moderates else { return }
    let first = governance.moderators.first { $0 == join || node.roster.contains($0) }
    if first == join { return writeDownNow() }
    if timers[.writeDown] == nil { timers[.writeDown] = now + Pace.writeDown }
  }

  mutating func writeDownNow() {
    guard governance.own.role.moderates else { return }
    var patch = RulesPatch()
    if governance.caller != nil { patch.isFrozen = true }
    for entry in governance.vouched { patch.entries.append(.init(join: entry.join, role: .speaker)) }
    if patch != RulesPatch() { want(patch) }
  }
}
