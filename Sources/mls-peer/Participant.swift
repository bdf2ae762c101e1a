import MLS
import MLSWire

/// Why a command cannot be carried out in the state that the participant is in.
enum UsageError: Error {
  case noClient, noGroup, noKeyPackage, nothingToMerge, notThisMessage, onlyOnItsOwn
}

/// One client of one group, driven by commands.
struct Participant<Suite: CipherSuiteProvider> {
  /// Seconds since 1970.
  let now: () -> UInt64
  private var random = SystemRandomNumberGenerator()
  private var identity: ClientIdentity<Suite>?
  private var bundle: KeyPackageBundle<Suite>?
  private var group: Group<Suite>?
  private var staged: StagedCommit<Suite>?
  private var psks = PreSharedKeys()

  init(now: @escaping () -> UInt64) { self.now = now }

  mutating func run(_ command: Command) throws -> Reply {
    switch command {
    case .client(let name, let signatureKey, let extensions, let proposals):
      return try become(name.bytes, signatureKey?.bytes, extensions ?? [], proposals ?? [])
    case .keyPackage(let notBefore, let notAfter):
      let bundle = try makeBundle(Lifetime(notBefore: notBefore ?? now() - 3600, notAfter: notAfter ?? now() + 3600))
      return Reply(message: Hex(MLSMessage.keyPackage(bundle.keyPackage).wire))
    case .create(let id, let extensions):
      let creator = try makeBundle(Lifetime(notBefore: now() - 3600, notAfter: now() + 3600))
      group = try Group(
        id: id.bytes, creator: creator, extensions: (extensions ?? []).map { $0.value }, using: &random)
    case .storePSK(let id, let secret): psks.add(external: id.bytes, secret: secret.bytes)
    case .merge: try merge()
    case .join(let welcome, let tree): try join(welcome.bytes, tree: tree?.bytes)
    case .joinExternally(let groupInfo, let tree, let psks, let replacing):
      return try joinExternally(groupInfo.bytes, tree: tree?.bytes, psks: psks ?? [], replacing: replacing)
    case .externalSender:
      guard let identity else { throw UsageError.noClient }
      let sender = ExternalSender(signatureKey: identity.signaturePublicKey, credential: identity.credential)
      return Reply(data: Hex(sender.wire))
    case .proposeExternally(let group, let epoch, let index, let proposal):
      return try proposeExternally(proposal, group: group.bytes, epoch: epoch, index: index)
    case .propose, .commit, .receive, .groupInfo, .tree, .seal, .export, .state:
      guard var member = group else { throw UsageError.noGroup }
      defer { group = member }
      return try run(command, as: &member)
    }
    return Reply()
  }

  private mutating func run(_ command: Command, as member: inout Group<Suite>) throws -> Reply {
    switch command {
    case .propose(.update, let isPrivate):
      return Reply(
        message: Hex(try member.proposeUpdate(isPrivate: isPrivate ?? false, using: &random).wire))
    case .propose(let proposal, let isPrivate):
      let message = try member.propose(try value(of: proposal), isPrivate: isPrivate ?? false, using: &random)
      return Reply(message: Hex(message.wire))
    case .commit(let byValue, let withPath, let isPrivate, let treeInWelcome):
      var options = CommitOptions(try (byValue ?? []).map { try value(of: $0) })
      options.forcesPath = withPath ?? true
      options.isPrivate = isPrivate ?? false
      options.welcomeHasTree = treeInWelcome ?? true
      let pending = try member.commit(options, psks: psks, now: now(), using: &random)
      staged = pending.staged
      return Reply(
        message: Hex(pending.message.wire), welcome: pending.welcome.map { Hex(MLSMessage.welcome($0).wire) })
    case .receive(let message): return try receive(try MLSMessage(wire: message.bytes), as: &member)
    case .groupInfo(let withTree, let withExternalPub):
      let info = try member.groupInfo(withTree: withTree, withExternalPub: withExternalPub)
      return Reply(message: Hex(MLSMessage.groupInfo(info).wire))
    case .tree: return Reply(data: Hex(member.tree.sent.wire))
    case .seal(let data, let padding):
      return Reply(message: Hex(try member.seal(data.bytes, padding: padding ?? 0, using: &random).wire))
    case .export(let label, let context, let length):
      return Reply(data: Hex(try member.export(label: label, context: context.bytes, length: length)))
    default: return Reply(state: state(of: member))
    }
  }

  private mutating func become(
    _ name: [UInt8], _ signatureKey: [UInt8]?, _ extensions: [UInt16], _ proposals: [UInt16]
  ) throws -> Reply {
    let capabilities = Capabilities(
      cipherSuites: [Suite.suite], extensions: extensions.map { ExtensionType(rawValue: $0) },
      proposals: proposals.map { ProposalType(rawValue: $0) })
    let identity = try ClientIdentity<Suite>(
      credential: .basic(identity: name),
      signatureKey: try signatureKey ?? HPKE<Suite>.generateKeyPair(using: &random).privateKey,
      capabilities: capabilities)
    self.identity = identity
    return Reply(data: Hex(identity.signaturePublicKey))
  }

