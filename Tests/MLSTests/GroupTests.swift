import MLS
import MLSWire
import NativeMLSCrypto
import Testing

typealias Ed = NativeX25519Suite

@Suite("A group that goes well")
struct GroupTests {
  @Test("members added one by one agree on the epoch, in both suites", arguments: [2, 3, 5, 9, 17])
  func growing(count: Int) throws {
    var ed = Party<NativeX25519Suite>(seed: 11)
    #expect(try ed.group(of: count).agree)
    var p256 = Party<NativeP256Suite>(seed: 12)
    #expect(try p256.group(of: min(count, 5)).agree)
  }

  @Test("a hundred joiners in one commit all open the same Welcome")
  func massAdd() throws {
    var party = Party<Ed>(seed: 13)
    var members = [try party.create()]
    let bundles = try (0..<100).map { try party.bundle("joiner \($0)") }
    let pending = try party.commit(CommitOptions(bundles.map { .add($0.keyPackage) }), in: &members)
    let welcome = try #require(pending.welcome)
    for bundle in bundles.prefix(5) + bundles.suffix(1) {
      members.append(try Group(joining: welcome, as: bundle, now: testNow))
    }
    #expect(members.agree)
    #expect(members[0].tree.members.count == 101)
  }

  @Test("a joiner takes the tree from beside the Welcome when the Welcome has none")
  func treeBeside() throws {
    var party = Party<Ed>(seed: 14)
    var members = try party.group(of: 3)
    let bundle = try party.bundle("late")
    var options = CommitOptions([.add(bundle.keyPackage)])
    options.welcomeHasTree = false
    let welcome = try #require(try party.commit(options, in: &members).welcome)
    #expect(throws: MLSError.joining(.treeMissing)) { try Group(joining: welcome, as: bundle, now: testNow) }
    members.append(try Group(joining: welcome, as: bundle, tree: members[0].tree.sent, now: testNow))
    #expect(members.agree)
  }

