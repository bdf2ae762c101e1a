package import MLSWire

/// One member's state of a group in an epoch (RFC 9420). A value: a change is staged on a copy, looked at, and merged.
package struct Group<Suite: CipherSuiteProvider>: Sendable {
  package enum Status: Equatable, Sendable {
    case active
    /// We were removed; nothing can be read or sent.
    case removed
    /// A ReInit was committed: the group waits for its successor (§12.4.2).
    case reinitialized(ReInit)
  }

  package internal(set) var status: Status = .active
  package internal(set) var context: GroupContext
  package internal(set) var tree: RatchetTree<Suite>
  package internal(set) var confirmationTag: [UInt8]
  var privateTree: PrivateTree<Suite>
  var secrets: EpochSecrets<Suite>
  var secretTree: SecretTree<Suite>
  var interimTranscriptHash: [UInt8]
  var signatureKey: [UInt8]
  var queue = ProposalQueue()
  /// Private keys of our own Updates that nobody has committed yet, by public key.
  var pendingUpdates: [(publicKey: [UInt8], privateKey: [UInt8])] = []
  /// Of the latest epochs, this one included (§8.6): what a group that takes over from this one is linked with.
  package internal(set) var resumptionPSKs = PreSharedKeys()
  var past: [PastEpoch<Suite>] = []

  /// Epochs whose application messages can still be read after the group has moved on.
  package static var retainedEpochs: Int { 2 }
  /// Epochs whose resumption PSK is kept (§8.6).
  package static var retainedResumptionPSKs: UInt64 { 8 }

  /// The state at the start of an epoch.
  init(
    context: GroupContext, tree: RatchetTree<Suite>, privateTree: PrivateTree<Suite>, secrets: EpochSecrets<Suite>,
    confirmationTag: [UInt8], signatureKey: [UInt8]
  ) {
    self.context = context
    self.tree = tree
    self.privateTree = privateTree
    self.secrets = secrets
    self.confirmationTag = confirmationTag
    self.signatureKey = signatureKey
    secretTree = SecretTree(shape: tree.shape, encryptionSecret: secrets.encryption)
    self.secrets.erase(.encryption)
    interimTranscriptHash = TranscriptHash<Suite>.interim(
      confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag)
    resumptionPSKs.add(resumptionOf: context.groupID, epoch: context.epoch, secret: secrets.resumptionPSK)
  }

  /// A group of one (RFC 9420 §11).
  package init(
    id: [UInt8], creator: KeyPackageBundle<Suite>, extensions: [Extension] = [],
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) {
    try ProposalList<Suite>.validate(extensions: extensions)
    let validator = try LeafValidator<Suite>(groupID: id, extensions: extensions, now: nil)
    try validator.validate(creator.keyPackage)
    var tree = RatchetTree<Suite>(leaf: creator.keyPackage.leafNode)
    let context = GroupContext(
      cipherSuite: Suite.suite, groupID: id, epoch: 0, treeHash: tree.rootHash(), confirmedTranscriptHash: [],
      extensions: extensions)
    let secrets = EpochSecrets<Suite>(epochSecret: random.bytes(Suite.hashLength))
    self.init(
      context: context, tree: tree,
      privateTree: PrivateTree(leaf: LeafIndex(0), privateKey: creator.encryptionPrivateKey), secrets: secrets,
      confirmationTag: secrets.confirmationTag([]), signatureKey: creator.signatureKey)
  }

  package var groupID: [UInt8] { context.groupID }
  package var epoch: UInt64 { context.epoch }
  package var ownLeaf: LeafIndex { privateTree.leaf }
  /// Equal at all members who see the same group (§8.7).
  package var epochAuthenticator: [UInt8] { secrets.epochAuthenticator }
  package var hasPendingProposals: Bool { !queue.isEmpty }

  /// `MLS-Exporter` (§8.5). `length` in bytes, at most 255 * 32.
  package func export(label: String, context: [UInt8], length: Int) throws(MLSError) -> [UInt8] {
    guard status != .removed else { throw .group(.removed) }
    guard !secrets.exporter.isEmpty else { throw .group(.exporterDeleted) }
    return secrets.export(label: label, context: context, length: length)
  }

  /// After this the epoch exports nothing more.
  package mutating func deleteExporterSecret() { secrets.erase(.exporter) }

  /// A signed description of the group for those who join (§12.4.3).
  package func groupInfo(withTree: Bool, withExternalPub: Bool, extensions: [Extension] = []) throws(MLSError)
    -> GroupInfo
  {
    try requireActive()
    var extensions = extensions
    if withExternalPub {
      let key = try secrets.externalKeyPair().publicKey
      extensions.append(Extension(type: .externalPub, data: ExternalPub(key: key).wire))
    }
    if withTree { extensions.append(Extension(type: .ratchetTree, data: tree.sent.wire)) }
    var info = GroupInfo(
      groupContext: context, extensions: extensions, confirmationTag: confirmationTag, signer: ownLeaf)
    try info.sign(with: signatureKey, as: Suite.self)
    return info
  }

  func requireActive() throws(MLSError) {
    switch status {
    case .active: return
    case .removed: throw .group(.removed)
    case .reinitialized: throw .group(.reinitialized)
    }
  }

  /// Deletes everything that could still open or make a message.
  mutating func close() {
    status = .removed
    secrets.erase()
    secretTree.erase()
    privateTree.eraseAll()
    signatureKey.erase()
    pendingUpdates = []
    resumptionPSKs = PreSharedKeys()
    past = []
    queue = ProposalQueue()
  }
}

/// What is left of an epoch to read its late application messages.
struct PastEpoch<Suite: CipherSuiteProvider>: Sendable {
  let context: GroupContext
  let tree: RatchetTree<Suite>
  let senderDataSecret: [UInt8]
  var secretTree: SecretTree<Suite>
}
