package import Bytes
package import MLS
import MLSWire
package import RoomRules
package import SFrame

/// Why a meeting cannot be opened.
package enum MeetingError: Error, Equatable {
  /// Not 32 bytes, or not the key that the link names.
  case badHostSeed
}

/// One participant's side of a meeting: the MLS group, the keys of its media, what is said in it, and the watch over what
/// the node does. A value without clock or randomness: inputs and `now` go in, effects come out.
///
/// Fail closed: what breaks a rule is refused and the person is told, and where others may be in another group than
/// the person thinks nothing more is sealed.
package struct Meeting<Suite: CipherSuiteProvider, Crypto: CryptoProvider>: Sendable {
  /// With or without a password, as it is now.
  var link: MeetingLink
  package internal(set) var keys: LinkKeys<Suite>
  /// Seals the keys of another password for the members of our epoch, 16 bytes; empty outside a group.
  var keysOfLink: [UInt8] = []
  let hostKey: HostKey<Suite>?
  /// Of the personal invitation that our link is.
  let invitation: InvitationKey<Suite>?
  /// What the node says of it: with all that it comes from.
  var chain: InvitationChain?
  /// Our own join, which is our credential; `newJoin` draws another.
  package internal(set) var join: JoinID

  var identity: ClientIdentity<Suite>
  /// Waits for its Welcome.
  var bundle: KeyPackageBundle<Suite>?
  var group: Group<Suite>?
  var frames = FrameSession<Suite, Crypto>()
  var node = NodeView()
  /// A commit of ours that the node has not accepted yet.
  var pending: PendingUpload<Suite>?
  var wishes = Wishes()
  var directory = Directory()
  var governance = Governance()
  /// The rules of the group before, from which a host goes on where the meeting begins anew.
  var remembered: RoomRules?
  /// PSK nonces seen in this group.
  var nonces = ByteStringSet()
  var watch = Watch()
  var timers = Timers()
  var outbox = Outbox()
  /// Key packages that the node would have us add, of people whom nobody has let in yet.
  var unbidden: [[UInt8]] = []
  /// Messages of epochs to come.
  var held: [[UInt8]] = []
  /// nil outside a group, as is the comparison.
  var profiles: ProfileBook<Suite>?
  /// The body of our own profile, nil before the person has one.
  var ownProfile: [UInt8]?
  var ownProfileVersion: UInt64 = 0
  var comparison: Comparison<Suite>?
  var shown = Shown()

  /// The time of the call that is under way.
  var now = Instant.zero
  /// Seconds since 1970.
  var wallClock: UInt64 = 0
  var effects: [MeetingEffect] = []

  /// `hostSeed` is the 32 bytes that the host's key is made of, nil for everybody else; `password` as in `LinkKeys`.
  ///
  /// Not an initialiser, which would copy all of the meeting once more at its end: 11 kB of code in a browser.
  package static func open(
    link: MeetingLink, password: [UInt8] = [], hostSeed: [UInt8]?, using random: inout some RandomNumberGenerator
  ) throws(MeetingError) -> Meeting {
    var hostKey: HostKey<Suite>?
    if let hostSeed {
      hostKey = try? HostKey(seed: hostSeed)
      guard let hostKey, hostKey.digest == link.hostKeyDigest else { throw .badHostSeed }
    }
    let invitation = link.invitation.flatMap { InvitationKey<Suite>(secret: $0) }
    let join = JoinID(using: &random)
    return Meeting(
      link: link, keys: LinkKeys(link, password: password), hostKey: hostKey, invitation: invitation, join: join,
      identity: identity(join, using: &random))
  }

  /// Proof of holding the link for the node, 32 bytes.
  package var gate: [UInt8] { keys.gate }
  /// nil outside a group.
  package var groupID: [UInt8]? { group?.groupID }
  /// Equal at all members who are in one epoch; nil outside a group.
  package var epochAuthenticator: [UInt8]? { group?.epochAuthenticator }
  /// nil outside a group.
  package var epoch: UInt64? { group?.epoch }

  /// Takes an input at `now`; `wallClock` in seconds since 1970 judges the lifetimes of key packages.
  package mutating func handle(
    _ input: MeetingInput, now: Instant, wallClock: UInt64, using random: inout some RandomNumberGenerator
  ) -> [MeetingEffect] {
    self.now = now
    self.wallClock = wallClock
    take(input, using: &random)
    return finish(using: &random)
  }

  /// Does what is due because time has passed.
  package mutating func advance(
    to now: Instant, wallClock: UInt64, using random: inout some RandomNumberGenerator
  ) -> [MeetingEffect] {
    self.now = now
    self.wallClock = wallClock
    expire(using: &random)
    return finish(using: &random)
  }

  /// When `advance` has something to do next; `.distantFuture` for never.
  package var nextDeadline: Instant {
    min(timers.next, frames.nextDeadline ?? .distantFuture, comparison?.deadline ?? .distantFuture)
  }

  private mutating func take(_ input: MeetingInput, using random: inout some RandomNumberGenerator) {
    switch input {
    case .entered(let resumed, let senderKey): enter(resumed: resumed, senderKey: senderKey, using: &random)
    case .roster(let joins): take(roster: joins)
    case .createGroup: createGroup(using: &random)
    case .commitRequest(let packages): commit(adding: packages, using: &random)
    case .proposal(let bytes): take(proposal: bytes, using: &random)
    case .commit(let epoch, let bytes): take(commit: bytes, ending: epoch, using: &random)
    case .commitRefused(let epoch): commitRefused(epoch)
    case .groupWelcome(let welcome, let tree): join(welcome: welcome, tree: tree, using: &random)
    case .groupInfo(let info, let tree): rejoin(info: info, tree: tree, using: &random)
    case .resync: askForWayIn()
    case .ready(let epoch): ready(epoch)
    case .message(let bytes, _): take(message: bytes, using: &random)
    case .frozen(let call): take(freeze: call)
    case .disconnected: disconnected()
    case .newJoin: startAnew(using: &random)
    case .say(let content, let kind, let to): say(content, kind, to: to)
    case .setProfile(let body): setProfile(body)
    case .remove(let joins): remove(joins)
    case .setRules(let patch): setRules(patch)
    case .setPassword(let key): setPassword(key)
    case .freeze: freeze()
    case .vouch(let join): vouch(join)
    case .compare(let join): compare(with: join, using: &random)
    case .acceptComparison: acceptComparison(using: &random)
    case .comparisonResult(let same): answerComparison(same)
    case .cancelComparison: cancelComparison()
    case .invited(let chain): use(invitation: chain)
    case .admit(let joins): admit(joins, using: &random)
    }
  }

  /// Does what the call has made possible, and hands its effects out.
  private mutating func finish(using random: inout some RandomNumberGenerator) -> [MeetingEffect] {
    fulfilWishes(using: &random)
    sendOutbox(using: &random)
    show()
    defer { effects = [] }
    return effects
  }

  // MARK: Telling

  mutating func emit(_ effect: MeetingEffect) { effects.append(effect) }

  mutating func tell(_ notice: MeetingNotice) { emit(.notice(notice)) }

  mutating func raise(_ alarm: MeetingAlarm) {
    if watch.alarms.set(alarm, true) { emit(.alarm(alarm)) }
  }

  mutating func clear(_ alarm: MeetingAlarm) {
    if watch.alarms.set(alarm, false) { emit(.alarmCleared(alarm)) }
  }
}