  @Test("application messages arrive at everyone, out of order too, and each once")
  func applicationMessages() throws {
    var party = Party<Ed>(seed: 15)
    var members = try party.group(of: 4)
    let sent = try (0..<5).map { try members[1].seal([UInt8($0)], padding: 40, using: &party.random) }
    for order in [4, 0, 2, 1, 3] { #expect(try members[3].open(sent[order]) == [UInt8(order)]) }
    #expect(throws: MLSError.framing(.generationConsumed)) { try members[3].open(sent[2]) }
    #expect(try members[0].open(sent[0]) == [0])
  }

  @Test("a message of the last epoch is read after the next has begun, one of long ago is not")
  func lateMessages() throws {
    var party = Party<Ed>(seed: 16)
    var members = try party.group(of: 3)
    let old = try members[1].seal([7], using: &party.random)
    let older = try members[1].seal([8], using: &party.random)
    try party.commit(CommitOptions(), in: &members)
    #expect(try members[2].open(old) == [7])
    #expect(throws: MLSError.framing(.generationConsumed)) { try members[2].open(old) }
    for _ in 0..<Group<Ed>.retainedEpochs { try party.commit(CommitOptions(), by: 2, in: &members) }
    #expect(throws: MLSError.framing(.wrongEpoch)) { try members[2].open(older) }
  }

  @Test("an Update by reference brings the member its new key")
  func update() throws {
    var party = Party<Ed>(seed: 17)
    var members = try party.group(of: 5)
    let old = members[2].tree[members[2].ownLeaf]?.encryptionKey
    let update = try members[2].proposeUpdate(using: &party.random)
    for index in members.indices where index != 2 { _ = try members[index].receive(update) }
    #expect(throws: MLSError.group(.proposalsPending)) { try members[0].seal([1], using: &party.random) }
    try party.commit(CommitOptions(), by: 4, in: &members)
    #expect(members.agree)
    #expect(members[0].tree[members[2].ownLeaf]?.encryptionKey != old)
    try party.commit(CommitOptions(), by: 2, in: &members)
    try party.commit(CommitOptions(), by: 0, in: &members)
    #expect(members.agree)
  }

  @Test("commits and proposals may be private messages")
  func privateHandshake() throws {
    var party = Party<Ed>(seed: 18)
    var members = try party.group(of: 4)
    let update = try members[1].proposeUpdate(isPrivate: true, using: &party.random)
    for index in [0, 2, 3] { _ = try members[index].receive(update) }
    var options = CommitOptions()
    options.isPrivate = true
    try party.commit(options, by: 3, in: &members)
    #expect(members.agree)
  }

  @Test("a commit without a path changes the epoch where no proposal requires one")
  func withoutPath() throws {
    var party = Party<Ed>(seed: 19)
    var members = try party.group(of: 2)
    let id = party.psk("shared")
    var options = CommitOptions([.preSharedKey(id)])
    options.forcesPath = false
    let psks = PreSharedKeys(external: Array("shared".utf8), secret: [1, 2, 3])
    let pending = try party.commit(options, in: &members, psks: psks)
    #expect(!pending.staged.effects.hasPath)
    #expect(pending.staged.effects.psks == [id])
    #expect(members.agree)
  }

  @Test("exports agree among members, differ by label, context and epoch, and end when deleted")
  func exporter() throws {
    var party = Party<Ed>(seed: 20)
    var members = try party.group(of: 2)
    let first = try members[0].export(label: "sframe", context: [1], length: 32)
    #expect(try members[1].export(label: "sframe", context: [1], length: 32) == first)
    #expect(try members[0].export(label: "sframe", context: [2], length: 32) != first)
    #expect(try members[0].export(label: "other", context: [1], length: 32) != first)
    try party.commit(CommitOptions(), in: &members)
    #expect(try members[0].export(label: "sframe", context: [1], length: 32) != first)
    members[0].deleteExporterSecret()
    #expect(throws: MLSError.group(.exporterDeleted)) { try members[0].export(label: "x", context: [], length: 32) }
  }

  @Test("members of a large group leave and come in any order and those who stay agree", arguments: 1...6)
  func churn(seed: UInt64) throws {
    var party = Party<Ed>(seed: 100 + seed)
    var members = try party.group(of: 3)
    for step in 0..<25 {
      let active = members.indices.filter { members[$0].status == .active }
      let committer = try #require(active.randomElement(using: &party.random))
      let victim = try #require(active.randomElement(using: &party.random))
      switch party.random.next() % 4 {
      case 0 where active.count > 2 && victim != committer:
        try party.commit(CommitOptions([.remove(members[victim].ownLeaf)]), by: committer, in: &members)
        #expect(members[victim].status == .removed)
      case 1: try party.commit(CommitOptions(), by: committer, in: &members)
      case 2 where victim != committer:
        let update = try members[victim].proposeUpdate(using: &party.random)
        for index in active where index != victim { _ = try members[index].receive(update) }
        try party.commit(CommitOptions(), by: committer, in: &members)
      default: try party.add("step \(step)", by: committer, to: &members)
      }
      #expect(members.agree, "seed \(seed), step \(step)")
    }
  }

  @Test("extensions of the group change for everyone, and a joiner sees them")
  func groupContextExtensions() throws {
    var party = Party<Ed>(seed: 21)
    var members = try party.group(of: 2)
    let required = Extension(
      type: .requiredCapabilities, data: RequiredCapabilities(credentials: [.basic]).wire)
    let pending = try party.commit(CommitOptions([.groupContextExtensions([required])]), in: &members)
    #expect(pending.staged.effects.replacedExtensions == [])
    #expect(members[1].context.extensions == [required])
    try party.add("later", to: &members)
    #expect(members[2].context.extensions == [required])
    #expect(members.agree)
  }

  @Test("a committed ReInit silences the group, and the new one takes its PSK")
  func reInit() throws {
    var party = Party<Ed>(seed: 22)
    var members = try party.group(of: 2)
    let reInit = ReInit(groupID: [9, 9], version: .mls10, cipherSuite: Ed.suite, extensions: [])
    try party.commit(CommitOptions([.reInit(reInit)]), in: &members)
    #expect(members[1].status == .reinitialized(reInit))
    #expect(throws: MLSError.group(.reinitialized)) { try members[1].seal([1], using: &party.random) }

    let creator = try party.bundle("creator")
    var successor = [try Group(id: reInit.groupID, creator: creator, using: &party.random)]
    let link = PreSharedKeyID(
      kind: .resumption(usage: .reInit, groupID: members[0].groupID, epoch: members[0].epoch),
      nonce: party.random.bytes(32))
    let bundle = try party.bundle("member")
    let pending = try party.commit(
      CommitOptions([.add(bundle.keyPackage), .preSharedKey(link)]), in: &successor,
      psks: members[0].resumptionPSKs)
    let welcome = try #require(pending.welcome)
    #expect(throws: MLSError.joining(.badReInitOrBranch)) {
      try Group(joining: welcome, as: bundle, psks: members[1].resumptionPSKs, now: testNow)
    }
    successor.append(
      try Group(joining: welcome, as: bundle, psks: members[1].resumptionPSKs, reInit: reInit, now: testNow))
    #expect(successor.agree)
    #expect(throws: MLSError.psk(.usageNotAllowed)) {
      try successor[0].commit(
        CommitOptions([.preSharedKey(link)]), psks: members[0].resumptionPSKs, now: testNow, using: &party.random)
    }
  }
}
