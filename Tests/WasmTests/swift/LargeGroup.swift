import MLS
import MLSWire

/// What it takes to measure a large group: a Welcome for a joiner, a member and a committer, and commits for the member.
/// The group is made without its members' states, which would not fit.
struct LargeGroup<Suite: CipherSuiteProvider>: WireCodable {
  /// Carries the tree and has one entry for each of the three.
  var welcome: Welcome
  var joiner: KeyPackageBundle<Suite>
  var member: KeyPackageBundle<Suite>
  /// An empty commit with a path, by somebody at the other end of the tree.
  var commit: MLSMessage

  /// Seconds since 1970 at which it all happens.
  static var now: UInt64 { 1_800_000_000 }

  /// A group in which every member but the three has set a path: no node above the leaves is blank.
  init(members count: Int, using random: inout some RandomNumberGenerator) throws(MLSError) {
    var bundles: [KeyPackageBundle<Suite>] = []
    for _ in 0..<count { bundles.append(try Self.bundle(using: &random)) }
    let (committer, joining, following) = (0, count * 3 / 4 | 1, count / 2 & ~1)
    let signer = following + 1
    let groupID = random.bytes(32)
    var tree = RatchetTree<Suite>(leaf: bundles[0].keyPackage.leafNode)
    for bundle in bundles.dropFirst() { _ = try tree.add(bundle.keyPackage.leafNode) }
    var path: FreshPath?
    for index in Array(0..<count).filter({ ![committer, joining, following, signer].contains($0) }) + [signer] {
      var keys = PrivateTree<Suite>(leaf: LeafIndex(UInt32(index)), privateKey: [])
      path = try tree.replacePath(
        of: LeafIndex(UInt32(index)), template: bundles[index].keyPackage.leafNode,
        signatureKey: bundles[index].signatureKey, groupID: groupID, privateTree: &keys, using: &random)
    }
    guard let path else { throw .tree(.badShape) }
    (joiner, member) = (bundles[joining], bundles[following])
    welcome = try Self.welcome(
      groupID: groupID, tree: &tree, path: path, signer: (LeafIndex(UInt32(signer)), bundles[signer].signatureKey),
      to: [committer, joining, following].map { (LeafIndex(UInt32($0)), bundles[$0]) }, using: &random)
    var group = try Group(joining: welcome, as: bundles[committer], now: Self.now)
    commit = try group.commit(CommitOptions(), now: Self.now, using: &random).message
  }

  private static func bundle(using random: inout some RandomNumberGenerator) throws(MLSError) -> KeyPackageBundle<Suite>
  {
    let identity = try ClientIdentity<Suite>(
      credential: .basic(identity: random.bytes(16)), signatureKey: Suite.generateSignatureKey(using: &random))
    return try KeyPackageBundle(
      identity, lifetime: Lifetime(notBefore: now - 3600, notAfter: now + 28 * 24 * 3600), using: &random)
  }

  /// What the signer would have sent, had it added all three by the commit of `path`.
  private static func welcome(
    groupID: [UInt8], tree: inout RatchetTree<Suite>, path: FreshPath, signer: (leaf: LeafIndex, key: [UInt8]),
    to joiners: [(leaf: LeafIndex, bundle: KeyPackageBundle<Suite>)], using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> Welcome {
    let none = [UInt8](repeating: 0, count: Suite.hashLength)
    let context = GroupContext(
      cipherSuite: Suite.suite, groupID: groupID, epoch: 7, treeHash: tree.rootHash(),
      confirmedTranscriptHash: random.bytes(Suite.hashLength))
    let joinerSecret = random.bytes(Suite.hashLength)
    let secrets = KeySchedule<Suite>.epoch(joinerSecret: joinerSecret, pskSecret: none, context: context)
    var info = GroupInfo(
      groupContext: context, extensions: [Extension(type: .ratchetTree, data: tree.sent.wire)],
      confirmationTag: secrets.confirmationTag(context.confirmedTranscriptHash), signer: signer.leaf)
    let (key, nonce) = KeySchedule<Suite>.welcomeKey(
      KeySchedule<Suite>.welcomeSecret(joinerSecret: joinerSecret, pskSecret: none))
    do {
      info.signature = try Suite.sign(privateKey: signer.key, label: "GroupInfoTBS", content: info.toBeSigned)
      let sealed = try Suite.aeadSeal(key: key, nonce: nonce, additionalData: [], plaintext: info.wire)
      var entries: [EncryptedGroupSecrets] = []
      for (leaf, bundle) in joiners {
        let ancestor = tree.shape.commonAncestor(leaf, signer.leaf)
        let content = GroupSecrets(
          joinerSecret: joinerSecret, pathSecret: path.nodes.firstIndex(of: ancestor).map { path.secrets[$0] }, psks: []
        )
        let secrets = try Suite.encrypt(
          publicKey: bundle.keyPackage.initKey, label: "Welcome", context: sealed, plaintext: content.wire,
          using: &random)
        entries.append(EncryptedGroupSecrets(newMember: bundle.reference, encryptedGroupSecrets: secrets))
      }
      return Welcome(cipherSuite: Suite.suite, secrets: entries, encryptedGroupInfo: sealed)
    } catch {
      throw .primitive(error)
    }
  }

  init(from reader: inout WireReader) throws(WireError) {
    welcome = try Welcome(from: &reader)
    joiner = try Self.readBundle(&reader)
    member = try Self.readBundle(&reader)
    commit = try MLSMessage(from: &reader)
  }

  func encode(into writer: inout WireWriter) {
    writer.write(welcome)
    for bundle in [joiner, member] {
      writer.write(bundle.keyPackage)
      writer.write(opaque: bundle.initPrivateKey)
      writer.write(opaque: bundle.encryptionPrivateKey)
      writer.write(opaque: bundle.signatureKey)
    }
    writer.write(commit)
  }

  private static func readBundle(_ reader: inout WireReader) throws(WireError) -> KeyPackageBundle<Suite> {
    KeyPackageBundle(
      keyPackage: try KeyPackage(from: &reader), initPrivateKey: try reader.opaque(),
      encryptionPrivateKey: try reader.opaque(), signatureKey: try reader.opaque())
  }
}
