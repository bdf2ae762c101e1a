import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

@Suite("Policy: rules, doors and succession")
struct PolicyRulesTests {
  /// A room with a host, a co-host and a speaker, at 0, 1 and 2.
  private func room(_ seed: UInt64, door: Door = .open) throws -> PolicyRoom {
    var room = try PolicyRoom(seed: seed)
    for _ in 1..<3 { try room.enter() }
    let members = room.members
    try change(in: &room) { rules in
      rules.door = door
      rules.put(members[0].entry(.host))
      rules.put(members[1].entry(.coHost))
    }
    return room
  }

  private func change(
    by coHost: Int? = nil, in room: inout PolicyRoom, author: Int = 0, _ change: (inout RoomRules) -> Void
  ) throws {
    let extensions = try room.rules(by: coHost, in: author, change)
    try room.pass(room.commit([.groupContextExtensions(extensions)], by: author), by: author)
  }

  /// What the speaker says to a commit with these bytes as rules, by the co-host.
  private func verdict(_ rules: [UInt8], in room: inout PolicyRoom) throws -> PolicyError? {
    let extensions = room.members[1].group.context.extensions.with(rules: rules)
    return try room.verdict(room.commit([.groupContextExtensions(extensions)], by: 1).message, at: 2)
  }

  @Test("forged: another host key, another signature, another group, no rules at all")
  func forgeries() throws {
    var room = try room(0x92_0004)
    let impostor = try HostKey<TestSuite>(seed: room.random.bytes(32))
    let own = room.members[1].identity.signatureKey
    func sign(_ rules: RoomRules, _ key: [UInt8]) throws -> [UInt8] {
      var rules = rules
      rules.signature = try TestSuite.sign(privateKey: key, message: rules.contentToSign)
      return rules.bytes
    }
    let good = try room.nextRules(in: 0) { _ in }
    #expect(try verdict(good.bytes, in: &room) == nil)
    var other = good
    other.hostKey = impostor.publicKey
    #expect(try verdict(sign(other, impostor.seed), in: &room) == .rules(.wrongHostKey))
    #expect(try verdict(sign(good, impostor.seed), in: &room) == .rules(.badSignature))
    #expect(try verdict(sign(good, own), in: &room) == .rules(.badSignature))
    other = good
    other.groupID = [1, 2, 3]
    #expect(try verdict(sign(other, room.host.seed), in: &room) == .rules(.ofAnotherGroup))
    #expect(try verdict([1, 2, 3], in: &room) == .rules(.malformed))
  }

