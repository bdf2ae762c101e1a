import MLSWire
import NativeMLSCrypto
import Testing

@testable import MLS

/// What a member with all its keys can send, and what the others make of it.
@Suite("A hostile member")
struct InsiderTests {
  /// A good commit of `members[0]`, changed, then signed and tagged anew with its own keys.
  private func forge(
    _ options: CommitOptions = CommitOptions(), in members: inout [Group<Ed>], _ party: inout Party<Ed>,
    _ change: (inout Commit) -> Void
  ) throws -> MLSMessage {
    let pending = try members[0].commit(options, now: testNow, using: &party.random)
    guard case .publicMessage(let message) = pending.message, case .commit(var commit) = message.content.content else {
      return pending.message
    }
    change(&commit)
    var content = message.content
    content.content = .commit(commit)
    var signed = try Framing<Ed>.sign(
      content, wireFormat: .publicMessage, context: members[0].context, signatureKey: members[0].signatureKey)
    signed.auth.confirmationTag = message.auth.confirmationTag
    return .publicMessage(
      try Framing<Ed>.protectPublic(
        signed, context: members[0].context, membershipKey: members[0].secrets.membershipKey))
  }

  private func refusal(_ message: MLSMessage, by member: inout Group<Ed>) -> MLSError? {
    do {
      _ = try member.receive(message, now: testNow)
      return nil
    } catch {
      return error
    }
  }

  @Test("a commit that removes somebody without a path, and one that does nothing at all")
  func pathRequired() throws {
    var party = Party<Ed>(seed: 81)
    var members = try party.group(of: 3)
    let remove = try forge(in: &members, &party) {
      $0 = Commit(proposals: [.proposal(.remove(LeafIndex(2)))], path: nil)
    }
    #expect(refusal(remove, by: &members[1]) == .commit(.pathRequired))
    let empty = try forge(in: &members, &party) { $0 = Commit(proposals: [], path: nil) }
    #expect(refusal(empty, by: &members[1]) == .commit(.pathRequired))
  }

  @Test("a commit that removes its author, brings its own Update or changes one leaf twice")
  func forbiddenLists() throws {
    var party = Party<Ed>(seed: 82)
    var members = try party.group(of: 3)
    let itself = try forge(in: &members, &party) { $0.proposals = [.proposal(.remove(LeafIndex(0)))] }
    #expect(refusal(itself, by: &members[1]) == .proposals(.removesCommitter))
    let leaf = try #require(members[0].tree[LeafIndex(0)])
    let update = try forge(in: &members, &party) { $0.proposals = [.proposal(.update(leaf))] }
    #expect(refusal(update, by: &members[1]) == .proposals(.updateByCommitter))
    let twice = try forge(in: &members, &party) {
      $0.proposals = [.proposal(.remove(LeafIndex(2))), .proposal(.remove(LeafIndex(2)))]
    }
    #expect(refusal(twice, by: &members[1]) == .proposals(.severalForOneLeaf))
    let initial = try forge(in: &members, &party) { $0.proposals = [.proposal(.externalInit(kemOutput: [1]))] }
    #expect(refusal(initial, by: &members[1]) == .proposals(.externalInitByMember))
  }

  @Test("a path with a wrong leaf, length, key or ciphertext")
  func forgedPath() throws {
    var party = Party<Ed>(seed: 83)
    var members = try party.group(of: 4)
    let short = try forge(in: &members, &party) { $0.path?.nodes.removeLast() }
    #expect(refusal(short, by: &members[1]) == .commit(.wrongPathLength))
    let leaf = try forge(in: &members, &party) { $0.path?.leafNode.credential = .basic(identity: [1]) }
    #expect(refusal(leaf, by: &members[1]) == .leaf(.badSignature))
    let source = try forge(in: &members, &party) { $0.path?.leafNode.source = .update }
    #expect(refusal(source, by: &members[1]) == .leaf(.wrongSource))
    let key = try forge(in: &members, &party) { $0.path?.nodes[0].encryptionKey[1] ^= 1 }
    #expect(refusal(key, by: &members[1]) == .commit(.badParentHash))
    let sealed = try forge(in: &members, &party) { $0.path?.nodes[0].encryptedPathSecrets[0].ciphertext[0] ^= 1 }
    #expect(refusal(sealed, by: &members[1]) == .primitive(.authenticationFailed))
    let kem = try forge(in: &members, &party) { $0.path?.nodes[0].encryptedPathSecrets[0].kemOutput = [1, 2] }
    #expect(refusal(kem, by: &members[1]) == .primitive(.invalidParameter))
    let zero = [UInt8](repeating: 0, count: 32)
    let point = try forge(in: &members, &party) { $0.path?.nodes[0].encryptedPathSecrets[0].kemOutput = zero }
    #expect(refusal(point, by: &members[1]) == .primitive(.invalidParameter))
    #expect(members.agree)
  }

