import Bytes
import MLS
import MLSWire
import RoomRules

/// What waits to be sealed.
struct Outbox: Sendable {
  struct Item: Sendable {
    let content: MeetingContent
    let to: [JoinID]?
  }

  private(set) var items: [Item] = []

  /// More than this waits for nobody.
  private static var capacity: Int { 256 }

  /// False when there is no room.
  mutating func append(_ item: Item) -> Bool {
    guard items.count < Self.capacity else { return false }
    items.append(item)
    return true
  }

  mutating func takeAll() -> [Item] {
    defer { items = [] }
    return items
  }

  /// What the person said stays for the next group; the rest belonged to the one that is gone.
  mutating func keepOnlySaid() { items.removeAll { $0.content.label != .said || $0.to != nil } }
}

extension Meeting {
  mutating func say(_ payload: [UInt8], _ kind: SaidKind, to: [JoinID]?) {
    enqueue(.said, [kind.rawValue] + payload, to: to)
  }

  mutating func enqueue(_ label: ContentLabel, _ payload: [UInt8], to: [JoinID]? = nil) {
    guard let content = MeetingContent(label, payload) else { return tell(.notAllowed) }
    if !outbox.append(Outbox.Item(content: content, to: to)) { tell(.flood) }
  }

  /// Seals what waits, unless proposals have to be committed first (RFC 9420 §12.4), commits may be under way to us, or
  /// an alarm stops us. Checkpoints say nothing and may end an alarm: they go on.
  mutating func sendOutbox(using random: inout some RandomNumberGenerator) {
    guard group?.hasPendingProposals == false, node.isConnected, timers[.quiet] == nil, !outbox.items.isEmpty else {
      return
    }
    for item in outbox.takeAll() {
      let to = item.to?.filter { directory[$0] != nil }
      if to?.isEmpty == true { continue }
      if watch.isHalted, item.content.label != .checkpoint {
        _ = outbox.append(item)
        continue
      }
      if let kind = item.content.saidKind, !governance.own.maySay(kind) {
        tell(.notAllowed)
        continue
      }
      guard
        let sealed = try? group?.seal(item.content.data, padding: item.content.padding, using: &random)
      else { continue }
      emit(.send(.message(sealed.wire, to: to, isControl: item.content.label != .said)))
    }
  }

  /// A message of the group. What comes from an epoch that is still to come waits for it.
  mutating func take(message bytes: [UInt8], using random: inout some RandomNumberGenerator) {
    guard let epoch = group?.epoch else { return }
    guard case .privateMessage(let message)? = try? MLSMessage(wire: bytes), message.contentType == .application,
      message.groupID == groupID
    else { return tell(.badMessage) }
    guard message.epoch <= epoch else {
      if held.count < Pace.held { held.append(bytes) }
      return noticeGap()
    }
    do {
      guard case .application(let read)? = try group?.receive(.privateMessage(message)) else {
        return tell(.badMessage)
      }
      guard let author = directory.author(at: read.sender, in: read.epoch, current: epoch) else {
        return tell(.badMessage)
      }
      hear(author)
      guard let content = MeetingContent(read.data) else { return tell(.badMessage) }
      open(content, from: author, using: &random)
    } catch {
      misread(error, isCurrent: message.epoch == epoch)
    }
  }

  /// In our own epoch everything that a member sends can be read: what cannot is from another group of the same name.
  /// Where we have refused a commit, there was one, and the person knows.
  private mutating func misread(_ error: MLSError, isCurrent: Bool) {
    switch error {
    case .framing(.ownMessage): break
    case .framing(.generationConsumed): tell(.replayedMessage)
    case .framing(.generationTooFar): tell(.badMessage)
    default:
      let isRefused = watch.refusedEpoch != nil && watch.refusedEpoch == group.map { $0.epoch &- 1 }
      if isCurrent, !isRefused { raise(.forked) } else { tell(.badMessage) }
    }
  }

  /// Reads what came early.
  mutating func openHeld(using random: inout some RandomNumberGenerator) {
    let early = held
    held = []
    for bytes in early { take(message: bytes, using: &random) }
  }

  private mutating func open(
    _ content: MeetingContent, from author: Directory.Seat, using random: inout some RandomNumberGenerator
  ) {
    switch content.label {
    case .said: hear(content, from: author.join)
    case .profile:
      guard let profile = try? SignedProfile(wire: content.payload), profile.join == author.join else {
        return tell(.badProfile)
      }
      learn([profile])
    case .profiles:
      guard let known = ProfileBook<Suite>.read(bundle: content.payload) else { return tell(.badProfile) }
      learn(known)
    case .checkpoint: check(content.payload)
    case .comparison:
      guard let message = try? ComparisonMessage(wire: content.payload) else { return tell(.badMessage) }
      let sender = Comparison<Suite>.Party(join: author.join, signatureKey: author.signatureKey)
      send(comparison?.receive(message, from: sender, now: now, using: &random) ?? nil)
    case .freeze: take(freeze: content.payload)
    case .vouch: take(vouch: content.payload, from: author)
    case .admit: take(admit: content.payload, from: author, using: &random)
    }
  }

  /// What somebody says counts if they may say it now.
  private mutating func hear(_ content: MeetingContent, from author: JoinID) {
    guard let kind = content.saidKind else { return tell(.badMessage) }
    guard let standing = governance.standings[author], standing.maySay(kind) else { return tell(.notPermitted) }
    emit(
      .said(from: author, kind: kind, permissions: standing.permissions, Array(content.payload.dropFirst())))
  }

  // MARK: Profiles

  mutating func setProfile(_ body: [UInt8]) {
    guard body.count <= SignedProfile.maximumBodyLength else { return tell(.notAllowed) }
    if let held = ownProfile, group != nil, !governance.own.permissions.contains(.rename),
      SignedProfile.name(in: held) != SignedProfile.name(in: body)
    {
      return tell(.notAllowed)
    }
    ownProfile = body
    ownProfileVersion += 1
    if group != nil { sendProfile() }
  }

  mutating func sendProfile() {
    guard let ownProfile, let group,
      let profile = try? SignedProfile(
        join: join, version: ownProfileVersion, body: ownProfile, groupID: group.groupID,
        signatureKey: identity.signatureKey, as: Suite.self)
    else { return }
    try? profiles?.accept(profile, of: group.tree[group.ownLeaf])
    enqueue(.profile, profile.wire)
  }

  /// Tells joiners what we know of everybody.
  mutating func introduce(to joiners: [JoinID]) {
    for bundle in profiles?.bundles ?? [] { enqueue(.profiles, bundle, to: joiners) }
  }

  private mutating func learn(_ found: [SignedProfile]) {
    for profile in found where profile.join != join {
      do {
        let mayRename = governance.standings[profile.join]?.permissions.contains(.rename) ?? true
        try profiles?.accept(
          profile, of: directory[profile.join].flatMap { group?.tree[$0] }, mayRename: mayRename)
        emit(.profile(profile.join, version: profile.version, body: profile.body))
      } catch {
        if error == .badSignature { tell(.badProfile) }
        if error == .renamed { tell(.notPermitted) }
      }
    }
  }
}
