import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@testable import ClientCore

typealias TestSuite = NativeX25519Suite

/// Seconds since 1970 at which the policy tests play.
let policyNow: UInt64 = 1_800_000_000

/// A group of a room, of MLS alone: every member judges what it is shown, and the test is free to make what it likes.
struct PolicyRoom {
  struct Member {
    let join: JoinID
    let identity: ClientIdentity<TestSuite>
    var group: Group<TestSuite>
    var nonces: Set<[UInt8]> = []
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
    policy = RolesPolicy(link: link, nodeKey: try TestSuite.signaturePublicKey(privateKey: nodeKey))
    let (join, identity) = try person()
    let group = try Group(
      id: random.bytes(16), creator: try bundle(identity), extensions: extensions ?? policy.groupExtensions,
      using: &random)
    members = [Member(join: join, identity: identity, group: group)]
  }

  /// A room of one for each role, and then a second of each: member `n` and member `n + 4` have `Role(rawValue: n)`.
  static func ofAllRoles(seed: UInt64) throws -> PolicyRoom {
    var room = try PolicyRoom(seed: seed)
    for _ in 1..<8 { try room.enter() }
    let roles = (0..<8).map { (join: room.members[$0].join, role: Role(rawValue: UInt8($0 % 4))!) }
    let extensions = try room.roles(roles, by: .host(room.host), in: 0)
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
    var nonces: Set<[UInt8]> = []
    try policy.judge(joined: group, psks: secrets.psks, nonces: &nonces)
    members.append(Member(join: join, identity: identity, group: group, nonces: nonces))
    return members.count - 1
  }

  /// The group's extensions with other roles.
  func roles(
    _ changes: [(join: JoinID, role: Role)] = [], locked: Bool? = nil, by signer: RolesSigner<TestSuite>, in index: Int
  ) throws -> [Extension] {
    let group = members[index].group
    return group.context.extensions.replacing(
      try RolesExtension.next(in: group, changing: changes, locked: locked, by: signer))
  }

  func coHost(_ index: Int) -> RolesSigner<TestSuite> {
    .coHost(members[index].join, signatureKey: members[index].identity.signatureKey)
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

/// A roles extension written down field by field, by whoever likes.
struct ForgedRoles {
  var version: UInt8 = 1
  var groupID: [UInt8]
  var counter: UInt64
  var hostKey: [UInt8]
  var locked: UInt8 = 0
  var entries: [(join: JoinID, key: [UInt8], role: UInt8)] = []
  var signerKind: UInt8 = 0
  var signerJoin: [UInt8] = []
  var basis: [UInt8] = []

  func signed(with key: [UInt8]) throws -> [UInt8] {
    var list = WireWriter()
    for entry in entries {
      list.write(raw: entry.join.bytes)
      list.write(opaque: entry.key)
      list.write(entry.role)
    }
    var writer = WireWriter()
    writer.write(version)
    writer.write(opaque: groupID)
    writer.write(counter)
    writer.write(opaque: hostKey)
    writer.write(locked)
    writer.write(opaque: list.bytes)
    writer.write(signerKind)
    writer.write(opaque: signerJoin)
    writer.write(opaque: basis)
    let signature = try TestSuite.sign(privateKey: key, label: "tertulia roles 1", content: writer.bytes)
    writer.write(opaque: signature)
    return writer.bytes
  }
}

extension [Extension] {
  /// With these bytes in the place of the roles.
  func with(roles: [UInt8]) -> [Extension] {
    filter { $0.type != RolesExtension.type } + [Extension(type: RolesExtension.type, data: roles)]
  }
}
