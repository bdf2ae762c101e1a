import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@testable import ClientCore

@Suite("Roles extension")
struct RolesTests {
  /// A room with a host, a co-host and a speaker, at 0, 1 and 2.
  private func room(_ seed: UInt64) throws -> PolicyRoom {
    var room = try PolicyRoom(seed: seed)
    for _ in 1..<3 { try room.enter() }
    let changes: [(join: JoinID, role: Role)] = [(room.members[0].join, .host), (room.members[1].join, .coHost)]
    try grant(changes, by: .host(room.host), in: &room, author: 0)
    return room
  }

  private func grant(
    _ changes: [(join: JoinID, role: Role)], by signer: RolesSigner<TestSuite>, in room: inout PolicyRoom, author: Int
  ) throws {
    let extensions = try room.roles(changes, by: signer, in: author)
    try room.pass(room.commit([.groupContextExtensions(extensions)], by: author), by: author)
  }

  private func forged(_ room: PolicyRoom) throws -> ForgedRoles {
    let current = try #require(room.members[0].group.roles)
    return ForgedRoles(
      groupID: current.groupID, counter: current.counter + 1, hostKey: current.hostKey,
      entries: current.entries.map { ($0.join, $0.signatureKey, $0.role.rawValue) })
  }

  /// What the speaker says to a commit with these bytes as roles, by the co-host.
  private func verdict(_ roles: [UInt8], in room: inout PolicyRoom) throws -> PolicyError? {
    let extensions = room.members[1].group.context.extensions.with(roles: roles)
    return try room.verdict(room.commit([.groupContextExtensions(extensions)], by: 1).message, at: 2)
  }

