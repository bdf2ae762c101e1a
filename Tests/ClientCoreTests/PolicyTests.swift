import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

@Suite("Policy: entering")
struct PolicyTests {
  @Test("who is added without the room's PSK is not let in, neither with another nor with two")
  func addNeedsPSK() throws {
    var room = try PolicyRoom(seed: 0x91_0001)
    try room.enter()
    let other = PreSharedKeyID(kind: .external(id: Array("another".utf8)), nonce: room.random.bytes(32))
    let cases: [([Proposal], PolicyError)] = [
      ([], .noRoomPSK), ([.preSharedKey(other)], .foreignPSK), ([room.psk(), .preSharedKey(other)], .foreignPSK),
      ([room.psk(), room.psk()], .foreignPSK),
    ]
    for (psks, expected) in cases {
      let bundle = try room.bundle(try room.person().1)
      let pending = try room.commit([.add(bundle.keyPackage)] + psks, by: 0)
      #expect(try room.verdict(pending.message, at: 1) == expected)
      // The joiner finds the same in its Welcome.
      let welcome = try #require(pending.welcome)
      let secrets = try Group<TestSuite>.open(welcome, bundle: bundle, psks: room.psks).secrets
      let joined = try Group(joining: welcome, as: bundle, psks: room.psks, now: policyNow)
      var nonces: ByteStringSet = []
      #expect(throws: expected) { try room.policy.judge(joined: joined, psks: secrets.psks, nonces: &nonces) }
    }
  }

  @Test("a PSK nonce serves once, for those who saw it in a commit and for who saw it in the Welcome")
  func nonceReuse() throws {
    var room = try PolicyRoom(seed: 0x91_0002)
    try room.enter()
    let psk = room.psk()
    let pending = try room.commit([.add(room.bundle(try room.person().1).keyPackage), psk], by: 0)
    try room.pass(pending, by: 0)
    let again = try room.commit([.add(room.bundle(try room.person().1).keyPackage), psk], by: 0)
    #expect(try room.verdict(again.message, at: 1) == .reusedNonce)
    let alone = try room.commit([psk], by: 0)
    #expect(try room.verdict(alone.message, at: 1) == .reusedNonce)

    let late = try room.enter()
    let nonce = try #require(room.members[late].nonces.members.first)
    let third = PreSharedKeyID(kind: .external(id: RoomPSK.id), nonce: nonce)
    let repeated = try room.commit([.preSharedKey(third)], by: 0)
    #expect(try room.verdict(repeated.message, at: late) == .reusedNonce)
  }

