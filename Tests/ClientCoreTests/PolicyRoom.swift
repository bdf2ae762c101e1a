import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

typealias TestSuite = NativeX25519Suite

/// Seconds since 1970 at which the policy tests play.
let policyNow: UInt64 = 1_800_000_000

/// A group of a room, of MLS alone: every member judges what it is shown, and the test is free to make what it likes.
struct PolicyRoom {
  struct Member {
    func entry(_ role: Role, granted: Permissions = .none) -> RoomRules.Entry {
      RoomRules.Entry(join: join, signatureKey: identity.signaturePublicKey, role: role, granted: granted)
    }

    let join: JoinID
    let identity: ClientIdentity<TestSuite>
    var group: Group<TestSuite>
    var nonces: ByteStringSet = []
  }

  var random: SeededGenerator
  let host: HostKey<TestSuite>
  let link: MeetingLink
  let keys: LinkKeys<TestSuite>
  let nodeKey: [UInt8]
  let policy: RolesPolicy<TestSuite>
  var members: [Member] = []

  /// A room with a first member. `extensions` are the group's, the right ones unless given.
  init(seed: UInt64, hasHost: Bool = true, extensions: [Extension]? = nil) throws {
    random = SeededGenerator(seed: seed)
    host = try HostKey(seed: random.bytes(32))
    link = MeetingLink(host: hasHost ? host.digest : nil, using: &random)
    keys = LinkKeys(link)
    nodeKey = random.bytes(32)
    policy = RolesPolicy(
      link: link, nodeKey: try TestSuite.signaturePublicKey(privateKey: nodeKey), now: policyNow)
    let (join, identity) = try person()
    let group = try Group(
      id: random.bytes(16), creator: try bundle(identity), extensions: extensions ?? policy.groupExtensions,
      using: &random)
    members = [Member(join: join, identity: identity, group: group)]
  }

  /// A room of one for each role, and then a second of each: members `n` and `n + 5` have `Role(rawValue: n)`. The door is
  /// open unless given.
  static func ofAllRoles(seed: UInt64, door: Door = .open) throws -> PolicyRoom {
    var room = try PolicyRoom(seed: seed)
    for _ in 1..<10 { try room.enter() }
    let members = room.members
    let extensions = try room.rules(in: 0) { rules in
      rules.door = door
      for index in 0..<10 { rules.put(members[index].entry(Role(rawValue: UInt8(index % 5))!)) }
    }
    try room.pass(room.commit([.groupContextExtensions(extensions)], by: 0), by: 0)
    return room
  }

  mutating func person(_ join: JoinID? = nil) throws -> (JoinID, ClientIdentity<TestSuite>) {
    let join = join ?? JoinID(using: &random)
    let key = TestSuite.generateSignatureKey(using: &random)
    return (
      join,
      try ClientIdentity(
        credential: join.credential, signatureKey: key, capabilities: RolesPolicy<TestSuite>.capabilities)
    )
  }

  mutating func bundle(
    _ identity: ClientIdentity<TestSuite>, days: UInt64 = 28
  ) throws -> KeyPackageBundle<TestSuite> {
    let lifetime = Lifetime(notBefore: policyNow - 3_600, notAfter: policyNow + days * 86_400)
    return try KeyPackageBundle(identity, lifetime: lifetime, using: &random)
  }

  mutating func psk() -> Proposal { .preSharedKey(RoomPSK.fresh(using: &random)) }

  /// A commit of `proposals` by a member, not merged anywhere. Any PSK that a test may use is known to the members.
  mutating func commit(_ proposals: [Proposal], by author: Int) throws -> PendingCommit<TestSuite> {
    try members[author].group.commit(CommitOptions(proposals), psks: psks, now: policyNow, using: &random)
  }

  var psks: PreSharedKeys {
    var psks = keys.psks
    psks.add(external: Array("another".utf8), secret: [UInt8](repeating: 7, count: 32))
    return psks
  }

