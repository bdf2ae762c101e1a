import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@Suite("Rules for proposals and commits")
struct ProposalRuleTests {
  /// The refusal of a commit with `proposals` by its committer, which checks as a receiver does.
  private func refusal(_ proposals: [Proposal], in members: inout [Group<Ed>], _ party: inout Party<Ed>) -> MLSError? {
    do {
      _ = try members[0].commit(CommitOptions(proposals), now: testNow, using: &party.random)
      return nil
    } catch {
      return error
    }
  }

  @Test("lists that §12.2 forbids")
  func forbiddenLists() throws {
    var party = Party<Ed>(seed: 61)
    var members = try party.group(of: 3)
    let bundle = try party.bundle("new")
    let psk = party.psk("p")
    let reInit = ReInit(groupID: [1], version: .mls10, cipherSuite: Ed.suite, extensions: [])
    let remove = Proposal.remove(LeafIndex(1))
    #expect(refusal([.remove(LeafIndex(0))], in: &members, &party) == .proposals(.removesCommitter))
    #expect(refusal([remove, remove], in: &members, &party) == .proposals(.severalForOneLeaf))
    #expect(refusal([.remove(LeafIndex(3))], in: &members, &party) == .proposals(.removesNobody))
    #expect(refusal([.remove(LeafIndex(4_000_000_000))], in: &members, &party) == .proposals(.removesNobody))
    #expect(refusal([.preSharedKey(psk), .preSharedKey(psk)], in: &members, &party) == .proposals(.duplicatePSK))
    #expect(refusal([.reInit(reInit), remove], in: &members, &party) == .proposals(.reInitNotAlone))
    #expect(refusal([.externalInit(kemOutput: [])], in: &members, &party) == .proposals(.externalInitByMember))
    #expect(
      refusal([.groupContextExtensions([]), .groupContextExtensions([])], in: &members, &party)
        == .proposals(.severalGroupContextExtensions))
    #expect(
      refusal([.add(bundle.keyPackage), .add(bundle.keyPackage)], in: &members, &party)
        == .tree(.duplicateSignatureKey))
    let own = try #require(members[0].tree[LeafIndex(0)])
    #expect(refusal([.update(own)], in: &members, &party) == .proposals(.updateByCommitter))
    var version0 = reInit
    version0.version = ProtocolVersion(rawValue: 0)
    #expect(refusal([.reInit(version0)], in: &members, &party) == .proposals(.reInitLowersVersion))
  }

  @Test("PSKs with a short nonce, or of a usage that only starts groups")
  func pskRules() throws {
    var party = Party<Ed>(seed: 62)
    var members = try party.group(of: 2)
    let short = PreSharedKeyID(kind: .external(id: [1]), nonce: [1, 2])
    #expect(refusal([.preSharedKey(short)], in: &members, &party) == .psk(.badNonceLength))
    let branch = PreSharedKeyID(
      kind: .resumption(usage: .branch, groupID: [1], epoch: 0), nonce: [UInt8](repeating: 1, count: 32))
    #expect(refusal([.preSharedKey(branch)], in: &members, &party) == .psk(.usageNotAllowed))
  }

  @Test("a resumption PSK of an epoch that both were in needs nothing from outside")
  func resumption() throws {
    var party = Party<Ed>(seed: 63)
    var members = try party.group(of: 2)
    let id = PreSharedKeyID(
      kind: .resumption(usage: .application, groupID: members[0].groupID, epoch: members[1].epoch),
      nonce: party.random.bytes(32))
    try party.commit(CommitOptions(), in: &members)
    try party.commit(CommitOptions([.preSharedKey(id)]), in: &members)
    #expect(members.agree)
  }

  @Test("key packages that are expired, of another suite, forged, or without what the group requires")
  func keyPackages() throws {
    var party = Party<Ed>(seed: 64)
    var members = try party.group(of: 2)
    let expired = try party.bundle("old", lifetime: Lifetime(notBefore: 0, notAfter: testNow - 1)).keyPackage
    #expect(refusal([.add(expired)], in: &members, &party) == .leaf(.outsideLifetime))
    let good = try party.bundle("good").keyPackage
    var bad = good
    bad.cipherSuite = .p256AES128GCM
    #expect(refusal([.add(bad)], in: &members, &party) == .keyPackage(.wrongSuite))
    bad = good
    bad.signature[5] ^= 1
    #expect(refusal([.add(bad)], in: &members, &party) == .keyPackage(.badSignature))
    bad = good
    bad.leafNode.encryptionKey[5] ^= 1
    #expect(refusal([.add(bad)], in: &members, &party) == .leaf(.badSignature))
    bad = good
    bad.initKey = good.leafNode.encryptionKey
    #expect(refusal([.add(bad)], in: &members, &party) == .keyPackage(.initKeyIsEncryptionKey))
    bad = good
    bad.leafNode.source = .update
    #expect(refusal([.add(bad)], in: &members, &party) == .leaf(.wrongSource))
    let x509 = try party.bundle("x", capabilities: Capabilities(cipherSuites: [Ed.suite], credentials: [.x509]))
    #expect(refusal([.add(x509.keyPackage)], in: &members, &party) == .leaf(.credentialNotSupported))
    let custom = Extension(type: ExtensionType(rawValue: 0xff01), data: [])
    #expect(
      refusal([.groupContextExtensions([custom])], in: &members, &party) == .leaf(.extensionNotSupported))
    let required = Extension(
      type: .requiredCapabilities, data: RequiredCapabilities(credentials: [.x509]).wire)
    #expect(
      refusal([.groupContextExtensions([required])], in: &members, &party) == .leaf(.requiredCapabilityMissing))
  }

  @Test("a proposal that could never be committed is refused when it comes, and blocks nobody")
  func poisonedQueue() throws {
    var party = Party<Ed>(seed: 67)
    var members = try party.group(of: 3)
    var bad = try party.bundle("bad").keyPackage
    bad.signature[5] ^= 1
    let proposal = try members[1].propose(.add(bad), using: &party.random)
    #expect(throws: MLSError.keyPackage(.badSignature)) { try members[0].receive(proposal, now: testNow) }
    let double = try party.bundle("double").keyPackage
    for author in [1, 2] {
      let message = try members[author].propose(.add(double), using: &party.random)
      for index in members.indices where index != author { _ = try members[index].receive(message, now: testNow) }
    }
    let effects = try members[0].commit(CommitOptions(), now: testNow, using: &party.random).staged.effects
    #expect(effects.added.count == 1)
  }

  @Test("a reference to a proposal that was never received")
  func unknownReference() throws {
    var party = Party<Ed>(seed: 65)
    var members = try party.group(of: 3)
    let proposal = try members[1].propose(.remove(LeafIndex(2)), using: &party.random)
    _ = try members[0].receive(proposal)
    let pending = try members[0].commit(CommitOptions(), now: testNow, using: &party.random)
    #expect(throws: MLSError.proposals(.unknownReference)) { try members[2].receive(pending.message) }
  }

  @Test("a change of a commit's path is noticed: length, keys, parent hash and path secret")
  func forgedPaths() throws {
    var party = Party<Ed>(seed: 66)
    let members = try party.group(of: 4)
    let keys = members[0]
    var (tree, random) = (keys.tree, party.random)
    var own = PrivateTree<Ed>(leaf: LeafIndex(0), privateKey: [])
    let signatureKey = Ed.generateSignatureKey(using: &random)
    let fresh = try tree.replacePath(
      of: LeafIndex(0), template: #require(tree[LeafIndex(0)]), signatureKey: signatureKey, groupID: keys.groupID,
      privateTree: &own, using: &random)
    let good = try tree.encrypt(fresh, context: keys.context, excluding: [], using: &random)
    func merge(_ change: (inout UpdatePath) -> Void) -> MLSError? {
      var (path, target) = (good, keys.tree)
      change(&path)
      do {
        try target.merge(path, from: LeafIndex(0), excluding: [])
        return nil
      } catch {
        return error
      }
    }
    #expect(merge { _ in } == nil)
    #expect(merge { $0.nodes.removeLast() } == .commit(.wrongPathLength))
    #expect(merge { $0.nodes[1].encryptedPathSecrets.removeLast() } == .commit(.wrongCiphertextCount))
    #expect(merge { $0.nodes[1].encryptionKey = $0.nodes[0].encryptionKey } == .commit(.pathKeyReused))
    #expect(merge { $0.nodes[0].encryptionKey[3] ^= 1 } == .commit(.badParentHash))
    #expect(merge { $0.leafNode.source = .commit(parentHash: [1]) } == .commit(.badParentHash))
    let old = keys.tree[LeafIndex(1)]?.encryptionKey ?? []
    #expect(merge { $0.nodes[0].encryptionKey = old } == .commit(.pathKeyReused))
  }
}