  private mutating func makeBundle(_ lifetime: Lifetime) throws -> KeyPackageBundle<Suite> {
    guard let identity else { throw UsageError.noClient }
    let made = try KeyPackageBundle<Suite>(identity, lifetime: lifetime, using: &random)
    bundle = made
    return made
  }

  private mutating func value(of field: ProposalField) throws -> Proposal {
    switch field {
    case .add(let message):
      guard case .keyPackage(let keyPackage) = try MLSMessage(wire: message.bytes) else {
        throw UsageError.notThisMessage
      }
      return .add(keyPackage)
    case .remove(let leaf): return .remove(LeafIndex(leaf))
    case .psk(let id): return .preSharedKey(makeID(.external(id: id.bytes)))
    case .resumption(let group, let epoch):
      return .preSharedKey(makeID(.resumption(usage: .application, groupID: group.bytes, epoch: epoch)))
    case .extensions(let list): return .groupContextExtensions(list.map { $0.value })
    case .update: throw UsageError.onlyOnItsOwn
    }
  }

  private mutating func makeID(_ kind: PreSharedKeyID.Kind) -> PreSharedKeyID {
    PreSharedKeyID(kind: kind, nonce: random.bytes(Suite.hashLength))
  }

  private mutating func merge() throws {
    guard let staged else { throw UsageError.nothingToMerge }
    try group?.merge(staged)
    self.staged = nil
  }

  private mutating func join(_ welcome: [UInt8], tree: [UInt8]?) throws {
    guard let bundle else { throw UsageError.noKeyPackage }
    guard case .welcome(let welcome) = try MLSMessage(wire: welcome) else { throw UsageError.notThisMessage }
    group = try Group(
      joining: welcome, as: bundle, tree: try tree.map { try RatchetTreeExtension(wire: $0) }, psks: psks, now: now())
  }

  private mutating func joinExternally(
    _ groupInfo: [UInt8], tree: [UInt8]?, psks ids: [Hex], replacing: UInt32?
  ) throws -> Reply {
    guard let identity else { throw UsageError.noClient }
    guard case .groupInfo(let info) = try MLSMessage(wire: groupInfo) else { throw UsageError.notThisMessage }
    var join = ExternalJoin(identity: identity)
    join.pskIDs = ids.map { makeID(.external(id: $0.bytes)) }
    join.replacing = replacing.map { LeafIndex($0) }
    let joined = try Group.joinExternally(
      info, tree: try tree.map { try RatchetTreeExtension(wire: $0) }, join: join, psks: psks, now: now(),
      using: &random)
    group = joined.group
    return Reply(message: Hex(joined.message.wire))
  }

  private mutating func proposeExternally(
    _ proposal: ProposalField, group: [UInt8], epoch: UInt64, index: UInt32
  ) throws -> Reply {
    guard let identity else { throw UsageError.noClient }
    let message = try ExternalProposal.sign(
      try value(of: proposal), groupID: group, epoch: epoch, sender: .external(index),
      signatureKey: identity.signatureKey, as: Suite.self)
    return Reply(message: Hex(message.wire))
  }

  private func receive(_ message: MLSMessage, as member: inout Group<Suite>) throws -> Reply {
    switch try member.receive(message, psks: psks, now: now()) {
    case .application(let message):
      return Reply(kind: "application", data: Hex(message.data), sender: message.sender.rawValue)
    case .proposal: return Reply(kind: "proposal")
    case .commit(let staged):
      try member.merge(staged)
      let effects = staged.effects
      return Reply(
        kind: "commit", sender: effects.committer.rawValue, added: effects.added.map { $0.rawValue },
        removed: effects.removed.map { $0.rawValue }, updated: effects.updated.map { $0.rawValue },
        psks: effects.psks.compactMap { id in
          guard case .external(let name) = id.kind else { return nil }
          return Hex(name)
        })
    }
  }

  private func state(of member: Group<Suite>) -> State {
    var members: [String: Hex] = [:]
    for leaf in member.tree.members {
      guard case .basic(let identity) = member.tree[leaf]?.credential else { continue }
      members[String(leaf.rawValue)] = Hex(identity)
    }
    return State(
      group: Hex(member.groupID), epoch: member.epoch, leaf: member.ownLeaf.rawValue,
      authenticator: Hex(member.epochAuthenticator), members: members,
      extensions: member.context.extensions.map { ExtensionField($0) }, isRemoved: member.status == .removed)
  }
}
