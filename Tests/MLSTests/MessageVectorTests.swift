import MLS
import MLSWire
import Testing

@Suite("Official vectors of message protection and of Welcome", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct MessageVectorTests {
  @Test("message protection", arguments: VectorFiles.load("message-protection"))
  func protection(_ vector: Vector) throws { try vector.withSuite(Protection(vector: vector)) }

  @Test("Welcome", arguments: VectorFiles.load("welcome"))
  func welcome(_ vector: Vector) throws { try vector.withSuite(Joining(vector: vector)) }

  private struct Protection: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let proposal = Content.proposal(try Proposal(wire: vector["proposal"].bytes))
      let commit = Content.commit(try Commit(wire: vector["commit"].bytes))
      let application = Content.application(vector["application"].bytes)
      try open(vector["proposal_pub"], proposal, suite)
      try open(vector["commit_pub"], commit, suite)
      try open(vector["proposal_priv"], proposal, suite)
      try open(vector["commit_priv"], commit, suite)
      try open(vector["application_priv"], application, suite)
      for content in [proposal, commit, application] {
        try roundTrip(content, .privateMessage, suite)
        if content.type != .application { try roundTrip(content, .publicMessage, suite) }
      }
      #expect(throws: MLSError.framing(.applicationDataInClear)) {
        try roundTrip(application, .publicMessage, suite)
      }
    }

    private func context(_ suite: CipherSuite) -> GroupContext {
      GroupContext(
        cipherSuite: suite, groupID: vector["group_id"].bytes, epoch: vector["epoch"].uint64,
        treeHash: vector["tree_hash"].bytes, confirmedTranscriptHash: vector["confirmed_transcript_hash"].bytes)
    }

    private func secretTree<Suite: CipherSuiteProvider>(_ suite: Suite.Type) -> SecretTree<Suite> {
      SecretTree(shape: TreeShape(leafCount: 2), encryptionSecret: vector["encryption_secret"].bytes)
    }

    private func open<Suite: CipherSuiteProvider>(_ bytes: Vector, _ content: Content, _ suite: Suite.Type) throws {
      try open(try MLSMessage(wire: bytes.bytes), content, suite)
    }

    private func open<Suite: CipherSuiteProvider>(
      _ message: MLSMessage, _ expected: Content, _ suite: Suite.Type
    ) throws {
      let context = context(Suite.suite)
      let content: AuthenticatedContent
      switch message {
      case .publicMessage(let message):
        content = try Framing<Suite>.unprotect(
          message, context: context, membershipKey: vector["membership_key"].bytes)
      case .privateMessage(let message):
        var tree = secretTree(suite)
        content = try PrivateFraming<Suite>.open(
          message, senderDataSecret: vector["sender_data_secret"].bytes, secretTree: &tree
        ).content
      default:
        Issue.record("not a group message")
        return
      }
      try Framing<Suite>.verify(content, context: context, signatureKey: vector["signature_pub"].bytes)
      #expect(content.content.content == expected)
      #expect(content.content.sender == .member(LeafIndex(1)))
    }

    private func roundTrip<Suite: CipherSuiteProvider>(
      _ content: Content, _ format: WireFormat, _ suite: Suite.Type
    ) throws {
      let context = context(Suite.suite)
      let framed = FramedContent(
        groupID: context.groupID, epoch: context.epoch, sender: .member(LeafIndex(1)), authenticatedData: [1, 2],
        content: content)
      var signed = try Framing<Suite>.sign(
        framed, wireFormat: format, context: context, signatureKey: vector["signature_priv"].bytes)
      if content.type == .commit { signed.auth.confirmationTag = [UInt8](repeating: 9, count: Suite.hashLength) }
      if format == .publicMessage {
        let message = try Framing<Suite>.protectPublic(
          signed, context: context, membershipKey: vector["membership_key"].bytes)
        try open(try MLSMessage(wire: MLSMessage.publicMessage(message).wire), content, suite)
      } else {
        var (tree, random) = (secretTree(suite), SeededGenerator(seed: 3))
        let message = try PrivateFraming<Suite>.protect(
          signed, from: LeafIndex(1), senderDataSecret: vector["sender_data_secret"].bytes, secretTree: &tree,
          padding: 17, using: &random)
        try open(try MLSMessage(wire: MLSMessage.privateMessage(message).wire), content, suite)
      }
    }
  }

  private struct Joining: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      guard case .welcome(let welcome) = try MLSMessage(wire: vector["welcome"].bytes),
        case .keyPackage(let keyPackage) = try MLSMessage(wire: vector["key_package"].bytes)
      else {
        Issue.record("not a Welcome and a key package")
        return
      }
      let bundle = KeyPackageBundle<Suite>(
        keyPackage: keyPackage, initPrivateKey: vector["init_priv"].bytes, encryptionPrivateKey: [], signatureKey: [])
      let (secrets, pskSecret) = try Group<Suite>.open(welcome, bundle: bundle, psks: PreSharedKeys())
      let info = try Group<Suite>.openGroupInfo(
        welcome, joinerSecret: secrets.joinerSecret, pskSecret: pskSecret)
      #expect(info.isSigned(by: vector["signer_pub"].bytes, as: Suite.self))
      let epoch = KeySchedule<Suite>.epoch(
        joinerSecret: secrets.joinerSecret, pskSecret: pskSecret, context: info.groupContext)
      #expect(epoch.confirmationTag(info.groupContext.confirmedTranscriptHash) == info.confirmationTag)
    }
  }
}