  @Test("it is read back as it was written, and any change or cut makes it none or unsigned")
  func codec() throws {
    var room = try room(0x92_0001)
    try grant([(room.members[2].join, .listener)], by: room.coHost(1), in: &room, author: 1)
    let roles = try #require(room.members[2].group.roles)
    #expect(RolesExtension(roles.bytes) == roles)
    #expect(roles.signer == .coHost(room.members[1].join))
    for position in roles.bytes.indices {
      var changed = roles.bytes
      changed[position] ^= 1
      #expect(RolesExtension(Array(roles.bytes[..<position])) == nil)
      guard let read = RolesExtension(changed) else { continue }
      #expect(throws: PolicyError.self) {
        try read.verify(groupID: roles.groupID, hostKeyDigest: room.host.digest, as: TestSuite.self)
      }
    }
    #expect(RolesExtension(roles.bytes + [0]) == nil)
  }

  @Test("random bytes are no roles and never trap")
  func randomBytes() {
    var random = SeededGenerator(seed: 0x92_0002)
    for _ in 0..<5_000 { #expect(RolesExtension([1] + random.bytes(Int.random(in: 0...80, using: &random))) == nil) }
  }

  @Test("fields out of their range are refused even when the host signs them")
  func badFields() throws {
    var room = try room(0x92_0003)
    let good = try forged(room)
    #expect(try verdict(good.signed(with: room.host.seed), in: &room) == nil)
    let changes: [(inout ForgedRoles) -> Void] = [
      { $0.version = 2 }, { $0.locked = 2 }, { $0.entries[0].role = 4 }, { $0.entries.append($0.entries[0]) },
      { $0.entries.reverse() }, { $0.signerKind = 2 }, { $0.signerJoin = [1] }, { $0.basis = [1] },
      { $0.signerKind = 1 },
    ]
    for change in changes {
      var bad = good
      change(&bad)
      #expect(try verdict(bad.signed(with: room.host.seed), in: &room) == .malformedRoles)
    }
  }

  @Test("forged: another host key, another signature, another group")
  func forgeries() throws {
    var room = try room(0x92_0004)
    let impostor = try HostKey<TestSuite>(seed: room.random.bytes(32))
    var false1 = try forged(room)
    false1.hostKey = impostor.publicKey
    #expect(try verdict(false1.signed(with: impostor.seed), in: &room) == .wrongHostKey)
    let false2 = try forged(room)
    #expect(try verdict(false2.signed(with: impostor.seed), in: &room) == .badRolesSignature)
    #expect(
      try verdict(false2.signed(with: room.members[1].identity.signatureKey), in: &room) == .badRolesSignature)
    var elsewhere = try forged(room)
    elsewhere.groupID = [1, 2, 3]
    #expect(try verdict(elsewhere.signed(with: room.host.seed), in: &room) == .rolesOfAnotherGroup)
    #expect(try verdict([1, 2, 3], in: &room) == .malformedRoles)
  }

  @Test("an older extension does not come back, by the same words or by others")
  func rolledBack() throws {
    var room = try room(0x92_0005)
    let old = try #require(room.members[0].group.roles)
    try grant([(room.members[1].join, .speaker)], by: .host(room.host), in: &room, author: 0)
    #expect(try verdict(old.bytes, in: &room) == .rolesRolledBack)
    let current = try #require(room.members[0].group.roles)
    #expect(try verdict(current.bytes, in: &room) == .rolesRolledBack)
    // The host's old word as the ground of a new one: the co-host of then is none any more.
    var late = try forged(room)
    late.entries = old.entries.map { ($0.join, $0.signatureKey, $0.role.rawValue) }
    late.signerKind = 1
    late.signerJoin = room.members[1].join.bytes
    late.basis = old.bytes
    #expect(try verdict(late.signed(with: room.members[1].identity.signatureKey), in: &room) == .signerNotAllowed)
    // A joiner is told of roles older than those it knows.
    var nonces: Set<[UInt8]> = []
    var before = try PolicyRoom(seed: 1)
    before.members = room.members
    #expect(throws: PolicyError.rolesRolledBack) {
      var known = try forged(room)
      known.counter = current.counter + 5
      let newer = try #require(RolesExtension(known.signed(with: room.host.seed)))
      try room.policy.judge(joined: room.members[2].group, psks: nil, known: newer, nonces: &nonces)
    }
  }

  @Test("a co-host's extension rests on the host's latest word, and a joiner can follow it")
  func delegation() throws {
    var room = try room(0x92_0006)
    try grant([(room.members[2].join, .listener)], by: room.coHost(1), in: &room, author: 1)
    let late = try room.enter(by: 1)
    #expect(room.members[late].group.role(of: LeafIndex(2)) == .listener)
    #expect(room.members[late].group.role(of: LeafIndex(1)) == .coHost)
    // An insider who makes a group of its own has no host's word for it.
    var alone = try forged(room)
    alone.signerKind = 1
    alone.signerJoin = room.members[2].join.bytes
    alone.entries = [(room.members[2].join, room.members[2].identity.signaturePublicKey, Role.coHost.rawValue)]
    alone.basis = [1]
    let read = try #require(RolesExtension(alone.signed(with: room.members[2].identity.signatureKey)))
    #expect(throws: PolicyError.signerNotAllowed) {
      try read.verify(groupID: read.groupID, hostKeyDigest: room.host.digest, as: TestSuite.self)
    }
    // The next of the host takes over from a co-host's.
    try grant([(room.members[2].join, .coHost)], by: .host(room.host), in: &room, author: 0)
    #expect(room.members[late].group.role(of: LeafIndex(2)) == .coHost)
  }

  @Test("a role is lost with its leaf: who takes the credential of a host who left is a speaker")
  func credentialTakeover() throws {
    var room = try room(0x92_0007)
    try room.pass(room.commit([.remove(LeafIndex(1))], by: 0), by: 0)
    let (_, identity) = try room.person(room.members[1].join)
    let bundle = try room.bundle(identity)
    try room.pass(room.commit([.add(bundle.keyPackage), room.psk()], by: 0), by: 0)
    #expect(room.members[0].group.join(at: LeafIndex(1)) == room.members[1].join)
    #expect(room.members[0].group.role(of: LeafIndex(1)) == .speaker)
  }

  @Test("a co-host who was removed signs nothing any more")
  func removedCoHost() throws {
    var room = try room(0x92_0008)
    let parting = try room.roles(locked: true, by: room.coHost(1), in: 1)
    try room.pass(room.commit([.remove(LeafIndex(1))], by: 0), by: 0)
    let pending = try room.commit([.groupContextExtensions(parting)], by: 2)
    #expect(try room.verdict(pending.message, at: 0) == .signerNotAllowed)
  }

  @Test("a link without host has no roles, whoever signs them")
  func noHost() throws {
    var room = try PolicyRoom(seed: 0x92_0009, hasHost: false)
    try room.enter()
    let extensions = try room.roles([(room.members[0].join, .host)], by: .host(room.host), in: 0)
    let pending = try room.commit([.groupContextExtensions(extensions)], by: 0)
    #expect(try room.verdict(pending.message, at: 1) == .noHostInLink)
    try room.members[1].group.merge(
      #require(
        { () throws -> StagedCommit<TestSuite>? in
          guard case .commit(let staged) = try room.members[1].group.receive(pending.message, now: policyNow) else {
            return nil
          }
          return staged
        }()))
    var nonces: Set<[UInt8]> = []
    #expect(throws: PolicyError.noHostInLink) {
      try room.policy.judge(joined: room.members[1].group, psks: nil, nonces: &nonces)
    }
  }

  @Test("what somebody asks for who is not here, or a co-host beyond its right, is not even made")
  func notMade() throws {
    var room = try room(0x92_000a)
    let nobody = JoinID(using: &room.random)
    #expect(throws: PolicyError.unknownMember) {
      try room.roles([(nobody, .coHost)], by: .host(room.host), in: 0)
    }
    #expect(throws: PolicyError.signerNotAllowed) {
      try room.roles([(room.members[2].join, .coHost)], by: room.coHost(1), in: 1)
    }
  }
}