  @Test("a commit with a good path but the confirmation tag of another")
  func confirmationTag() throws {
    var party = Party<Ed>(seed: 84)
    var members = try party.group(of: 3)
    var options = CommitOptions()
    options.authenticatedData = [1]
    let message = try forge(options, in: &members, &party) { $0.proposals = [.proposal(.remove(LeafIndex(2)))] }
    let refused = refusal(message, by: &members[1])
    #expect(refused != nil && members.agree)
    guard case .publicMessage(var swapped) = try forge(in: &members, &party, { _ in }) else { return }
    swapped.auth.confirmationTag?[0] ^= 1
    let content = AuthenticatedContent(wireFormat: .publicMessage, content: swapped.content, auth: swapped.auth)
    let tagged = try Framing<Ed>.protectPublic(
      content, context: members[0].context, membershipKey: members[0].secrets.membershipKey)
    #expect(refusal(.publicMessage(tagged), by: &members[1]) == .framing(.badConfirmationTag))
  }

  @Test("a message that claims to be from somebody else")
  func impersonation() throws {
    var party = Party<Ed>(seed: 85)
    var members = try party.group(of: 3)
    for (claimed, expected) in [
      (UInt32(2), FramingRule.badSignature), (7, .unknownMember), (.max, .unknownMember),
    ] {
      let content = FramedContent(
        groupID: members[0].groupID, epoch: members[0].epoch, sender: .member(LeafIndex(claimed)),
        authenticatedData: [], content: .proposal(.remove(LeafIndex(1))))
      let signed = try Framing<Ed>.sign(
        content, wireFormat: .publicMessage, context: members[0].context, signatureKey: members[0].signatureKey)
      let message = try Framing<Ed>.protectPublic(
        signed, context: members[0].context, membershipKey: members[0].secrets.membershipKey)
      #expect(refusal(.publicMessage(message), by: &members[1]) == .framing(expected))
    }
  }

  @Test("trees with any byte changed, hashed and signed well: never accepted unless valid, never a crash")
  func mutatedTrees() throws {
    var party = Party<Ed>(seed: 86)
    var members = try party.group(of: 7)
    try party.commit(CommitOptions([.remove(LeafIndex(3))]), by: 6, in: &members)
    let rejoined = try party.bundle("unmerged")
    let blank = try party.bundle("unmerged too")
    try party.commit(CommitOptions([.add(rejoined.keyPackage), .add(blank.keyPackage)]), in: &members)
    let info = try members[0].groupInfo(withTree: false, withExternalPub: true)
    let good = members[0].tree.sent.wire
    let join = ExternalJoin<Ed>(identity: try party.identity("joiner"))
    var accepted = 0
    for place in stride(from: 0, to: good.count, by: 5) {
      var bytes = good
      bytes[place] = UInt8(truncatingIfNeeded: party.random.next())
      guard bytes != good, let sent = try? RatchetTreeExtension(wire: bytes) else { continue }
      guard var tree = try? RatchetTree<Ed>(sent) else { continue }
      var forged = info
      forged.groupContext.treeHash = tree.rootHash()
      try forged.sign(with: members[0].signatureKey, as: Ed.self)
      if (try? VerifiedGroupInfo<Ed>(forged, sentTree: sent, now: nil)) != nil { accepted += 1 }
    }
    #expect(accepted == 0)
    _ = try Group.joinExternally(info, tree: members[0].tree.sent, join: join, now: testNow, using: &party.random)
  }

  @Test("trees that break one rule each")
  func treeRules() throws {
    var party = Party<Ed>(seed: 87)
    var members = try party.group(of: 7)
    try party.commit(CommitOptions(), by: 6, in: &members)
    try party.add("unmerged", to: &members)
    let good = members[0].tree
    let parent = try #require(good.parents.first { good[parent: $0]?.unmergedLeaves.isEmpty == false })
    func refusal(_ change: (inout RatchetTree<Ed>) -> Void) -> MLSError? {
      var tree = good
      change(&tree)
      do {
        try tree.validateParents()
        return nil
      } catch {
        return error
      }
    }
    func edit(_ tree: inout RatchetTree<Ed>, _ node: NodeIndex, _ change: (inout ParentNode) -> Void) {
      guard var content = tree[parent: node] else { return }
      change(&content)
      tree.set(content, at: node)
    }
    #expect(refusal { _ in } == nil)
    #expect(refusal { edit(&$0, parent) { $0.unmergedLeaves = [] } } == .tree(.badParentHash))
    #expect(
      refusal { edit(&$0, parent) { $0.unmergedLeaves.append(LeafIndex(1)) } } == .tree(.badUnmergedLeaves))
    #expect(
      refusal { edit(&$0, parent) { $0.unmergedLeaves.append(LeafIndex(.max)) } } == .tree(.badUnmergedLeaves))
    #expect(refusal { edit(&$0, parent) { $0.parentHash = [1] } } == .tree(.badParentHash))
    let key = try #require(good[LeafIndex(0)]).encryptionKey
    #expect(refusal { edit(&$0, parent) { $0.encryptionKey = key } } == .tree(.duplicateEncryptionKey))
  }
}
