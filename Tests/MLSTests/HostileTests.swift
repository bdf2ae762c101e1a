import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@Suite("What a member refuses")
struct HostileTests {
  @Test("a commit with another confirmation tag, signature or membership tag")
  func forgedTags() throws {
    var party = Party<Ed>(seed: 31)
    var members = try party.group(of: 3)
    let pending = try members[0].commit(CommitOptions(), now: testNow, using: &party.random)
    guard case .publicMessage(let good) = pending.message else { return }
    var forged = good
    forged.auth.confirmationTag = good.auth.confirmationTag.map { $0.map { $0 ^ 1 } }
    #expect(throws: MLSError.framing(.badMembershipTag)) { try members[1].receive(.publicMessage(forged)) }
    forged = good
    forged.membershipTag = nil
    #expect(throws: MLSError.framing(.badMembershipTag)) { try members[1].receive(.publicMessage(forged)) }
    forged = good
    forged.content.authenticatedData = [1]
    #expect(throws: MLSError.framing(.badMembershipTag)) { try members[1].receive(.publicMessage(forged)) }
    try members[1].accept(.publicMessage(good))
  }

  @Test("an external commit with another confirmation tag")
  func forgedConfirmationTag() throws {
    var party = Party<Ed>(seed: 32)
    var members = try party.group(of: 3)
    let info = try members[0].groupInfo(withTree: true, withExternalPub: true)
    let (message, _) = try Group.joinExternally(
      info, join: ExternalJoin(identity: try party.identity("joiner")), now: testNow, using: &party.random)
    guard case .publicMessage(var forged) = message else { return }
    forged.auth.confirmationTag?[0] ^= 1
    #expect(throws: MLSError.framing(.badConfirmationTag)) { try members[1].receive(.publicMessage(forged)) }
    forged.content.authenticatedData = [7]
    #expect(throws: MLSError.framing(.badSignature)) { try members[1].receive(.publicMessage(forged)) }
    #expect(members.agree)
  }

  @Test("a commit of an epoch that is over, played again")
  func staleEpoch() throws {
    var party = Party<Ed>(seed: 33)
    var members = try party.group(of: 3)
    let pending = try party.commit(CommitOptions(), in: &members)
    #expect(throws: MLSError.framing(.wrongEpoch)) { try members[1].receive(pending.message) }
    #expect(throws: MLSError.group(.staleChange)) { try members[0].merge(pending.staged) }
  }

  @Test("the second of two commits for one epoch")
  func conflict() throws {
    var party = Party<Ed>(seed: 34)
    var members = try party.group(of: 3)
    let first = try members[0].commit(CommitOptions(), now: testNow, using: &party.random)
    let second = try members[1].commit(CommitOptions(), now: testNow, using: &party.random)
    try members[2].accept(first.message)
    #expect(throws: MLSError.framing(.wrongEpoch)) { try members[2].receive(second.message) }
    try members[1].accept(first.message)
    #expect(throws: MLSError.group(.staleChange)) { try members[1].merge(second.staged) }
    try members[0].merge(first.staged)
    #expect(members.agree)
  }

  @Test("a message of another group")
  func otherGroup() throws {
    var party = Party<Ed>(seed: 35)
    var members = try party.group(of: 2)
    guard case .publicMessage(var message) = try members[0].propose(.remove(LeafIndex(1)), using: &party.random) else {
      return
    }
    message.content.groupID = [1]
    #expect(throws: MLSError.framing(.wrongGroup)) { try members[1].receive(.publicMessage(message)) }
  }

  @Test("a removed member can open nothing more, whatever it is fed")
  func removed() throws {
    var party = Party<Ed>(seed: 36)
    var members = try party.group(of: 5)
    var ghost = members[2]
    try party.commit(CommitOptions([.remove(ghost.ownLeaf)]), in: &members)
    #expect(members[2].status == .removed)
    #expect(throws: MLSError.group(.removed)) { try members[2].export(label: "x", context: [], length: 32) }
    let secret = try members[0].seal([1], using: &party.random)
    #expect(throws: MLSError.framing(.wrongEpoch)) { try ghost.open(secret) }
    #expect(throws: MLSError.group(.removed)) { try members[2].open(secret) }
    let pending = try party.commit(CommitOptions(), by: 1, in: &members)
    #expect(throws: MLSError.framing(.wrongEpoch)) { try ghost.receive(pending.message) }
    guard case .privateMessage(var renumbered) = secret else { return }
    renumbered.epoch = ghost.epoch
    #expect(throws: MLSError.framing(.undecryptable)) { try ghost.open(.privateMessage(renumbered)) }
  }

  @Test("a removed member that merges its own removal anyway has no next epoch")
  func removedHasNoNext() throws {
    var party = Party<Ed>(seed: 37)
    var members = try party.group(of: 3)
    let pending = try members[0].commit(
      CommitOptions([.remove(members[1].ownLeaf)]), now: testNow, using: &party.random)
    guard case .commit(let staged) = try members[1].receive(pending.message) else { return }
    #expect(staged.effects.removesUs)
    #expect(staged.next == nil)
  }