@Suite("Those who act from outside")
struct ExternalTests {
  @Test("a joiner comes in by an external commit, with the PSK, and everyone agrees")
  func join() throws {
    var party = Party<Ed>(seed: 71)
    var members = try party.group(of: 4)
    let psks = PreSharedKeys(external: Array("room".utf8), secret: [5])
    let info = try members[2].groupInfo(withTree: true, withExternalPub: true)
    var join = ExternalJoin<Ed>(identity: try party.identity("joiner"))
    join.pskIDs = [party.psk("room")]
    let (message, group) = try Group.joinExternally(
      GroupInfo(wire: info.wire), join: join, psks: psks, now: testNow, using: &party.random)
    for index in members.indices {
      guard case .commit(let staged) = try members[index].receive(message, psks: psks) else { return }
      #expect(staged.effects.isExternal)
      #expect(staged.effects.psks == join.pskIDs)
      try members[index].merge(staged)
    }
    members.append(group)
    #expect(members.agree)
    try party.commit(CommitOptions(), by: 4, in: &members)
    try party.commit(CommitOptions(), by: 1, in: &members)
    #expect(members.agree)
  }

  @Test("a member that lost its state comes back in place of its old leaf")
  func resync() throws {
    var party = Party<Ed>(seed: 72)
    var members = try party.group(of: 4)
    let info = try members[0].groupInfo(withTree: false, withExternalPub: true)
    var join = ExternalJoin<Ed>(identity: try party.identity("member 2"))
    join.replacing = members[2].ownLeaf
    let (message, group) = try Group.joinExternally(
      info, tree: members[0].tree.sent, join: join, now: testNow, using: &party.random)
    for index in members.indices { try members[index].accept(message) }
    #expect(members[2].status == .removed)
    #expect(group.ownLeaf == LeafIndex(2))
    members.append(group)
    #expect(members.agree)
  }

