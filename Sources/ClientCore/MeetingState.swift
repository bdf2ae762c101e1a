import Bytes
import MLS
import MLSWire
import RoomRules

/// The node as we see it.
struct NodeView: Sendable {
  var isConnected = false
  /// Its key as external sender, 32 bytes; empty before it said so.
  var senderKey: [UInt8] = []
  var roster = JoinSet()
  /// Leaves that it has proposed to remove in this epoch.
  var removing: [LeafIndex] = []
  /// Whether the roster was told since the connection was made: an older one accuses nobody.
  var knowsRoster = false
}

/// A commit of ours on its way, or an external commit that makes us a member.
struct PendingUpload<Suite: CipherSuiteProvider>: Sendable {
  indirect enum Outcome: Sendable {
    case commit(StagedCommit<Suite>)
    case entry(Group<Suite>)
  }

  /// MLSMessage of the commit, by which we know it again.
  let commit: [UInt8]
  /// CommitUpload, to be sent again while nothing is heard.
  let upload: [UInt8]
  /// The epoch that it ends.
  let epoch: UInt64
  let outcome: Outcome
  /// The nonce of its room PSK.
  let nonce: [UInt8]?
  /// Whom it adds.
  let joiners: [JoinID]
  var attempts = 1
}

/// What the person or our own rules want committed, until it is.
struct Wishes: Sendable {
  var removals: [JoinID] = []
  var rules: RulesPatch?
  /// Of the link, with another password.
  var keys: LinkChange?
  var update = false
  /// Proposals have waited too long for somebody else to commit them.
  var proposals = false
}

/// Who sits where, in this epoch and in those before whose messages may still arrive.
struct Directory: Sendable {
  struct Seat: Sendable {
    let leaf: LeafIndex
    let join: JoinID
    let signatureKey: [UInt8]
  }

  private(set) var seats: [Seat] = []
  private var leaves = JoinTable<LeafIndex>()
  private var past: [(epoch: UInt64, seats: [Seat])] = []
  /// Signature keys that were removed from the group: none of them comes back.
  private(set) var removedKeys = ByteStringSet()

  /// Epochs whose seats are remembered beside the current one; MLS keeps the keys of as many.
  private static var retained: Int { 3 }

  /// Takes the seats of a new epoch, and says who came and who went. Who has another key is somebody else.
  mutating func replace(_ new: [Seat], oldEpoch: UInt64?) -> (added: [Seat], removed: [Seat]) {
    var next = JoinTable<LeafIndex>()
    var keys = ByteStringSet()
    for seat in new {
      next[seat.join] = seat.leaf
      keys.insert(seat.signatureKey)
    }
    var oldKeys = ByteStringSet()
    for seat in seats { oldKeys.insert(seat.signatureKey) }
    let added = new.filter { !oldKeys.contains($0.signatureKey) }
    let removed = seats.filter { !keys.contains($0.signatureKey) }
    for seat in removed { removedKeys.insert(seat.signatureKey) }
    if let oldEpoch {
      past.insert((oldEpoch, seats), at: 0)
      if past.count > Self.retained { past.removeLast() }
    }
    seats = new
    leaves = next
    return (added, removed)
  }

  subscript(join: JoinID) -> LeafIndex? { leaves[join] }

  func seat(of leaf: LeafIndex) -> Seat? { seats.first { $0.leaf == leaf } }

  func seat(of join: JoinID) -> Seat? { seats.first { $0.join == join } }

  /// Who sent a message of `epoch` from `leaf`, provided that the same member is still here.
  func author(at leaf: LeafIndex, in epoch: UInt64, current: UInt64) -> Seat? {
    if epoch == current { return seat(of: leaf) }
    guard let old = past.first(where: { $0.epoch == epoch })?.seats.first(where: { $0.leaf == leaf }),
      let today = seat(of: old.join), today.signatureKey == old.signatureKey
    else { return nil }
    return today
  }
}

/// Alarms that are on: a bit for each, which is less code than a set.
struct Alarms: Sendable {
  private var bits: UInt16 = 0

  func contains(_ alarm: MeetingAlarm) -> Bool { bits & 1 << alarm.rawValue != 0 }

  var stopSending: Bool {
    for alarm in MeetingAlarm.allCases where alarm.stopsSending && contains(alarm) { return true }
    return false
  }

  /// Whether it was something else before.
  mutating func set(_ alarm: MeetingAlarm, _ isOn: Bool) -> Bool {
    guard contains(alarm) != isOn else { return false }
    bits ^= 1 << alarm.rawValue
    return true
  }
}

/// What the watch over the node and the others knows.
struct Watch: Sendable {
  var alarms = Alarms()
  /// When each member was heard last, or when it appeared.
  var heard = JoinTable<Instant>()
  /// Members who have said something since they appeared.
  var spoke = JoinSet()
  /// Members whom the node does not name, since when.
  var absent = JoinTable<Instant>()
  /// Participants who are no members, since when.
  var waiting = JoinTable<Instant>()
  /// Those among them whom the node would have us add although nobody has let them in, since when.
  var unbidden = JoinTable<Instant>()
  /// When the current epoch began for us.
  var epochBegan = Instant.zero
  /// Hashes of the epoch authenticators of the latest epochs.
  var authenticators: [(epoch: UInt64, hash: [UInt8])] = []
  /// Commits processed, newest last, by the hash of their bytes: they may come again after a resumption.
  var processed: [[UInt8]] = []
  /// The commit that was refused last, as a hash, and the epoch that it was to end.
  var refused: [UInt8] = []
  var refusedEpoch: UInt64?
  /// A group info was asked for and has not come.
  var awaitsInfo = false
  /// How often we asked for a way in.
  var entryAttempts = 0
  /// Somebody has joined since sending last moved to new keys.
  var hasNewListeners = false