  /// What the member `index` says to a commit; nil when it finds nothing against it.
  func verdict(_ message: MLSMessage, at index: Int) throws -> PolicyError? {
    var member = members[index]
    guard case .commit(let staged) = try member.group.receive(message, psks: psks, now: policyNow) else {
      throw MLSError.framing(.contentNotAllowed)
    }
    do {
      try policy.judge(staged, in: member.group, nonces: &member.nonces)
      return nil
    } catch {
      return error
    }
  }

  /// All but the author judge a commit and merge it.
  mutating func pass(_ pending: PendingCommit<TestSuite>, by author: Int) throws {
    for index in members.indices where members[index].group.status == .active {
      var staged = pending.staged
      if index != author {
        guard
          case .commit(let received) = try members[index].group.receive(pending.message, psks: psks, now: policyNow)
        else { throw MLSError.framing(.contentNotAllowed) }
        staged = received
      }
      try policy.judge(staged, in: members[index].group, nonces: &members[index].nonces)
      try members[index].group.merge(staged)
    }
  }

  /// Lets somebody in by Welcome, the joiner judging what it gets.
  @discardableResult
  mutating func enter(by author: Int = 0) throws -> Int {
    let (join, identity) = try person()
    let bundle = try bundle(identity)
    let pending = try commit([.add(bundle.keyPackage), psk()], by: author)
    try pass(pending, by: author)
    let welcome = try #require(pending.welcome)
    let secrets = try Group<TestSuite>.open(welcome, bundle: bundle, psks: psks).secrets
    let group = try Group(joining: welcome, as: bundle, psks: psks, now: policyNow)
    var nonces: ByteStringSet = []
    try policy.judge(joined: group, psks: secrets.psks, nonces: &nonces)
    members.append(Member(join: join, identity: identity, group: group, nonces: nonces))
    return members.count - 1
  }

  /// The group's extensions with the next rules: the host's, or those that a member signs as a co-host, whether it may or
  /// not. Defaults of a room without rules have an open door.
  func rules(
    by coHost: Int? = nil, in index: Int, _ change: (inout RoomRules) -> Void
  ) throws -> [Extension] {
    let group = members[index].group
    return group.context.extensions.replacing(try nextRules(by: coHost, in: index, change))
  }

  func nextRules(by coHost: Int? = nil, in index: Int, _ change: (inout RoomRules) -> Void) throws -> RoomRules {
    let group = members[index].group
    var next = group.rules ?? RoomRules(groupID: group.groupID, counter: 0, hostKey: host.publicKey)
    if group.rules == nil { next.door = .open }
    next.basis = coHost == nil ? [] : next.hostsWord
    next.signer = coHost.map { .coHost(members[$0].join) } ?? .host
    next.counter += 1
    change(&next)
    let key = coHost.map { members[$0].identity.signatureKey } ?? host.seed
    next.signature = try TestSuite.sign(privateKey: key, message: next.contentToSign)
    return next
  }

  func role(of leaf: UInt32, at index: Int) -> Role {
    RuledGroup(members[index].group).role(of: LeafIndex(leaf))
  }

  /// An external commit; `replacing` is the leaf that it removes.
  mutating func external(
    _ identity: ClientIdentity<TestSuite>, replacing: LeafIndex? = nil, hasPSK: Bool = true
  ) throws -> MLSMessage {
    let info = try members[0].group.groupInfo(withTree: true, withExternalPub: true)
    var entry = ExternalJoin(identity: identity)
    entry.replacing = replacing
    if hasPSK { entry.pskIDs = [RoomPSK.fresh(using: &random)] }
    return try Group.joinExternally(info, join: entry, psks: psks, now: policyNow, using: &random).message
  }
}

extension [Extension] {
  /// With these bytes in the place of the rules.
  func with(rules: [UInt8]) -> [Extension] {
    filter { $0.type != RoomRules.type } + [Extension(type: RoomRules.type, data: rules)]
  }
}