  @Test("older rules do not come back, by the same words or by others")
  func rolledBack() throws {
    var room = try room(0x92_0005)
    let old = try #require(room.members[0].group.rules)
    let members = room.members
    try change(in: &room) { $0.put(members[1].entry(.speaker)) }
    #expect(try verdict(old.bytes, in: &room) == .rules(.rolledBack))
    let current = try #require(room.members[0].group.rules)
    #expect(try verdict(current.bytes, in: &room) == .rules(.rolledBack))
    // The host's old word as the ground of new rules: the co-host of then is none any more.
    let late = try room.nextRules(by: 1, in: 0) { rules in
      rules.entries = old.entries
      rules.basis = old.bytes
    }
    #expect(try verdict(late.bytes, in: &room) == .rules(.signerNotAllowed))
    // A joiner is told of rules older than those it knows.
    var newer = current
    newer.counter += 5
    var nonces: ByteStringSet = []
    #expect(throws: PolicyError.rules(.rolledBack)) {
      try room.policy.judge(joined: room.members[2].group, psks: nil, known: newer, nonces: &nonces)
    }
  }

  @Test("a co-host's rules rest on the host's latest word, and a joiner can follow them")
  func delegation() throws {
    var room = try room(0x92_0006)
    let speaker = room.members[2].entry(.listener)
    try change(by: 1, in: &room, author: 1) { $0.put(speaker) }
    let late = try room.enter(by: 1)
    #expect(room.role(of: 2, at: late) == .listener)
    #expect(room.role(of: 1, at: late) == .coHost)
    // The next of the host takes over from a co-host's.
    try change(in: &room) { $0.put(.init(join: speaker.join, signatureKey: speaker.signatureKey, role: .coHost)) }
    #expect(room.role(of: 2, at: late) == .coHost)
  }

  @Test("a role is lost with its leaf: who takes the credential of a host who left is a speaker")
  func credentialTakeover() throws {
    var room = try room(0x92_0007)
    try room.pass(room.commit([.remove(LeafIndex(1))], by: 0), by: 0)
    let (_, identity) = try room.person(room.members[1].join)
    let bundle = try room.bundle(identity)
    try room.pass(room.commit([.add(bundle.keyPackage), room.psk()], by: 0), by: 0)
    #expect(room.members[0].group.join(at: LeafIndex(1)) == room.members[1].join)
    #expect(room.role(of: 1, at: 0) == .speaker)
  }

  @Test("a co-host who was removed signs nothing any more")
  func removedCoHost() throws {
    var room = try room(0x92_0008)
    let parting = try room.rules(by: 1, in: 1) { $0.door = .locked }
    try room.pass(room.commit([.remove(LeafIndex(1))], by: 0), by: 0)
    let pending = try room.commit([.groupContextExtensions(parting)], by: 2)
    #expect(try room.verdict(pending.message, at: 0) == .rules(.signerNotAllowed))
  }

  @Test("a link without host has no rules, whoever signs them")
  func noHost() throws {
    var room = try PolicyRoom(seed: 0x92_0009, hasHost: false)
    try room.enter()
    let host = room.members[0].entry(.host)
    let extensions = try room.rules(in: 0) { $0.put(host) }
    let pending = try room.commit([.groupContextExtensions(extensions)], by: 0)
    #expect(try room.verdict(pending.message, at: 1) == .rules(.wrongHostKey))
  }

  // MARK: Invitations

  @Test(
    "with an invitation anybody lets one in through the lobby, but not with one that is over, used or somebody else's")
  func invitations() throws {
    var room = try room(0x92_0011, door: .lobby)
    func verdict(_ keyPackage: KeyPackage) throws -> PolicyError? {
      let pending = try room.commit([.add(keyPackage), room.psk()], by: 2)
      return try room.verdict(pending.message, at: 0)
    }
    let invitation = try Invitations(room)
    #expect(try verdict(room.invited(invitation)) == nil)
    #expect(try verdict(room.invited(invitation, as: room.members[2].join)) == .notAdmitted)
    #expect(try verdict(room.invited(Invitations(room, expires: policyNow - 3_601))) == .notAdmitted)
    #expect(try verdict(room.invited(Invitations(room, expires: policyNow - 3_600))) == nil)
    let other = try PolicyRoom(seed: 0x92_0012)
    #expect(try verdict(room.invited(Invitations(other))) == .notAdmitted)
  }

  @Test("an invitation of one use is at one leaf, one of two at two, in one commit as in several")
  func uses() throws {
    for uses in [UInt16(1), 2] {
      var room = try room(0x92_0013, door: .lobby)
      let invitation = try Invitations(room, uses: uses)
      var adds: [Proposal] = []
      for _ in 0...uses { adds.append(.add(try room.invited(invitation))) }
      let all = try room.commit(adds + [room.psk()], by: 2)
      #expect(try room.verdict(all.message, at: 1) == .invitationUsed)
      for number in 0...uses {
        let pending = try room.commit([adds[Int(number)], room.psk()], by: 2)
        let verdict = try room.verdict(pending.message, at: 1)
        #expect(verdict == (number < uses ? nil : .invitationUsed))
        if verdict == nil { try room.pass(pending, by: 2) }
      }
    }
  }

  @Test("an invitation that was taken back opens nothing any more")
  func revoked() throws {
    var room = try room(0x92_0014, door: .lobby)
    let invitation = try Invitations(room)
    try change(by: 1, in: &room, author: 1) { $0.revoked = [invitation.id] }
    let pending = try room.commit([.add(room.invited(invitation)), room.psk()], by: 2)
    #expect(try room.verdict(pending.message, at: 0) == .notAdmitted)
  }

  // MARK: Succession

  /// A room with a lobby whose moderators are gone: a trusted speaker and two more, at 2, 3 and 4.
  private func orphaned(_ seed: UInt64, door: Door = .lobby) throws -> PolicyRoom {
    var room = try room(seed)
    for _ in 0..<2 { try room.enter() }
    let trusted = room.members[2].entry(.speaker, granted: .trusted)
    try change(in: &room) { rules in
      rules.door = door
      rules.put(trusted)
    }
    try room.pass(room.commit([.remove(LeafIndex(1))], by: 0), by: 0)
    let node = try ExternalProposal.sign(
      .remove(LeafIndex(0)), groupID: room.members[2].group.groupID, epoch: room.members[2].group.epoch,
      sender: .external(0), signatureKey: room.nodeKey, as: TestSuite.self)
    for index in [0, 2, 3, 4] { _ = try room.members[index].group.receive(node, now: policyNow) }
    try room.pass(room.commit([], by: 2), by: 2)
    return room
  }

  @Test("the last moderator gone, trusted members admit and remove; others do not, and nobody signs rules")
  func succession() throws {
    var room = try orphaned(0x92_0021)
    for (author, expected) in [(2, nil), (3, PolicyError.notAdmitted)] {
      let add = try room.commit([.add(room.bundle(room.person().1).keyPackage), room.psk()], by: author)
      #expect(try room.verdict(add.message, at: 4) == expected)
      let remove = try room.commit([.remove(LeafIndex(4))], by: author)
      #expect(try room.verdict(remove.message, at: author == 2 ? 3 : 2) == (author == 2 ? nil : .removeNotAllowed))
      let rules = try room.rules(by: author, in: author) { $0.door = .open }
      let pending = try room.commit([.groupContextExtensions(rules)], by: author)
      #expect(try room.verdict(pending.message, at: 4) == .rules(.signerNotAllowed))
    }
  }

  @Test("while a moderator is there, trusted members neither admit nor remove")
  func noSuccession() throws {
    var room = try room(0x92_0022, door: .lobby)
    let trusted = room.members[2].entry(.speaker, granted: .trusted)
    try change(in: &room) { $0.put(trusted) }
    let add = try room.commit([.add(room.bundle(room.person().1).keyPackage), room.psk()], by: 2)
    #expect(try room.verdict(add.message, at: 0) == .notAdmitted)
    let remove = try room.commit([.remove(LeafIndex(1))], by: 2)
    #expect(try room.verdict(remove.message, at: 0) == .removeNotAllowed)
  }

  @Test("a locked room whose moderators are gone stays locked")
  func lockedAlone() throws {
    var room = try orphaned(0x92_0023, door: .locked)
    let add = try room.commit([.add(room.bundle(room.person().1).keyPackage), room.psk()], by: 2)
    #expect(try room.verdict(add.message, at: 4) == .locked)
  }
}