  static var rememberedEpochs: Int { 8 }
  static var rememberedCommits: Int { 64 }

  var isHalted: Bool { awaitsInfo || alarms.stopSending }

  mutating func remember(commit hash: [UInt8]) {
    processed.append(hash)
    if processed.count > Self.rememberedCommits { processed.removeFirst() }
  }

  mutating func remember(authenticator hash: [UInt8], of epoch: UInt64) {
    authenticators.append((epoch, hash))
    if authenticators.count > Self.rememberedEpochs { authenticators.removeFirst() }
  }

  mutating func forget(_ join: JoinID) {
    heard[join] = nil
    spoke.remove(join)
    absent[join] = nil
  }

  /// Nobody is blamed for the time that we were away ourselves.
  mutating func reconnected(at now: Instant) {
    absent = JoinTable()
    waiting = JoinTable()
    unbidden = JoinTable()
    heard.fill(with: now)
  }
}

/// What was shown last, so that only changes are told.
struct Shown: Sendable {
  var isStale = false
  var members: [MeetingMember] = []
  /// Without digits; they follow from group and epoch.
  var security: MeetingSecurity?
  var securityGroup: [UInt8] = []
  var isFrozen = false
  var comparison: ComparisonStatus?
  var sendingEpoch: UInt64?
}

/// When something is due; nil for never.
struct Timers: Sendable {
  enum Kind: Int, CaseIterable {
    /// Not let in: a way in is asked for.
    case entry
    /// A commit of ours is not acknowledged.
    case resend
    /// Proposals that nobody commits.
    case proposals
    case update
    case checkpoint
    /// Something is missing that was to come.
    case gap
    /// Until then nothing is said after a connection was resumed: commits may be under way to us.
    case quiet
    /// Who is here is looked at again.
    case watch
    /// What was called out goes into the rules, unless somebody else has put it there.
    case writeDown
  }

  private var times = [Instant?](repeating: nil, count: Kind.allCases.count)
  /// What the next update is drawn from; doubles with every commit of somebody else.
  var updateWindow = TimeDelta.zero

  subscript(kind: Kind) -> Instant? {
    get { times[kind.rawValue] }
    set { times[kind.rawValue] = newValue }
  }

  /// Whether it is due; then it is off.
  mutating func takeDue(_ kind: Kind, at now: Instant) -> Bool {
    guard let time = self[kind], time <= now else { return false }
    self[kind] = nil
    return true
  }

  var next: Instant { times.lazy.compactMap { $0 }.min() ?? .distantFuture }
}

/// Intervals of the meeting's own clockwork.
enum Pace {
  /// A joiner that hears nothing asks for a way in.
  static let entry = TimeDelta.seconds(10)
  static let resend = TimeDelta.seconds(2)
  static let attempts = 4
  /// After a refusal.
  static let retry = TimeDelta.milliseconds(500)
  /// Until the next try of an update that the node would not have: somebody had lost the connection.
  static let refusedUpdate = TimeDelta.seconds(5)
  static let gap = TimeDelta.seconds(6)
  static let quiet = TimeDelta.milliseconds(500)
  /// Until a second moderator writes down what the first has not.
  static let writeDown = TimeDelta.seconds(3)
  static let watch = TimeDelta.seconds(5)
  static let ghost = TimeDelta.seconds(10)
  static let stranger = TimeDelta.seconds(20)
  /// A new member says something when it has joined; one that does not cannot.
  static let firstWord = TimeDelta.seconds(20)
  static let lifetimeBefore: UInt64 = 3600
  static let lifetimeAfter: UInt64 = 28 * 86_400
  /// Members of a group; a media key has ten bits for the leaf.
  static let members = 1000
  /// Adds in one commit.
  static let batch = 128
  /// Messages of an epoch to come that are kept.
  static let held = 64
  /// People whom one message lets in.
  static let admissions = 64

  /// Between two checkpoints, before jitter.
  static func checkpoint(members: Int) -> TimeDelta {
    max(.seconds(30), .milliseconds(Int64(members) * 500))
  }

  /// After which a member counts as unheard.
  static func silence(members: Int) -> TimeDelta { checkpoint(members: members) * 3 + .seconds(60) }

  /// Between two updates of our own, before jitter.
  static func update(members: Int) -> TimeDelta { .seconds(300) * Int64(max(1, members / 50)) }

  /// Within which the first update after an Add comes.
  static func firstUpdate(members: Int) -> TimeDelta { .milliseconds(Int64(members) * 50) + .seconds(5) }
}

extension TimeDelta {
  /// Anything from nothing to this.
  func random(using random: inout some RandomNumberGenerator) -> TimeDelta {
    TimeDelta(nanoseconds: Int64(random.next(upperBound: UInt64(max(1, nanoseconds)))))
  }

  /// This, give or take a fifth.
  func jittered(using random: inout some RandomNumberGenerator) -> TimeDelta {
    self * 4 / 5 + (self * 2 / 5).random(using: &random)
  }
}