  @Test("an external commit needs the external key, and nothing but its three kinds of proposal")
  func externalRules() throws {
    var party = Party<Ed>(seed: 73)
    var members = try party.group(of: 3)
    let closed = try members[0].groupInfo(withTree: true, withExternalPub: false)
    let join = ExternalJoin<Ed>(identity: try party.identity("joiner"))
    #expect(throws: MLSError.joining(.noExternalPub)) {
      try Group.joinExternally(closed, join: join, now: testNow, using: &party.random)
    }
    let info = try members[0].groupInfo(withTree: true, withExternalPub: true)
    for forbidden: [ProposalOrRef] in [
      [.proposal(.groupContextExtensions([]))], [.proposal(.remove(LeafIndex(0))), .proposal(.remove(LeafIndex(1)))],
      [.proposal(.externalInit(kemOutput: []))], [.proposal(.add(try party.bundle("friend").keyPackage))],
      [.reference([1, 2, 3])],
    ] {
      let message = try resigned(info, join, adding: forbidden, &party)
      let refusal = #expect(throws: MLSError.self) { try members[1].receive(message) }
      let isReference = forbidden == [.reference([1, 2, 3])]
      #expect(refusal == .proposals(isReference ? .referenceInExternalCommit : .notAllowedInExternalCommit))
    }
    #expect(members.agree)
  }

  /// An external commit with more proposals than the library would put in, signed well.
  private func resigned(
    _ info: GroupInfo, _ join: ExternalJoin<Ed>, adding proposals: [ProposalOrRef], _ party: inout Party<Ed>
  ) throws -> MLSMessage {
    let (message, _) = try Group.joinExternally(info, join: join, now: testNow, using: &party.random)
    guard case .publicMessage(var altered) = message, case .commit(var commit) = altered.content.content else {
      return message
    }
    commit.proposals += proposals
    altered.content.content = .commit(commit)
    let signed = try Framing<Ed>.sign(
      altered.content, wireFormat: .publicMessage, context: info.groupContext,
      signatureKey: join.identity.signatureKey)
    altered.auth.signature = signed.auth.signature
    return .publicMessage(altered)
  }

  @Test("an external sender that the group names may propose a Remove; a stranger and an Update may not")
  func externalSender() throws {
    var party = Party<Ed>(seed: 74)
    let server = try party.identity("server")
    let senders = ExternalSenders([
      ExternalSender(signatureKey: server.signaturePublicKey, credential: server.credential)
    ])
    var members = try party.group(of: 3, extensions: [Extension(type: .externalSenders, data: senders.wire)])
    func propose(_ proposal: Proposal, _ index: UInt32, _ key: [UInt8]) throws -> MLSMessage {
      try ExternalProposal.sign(
        proposal, groupID: members[0].groupID, epoch: members[0].epoch, sender: .external(index), signatureKey: key,
        as: Ed.self)
    }
    let remove = try propose(.remove(LeafIndex(1)), 0, server.signatureKey)
    let stranger = try propose(.remove(LeafIndex(1)), 1, server.signatureKey)
    let forged = try propose(.remove(LeafIndex(1)), 0, Ed.generateSignatureKey(using: &party.random))
    let update = try propose(.update(#require(members[0].tree[LeafIndex(1)])), 0, server.signatureKey)
    #expect(throws: MLSError.framing(.unknownExternalSender)) { try members[0].receive(stranger) }
    #expect(throws: MLSError.framing(.badSignature)) { try members[0].receive(forged) }
    #expect(throws: MLSError.framing(.contentNotAllowed)) { try members[0].receive(update) }
    for index in members.indices { _ = try members[index].receive(remove) }
    try party.commit(CommitOptions(), by: 2, in: &members)
    #expect(members[1].status == .removed)
    #expect(members.agree)
  }

  @Test("someone outside asks to be added")
  func newMemberProposal() throws {
    var party = Party<Ed>(seed: 75)
    var members = try party.group(of: 2)
    let bundle = try party.bundle("asks")
    let message = try ExternalProposal.sign(
      .add(bundle.keyPackage), groupID: members[0].groupID, epoch: members[0].epoch, sender: .newMemberProposal,
      signatureKey: bundle.signatureKey, as: Ed.self)
    for index in members.indices { _ = try members[index].receive(message) }
    let pending = try party.commit(CommitOptions(), in: &members)
    members.append(try Group(joining: try #require(pending.welcome), as: bundle, now: testNow))
    #expect(members.agree)
  }
}