  @Test("a refused commit leaves no trace in the nonces")
  func refusedLeavesNoTrace() throws {
    var room = try PolicyRoom(seed: 0x91_0003)
    try room.enter()
    let pending = try room.commit([.remove(LeafIndex(1)), room.psk()], by: 0)
    var member = room.members[0]
    #expect(throws: PolicyError.removeNotAllowed) {
      try room.policy.judge(pending.staged, in: member.group, nonces: &member.nonces)
    }
    #expect(member.nonces == room.members[0].nonces)
  }

  @Test("a credential is 16 bytes, and nobody takes that of somebody who is here")
  func credentials() throws {
    var room = try PolicyRoom(seed: 0x91_0004)
    try room.enter()
    let twin = try room.person(room.members[1].join).1
    let short = try ClientIdentity<TestSuite>(
      credential: .basic(identity: [1, 2, 3]), signatureKey: room.random.bytes(32),
      capabilities: RolesPolicy<TestSuite>.capabilities)
    for (identity, expected) in [(twin, PolicyError.takenCredential), (short, .badCredential)] {
      let pending = try room.commit([.add(room.bundle(identity).keyPackage), room.psk()], by: 0)
      #expect(try room.verdict(pending.message, at: 1) == expected)
    }
    let patient = try room.bundle(try room.person().1, days: 29)
    let pending = try room.commit([.add(patient.keyPackage), room.psk()], by: 0)
    #expect(try room.verdict(pending.message, at: 1) == .longLifetime)
  }

  @Test("an Add that no member is the author of is refused before it waits for a commit")
  func addByOutsider() throws {
    var room = try PolicyRoom(seed: 0x91_0005)
    let add = Proposal.add(try room.bundle(try room.person().1).keyPackage)
    for sender in [Sender.newMemberProposal, .external(0)] {
      #expect(throws: PolicyError.addByOutsider) {
        try room.policy.judge(SentProposal(proposal: add, sender: sender), in: room.members[0].group)
      }
    }
  }

  @Test("the node may remove whoever lost its connection; another outsider nobody, a member nobody from afar")
  func removeByProposal() throws {
    var room = try PolicyRoom.ofAllRoles(seed: 0x91_0006)
    let group = room.members[0].group
    let node = try ExternalProposal.sign(
      .remove(LeafIndex(7)), groupID: group.groupID, epoch: group.epoch, sender: .external(0),
      signatureKey: room.nodeKey, as: TestSuite.self)
    for index in room.members.indices {
      guard case .proposal(let sent, _) = try room.members[index].group.receive(node, now: policyNow) else {
        Issue.record("not a proposal")
        return
      }
      try room.policy.judge(sent, in: room.members[index].group)
    }
    // A listener may put the node's word into a commit.
    let pending = try room.commit([], by: 0)
    #expect(try room.verdict(pending.message, at: 3) == nil)
    for sender in [Sender.external(1), .newMemberProposal, .member(LeafIndex(3)), .member(LeafIndex(0))] {
      #expect(throws: PolicyError.removeNotAllowed) {
        try room.policy.judge(SentProposal(proposal: .remove(LeafIndex(4)), sender: sender), in: group)
      }
    }
  }

  @Test("nobody becomes somebody else: an Update keeps credential and key")
  func updateKeepsIdentity() throws {
    let room = try PolicyRoom.ofAllRoles(seed: 0x91_0007)
    let group = room.members[0].group
    var leaf = try #require(group.tree[LeafIndex(0)])
    let own = SentProposal(proposal: .update(leaf), sender: .member(LeafIndex(0)))
    try room.policy.judge(own, in: group)
    leaf.credential = room.members[3].join.credential
    #expect(throws: PolicyError.changedIdentity) {
      try room.policy.judge(SentProposal(proposal: .update(leaf), sender: .member(LeafIndex(0))), in: group)
    }
  }

  @Test("an external commit needs the link, and its own place or a free one")
  func externalCommits() throws {
    var room = try PolicyRoom.ofAllRoles(seed: 0x91_0008)
    let (_, stranger) = try room.person()
    #expect(try room.verdict(room.external(stranger), at: 2) == nil)
    #expect(try room.verdict(room.external(stranger, hasPSK: false), at: 2) == .noRoomPSK)
    // Back into one's own leaf.
    let own = try room.external(room.members[1].identity, replacing: LeafIndex(1))
    #expect(try room.verdict(own, at: 2) == nil)
    // Into somebody else's: as oneself, and with the name of who was there.
    let twin = try room.person(room.members[3].join).1
    for identity in [stranger, twin, room.members[1].identity] {
      guard identity.credential != room.members[1].join.credential else { continue }
      let message = try room.external(identity, replacing: LeafIndex(3))
      #expect(try room.verdict(message, at: 2) == .resyncOfAnother)
      #expect(try room.verdict(message, at: 3) == .resyncOfAnother)
    }
    #expect(try room.verdict(room.external(twin), at: 2) == .takenCredential)
  }

  @Test("a locked room is entered by nobody from outside, but its members come back")
  func lockedRoom() throws {
    var room = try PolicyRoom.ofAllRoles(seed: 0x91_0009)
    let locked = try room.rules(by: 2, in: 2) { $0.door = .locked }
    try room.pass(room.commit([.groupContextExtensions(locked)], by: 2), by: 2)
    #expect(try room.verdict(room.external(room.person().1), at: 4) == .locked)
    let back = try room.external(room.members[1].identity, replacing: LeafIndex(1))
    #expect(try room.verdict(back, at: 4) == nil)
    let open = try room.rules(in: 3) { $0.door = .open }
    try room.pass(room.commit([.groupContextExtensions(open)], by: 3), by: 3)
    #expect(try room.verdict(room.external(room.person().1), at: 4) == nil)
  }

  @Test("a group whose node is another, or that asks for other things, is not stayed in")
  func groupExtensions() throws {
    var room = try PolicyRoom(seed: 0x91_000a)
    var nonces: ByteStringSet = []
    let other = RolesPolicy<TestSuite>(link: room.link, nodeKey: room.random.bytes(32), now: policyNow)
    #expect(throws: PolicyError.extensionsChanged) {
      try other.judge(joined: room.members[0].group, psks: nil, nonces: &nonces)
    }
    let bare = try PolicyRoom(seed: 0x91_000b, extensions: [])
    #expect(throws: PolicyError.extensionsChanged) {
      try bare.policy.judge(joined: bare.members[0].group, psks: nil, nonces: &nonces)
    }
    try room.policy.judge(joined: room.members[0].group, psks: nil, nonces: &nonces)
  }
}
