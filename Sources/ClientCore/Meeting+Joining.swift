import Bytes
import MLS
import MLSWire
import RoomRules

extension Meeting {
  /// The rules of this meeting, under the key that the node has shown us.
  var policy: RolesPolicy<Suite> { RolesPolicy(link: link, nodeKey: node.senderKey, now: wallClock) }

  /// In no group, or in one that nobody else is in.
  var isAlone: Bool { directory.seats.count <= 1 }

  /// The node took us in, or back.
  mutating func enter(resumed: Bool, senderKey: [UInt8], using random: inout some RandomNumberGenerator) {
    node.isConnected = true
    node.knowsRoster = false
    watch.reconnected(at: now)
    if group != nil, resumed, node.senderKey == senderKey { return catchUp() }
    if group != nil { abandon() }
    node.senderKey = senderKey
    offerKeyPackage(using: &random)
  }

  /// The place was kept: what was missed is asked for.
  private mutating func catchUp() {
    timers[.quiet] = now + Pace.quiet
    timers[.watch] = now + Pace.watch
    if watch.awaitsInfo, pending == nil { return askForWayIn() }
    emit(.send(.sync(epoch: group?.epoch)))
    resend()
  }

  mutating func disconnected() {
    node.isConnected = false
    timers[.watch] = nil
    timers[.resend] = nil
    timers[.gap] = nil
  }

  /// A fresh join: another credential, another key, nothing of before.
  mutating func startAnew(using random: inout some RandomNumberGenerator) {
    abandon()
    node = NodeView()
    join = JoinID(using: &random)
    identity = Self.identity(join, using: &random)
  }

  /// Gives up the group and every key of it.
  mutating func abandon() {
    for alarm in MeetingAlarm.allCases { clear(alarm) }
    group = nil
    bundle = nil
    pending = nil
    frames.forget()
    directory = Directory()
    nonces = []
    profiles = nil
    comparison = nil
    showComparison()
    held = []
    unbidden = []
    keysOfLink = []
    remembered = governance.signed ?? remembered
    governance = Governance()
    outbox.keepOnlySaid()
    shown.isStale = true
    node.removing = []
    timers = Timers()
    wishes = Wishes()
    watch = Watch()
  }

  /// The random source is asked until it gives a key that the suite accepts, so that this cannot fail.
  static func identity(
    _ join: JoinID, using random: inout some RandomNumberGenerator
  ) -> ClientIdentity<Suite> {
    while true {
      let key = Suite.generateSignatureKey(using: &random)
      if let identity = try? ClientIdentity<Suite>(
        credential: join.credential, signatureKey: key, capabilities: RolesPolicy<Suite>.capabilities)
      {
        return identity
      }
    }
  }

  /// Sends the key package that waits for its Welcome, making it if need be.
  mutating func offerKeyPackage(using random: inout some RandomNumberGenerator) {
    timers[.entry] = now + Pace.entry
    if bundle == nil {
      let lifetime = Lifetime(
        notBefore: wallClock - min(wallClock, Pace.lifetimeBefore), notAfter: wallClock + Pace.lifetimeAfter)
      bundle = try? KeyPackageBundle(identity, lifetime: lifetime, leafExtensions: leafExtensions, using: &random)
    }
    guard let bundle else { return }
    emit(.send(.keyPackage(MLSMessage.keyPackage(bundle.keyPackage).wire)))
  }

  /// Makes the group, as the node asks the first who is here. A node that asks again before it has read the answer gets the
  /// same group: of two it would keep the first and we the second.
  mutating func createGroup(using random: inout some RandomNumberGenerator) {
    guard isAlone, node.isConnected else { return tell(.notAllowed) }
    if let group, group.epoch == 0 { return upload(group) }
    if group != nil { abandon() }
    if bundle == nil { offerKeyPackage(using: &random) }
    guard let bundle else { return }
    let id = JoinID(using: &random).bytes
    guard let made = try? Group(id: id, creator: bundle, extensions: policy.groupExtensions, using: &random) else {
      return
    }
    pending = nil
    group = made
    upload(made)
    begin(after: nil, using: &random)
  }

  /// Sends a group that only its creator is in.
  private mutating func upload(_ made: Group<Suite>) {
    guard let info = try? made.groupInfo(withTree: false, withExternalPub: true) else { return }
    let upload = GroupUpload(
      groupInfo: MLSMessage.groupInfo(info).wire, tree: TreeChange(from: [], to: made.tree.sent.nodes))
    emit(.send(.group(upload.wire)))
  }

  /// Takes a Welcome, unless we are in a group already.
  mutating func join(welcome: [UInt8], tree: [UInt8], using random: inout some RandomNumberGenerator) {
    guard let bundle, group == nil else { return tell(.notAllowed) }
    guard case .welcome(let welcome)? = try? MLSMessage(wire: welcome),
      let nodes = try? RatchetTreeExtension(wire: tree)
    else { return refuseEntry() }
    do {
      let secrets = try Group<Suite>.open(welcome, bundle: bundle, psks: keys.psks).secrets
      let joined = try Group(joining: welcome, as: bundle, tree: nodes, psks: keys.psks, now: wallClock)
      guard isAcceptable(joined, psks: secrets.psks) else { return refuseEntry() }
      pending = nil
      group = joined
      begin(after: nil, using: &random)
    } catch {
      refuseEntry(error)
    }
  }

  /// Whether a group that we are about to enter keeps the rules, and nobody in it was removed before.
  mutating func isAcceptable(_ joined: Group<Suite>, psks: [PreSharedKeyID]?) -> Bool {
    let known = group?.groupID == joined.groupID ? group?.rules : nil
    guard (try? policy.judge(joined: joined, psks: psks, known: known, nonces: &nonces)) != nil else { return false }
    return !hasRemovedMember(joined) && isOurs(joined.rules)
  }

  func hasRemovedMember(_ group: Group<Suite>) -> Bool {
    group.tree.members.contains { directory.removedKeys.contains(group.tree[$0]?.signatureKey ?? []) }
  }

  /// What the node serves us to join with is not good: the person is told, and we ask for another way in.
  mutating func refuseEntry(_ error: MLSError? = nil) {
    raise(error == .leaf(.outsideLifetime) ? .wrongClock : .badWelcome)
    timers[.entry] = now + Pace.resend
  }

  /// Asks for what an external commit needs.
  mutating func askForWayIn() {
    guard node.isConnected else { return }
    watch.awaitsInfo = group != nil
    watch.entryAttempts += 1
    timers[.entry] = now + Pace.entry
    emit(.send(.sync(epoch: nil)))
  }

  /// Nobody has let us in for a while: the way round is asked for, then for somebody to let us in again.
  mutating func entryIsLate(using random: inout some RandomNumberGenerator) {
    guard node.isConnected else { return }
    pending = nil
    guard group == nil else {
      raise(.withheld)
      return askForWayIn()
    }
    if watch.entryAttempts % 2 == 0 { return askForWayIn() }
    watch.entryAttempts += 1
    raise(.notLetIn)
    offerKeyPackage(using: &random)
  }
}