  @Test("a commit whose PSK we lack, and one whose PSK has another secret")
  func missingPSK() throws {
    var party = Party<Ed>(seed: 38)
    var members = try party.group(of: 2)
    let id = party.psk("room")
    let psks = PreSharedKeys(external: Array("room".utf8), secret: [1])
    let pending = try members[0].commit(
      CommitOptions([.preSharedKey(id)]), psks: psks, now: testNow, using: &party.random)
    #expect(throws: MLSError.psk(.missing(id.kind))) { try members[1].receive(pending.message) }
    let wrong = PreSharedKeys(external: Array("room".utf8), secret: [2])
    #expect(throws: MLSError.framing(.badConfirmationTag)) { try members[1].receive(pending.message, psks: wrong) }
    try members[1].accept(pending.message, psks: psks)
  }

  @Test("a Welcome whose PSK we lack cannot be opened")
  func welcomeWithoutPSK() throws {
    var party = Party<Ed>(seed: 39)
    var members = try party.group(of: 2)
    let bundle = try party.bundle("joiner")
    let id = party.psk("room")
    let psks = PreSharedKeys(external: Array("room".utf8), secret: [1])
    let pending = try party.commit(
      CommitOptions([.preSharedKey(id), .add(bundle.keyPackage)]), in: &members, psks: psks)
    let welcome = try #require(pending.welcome)
    #expect(throws: MLSError.psk(.missing(id.kind))) { try Group(joining: welcome, as: bundle, now: testNow) }
    let wrong = PreSharedKeys(external: Array("room".utf8), secret: [2])
    #expect(throws: MLSError.joining(.undecryptable)) {
      try Group(joining: welcome, as: bundle, psks: wrong, now: testNow)
    }
    members.append(try Group(joining: welcome, as: bundle, psks: psks, now: testNow))
    #expect(members.agree)
  }

  @Test("an altered tree beside a good Welcome")
  func alteredTree() throws {
    var party = Party<Ed>(seed: 40)
    var members = try party.group(of: 4)
    let bundle = try party.bundle("joiner")
    var options = CommitOptions([.add(bundle.keyPackage)])
    options.welcomeHasTree = false
    let welcome = try #require(try party.commit(options, in: &members).welcome)
    var tree = members[0].tree.sent
    guard case .leaf(var leaf) = tree.nodes[2] else { return }
    leaf.credential = .basic(identity: [6])
    tree.nodes[2] = .leaf(leaf)
    #expect(throws: MLSError.tree(.badTreeHash)) { try Group(joining: welcome, as: bundle, tree: tree, now: testNow) }
    tree.nodes[2] = nil
    #expect(throws: MLSError.tree(.badTreeHash)) { try Group(joining: welcome, as: bundle, tree: tree, now: testNow) }
    tree.nodes[2] = .parent(ParentNode(encryptionKey: [], parentHash: []))
    #expect(throws: MLSError.tree(.badShape)) { try Group(joining: welcome, as: bundle, tree: tree, now: testNow) }
  }

  @Test("a Welcome for somebody else, cut short or altered")
  func foreignWelcome() throws {
    var party = Party<Ed>(seed: 41)
    var members = try party.group(of: 2)
    let (bundle, other) = (try party.bundle("joiner"), try party.bundle("other"))
    var welcome = try #require(try party.commit(CommitOptions([.add(bundle.keyPackage)]), in: &members).welcome)
    #expect(throws: MLSError.joining(.notForThisKeyPackage)) { try Group(joining: welcome, as: other, now: testNow) }
    #expect(throws: MLSError.joining(.groupIDInUse)) {
      try Group(joining: welcome, as: bundle, groupsInUse: [Array("room".utf8)], now: testNow)
    }
    welcome.encryptedGroupInfo.removeLast()
    #expect(throws: MLSError.joining(.undecryptable)) { try Group(joining: welcome, as: bundle, now: testNow) }
  }

  @Test("messages with any byte changed never change the group and never crash", arguments: 0..<4)
  func mutations(kind: Int) throws {
    var party = Party<Ed>(seed: 42 + UInt64(kind))
    var members = try party.group(of: 3)
    let message: MLSMessage
    switch kind {
    case 0: message = try members[0].commit(CommitOptions(), now: testNow, using: &party.random).message
    case 1: message = try members[0].seal([1, 2, 3], using: &party.random)
    case 2: message = try members[0].proposeUpdate(using: &party.random)
    default:
      let info = try members[0].groupInfo(withTree: true, withExternalPub: true)
      message = try Group.joinExternally(
        info, join: ExternalJoin(identity: try party.identity("j")), now: testNow, using: &party.random
      ).message
    }
    let good = message.wire
    let before = members[1].epochAuthenticator
    for place in stride(from: 0, to: good.count, by: 3) {
      var bad = good
      bad[place] ^= UInt8(truncatingIfNeeded: party.random.next() | 1)
      guard let parsed = try? MLSMessage(wire: bad) else { continue }
      #expect(throws: MLSError.self, "byte \(place) of kind \(kind)") { try members[1].receive(parsed) }
    }
    #expect(members[1].epochAuthenticator == before)
    _ = try members[1].receive(message)
  }

  @Test("a generation beyond what a ratchet is moved")
  func farGeneration() throws {
    var party = Party<Ed>(seed: 50)
    var members = try party.group(of: 2)
    var last = try members[0].seal([0], using: &party.random)
    for _ in 0...RatchetLimits.maximumForward { last = try members[0].seal([1], using: &party.random) }
    #expect(throws: MLSError.framing(.generationTooFar)) { try members[1].open(last) }
  }
}
