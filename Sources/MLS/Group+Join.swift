import Bytes
package import MLSWire

/// What a joiner checks of a group info and its tree, by Welcome or by external commit (RFC 9420 §12.4.3).
struct VerifiedGroupInfo<Suite: CipherSuiteProvider> {
  let info: GroupInfo
  let tree: RatchetTree<Suite>

  /// `sentTree` is used when the group info brings none.
  init(_ info: GroupInfo, sentTree: RatchetTreeExtension?, now: UInt64?) throws(MLSError) {
    self.info = info
    guard info.groupContext.version == .mls10 else { throw .joining(.wrongVersion) }
    guard info.groupContext.cipherSuite == Suite.suite else { throw .joining(.wrongSuite) }
    guard !info.extensions.hasDuplicates else { throw .proposals(.duplicateExtension) }
    try ProposalList<Suite>.validate(extensions: info.groupContext.extensions)
    let carried = try parsing { () throws(WireError) in
      try info.extensions.value(RatchetTreeExtension.self, of: .ratchetTree)
    }
    guard let nodes = carried ?? sentTree else { throw .joining(.treeMissing) }
    var tree = try RatchetTree<Suite>(nodes)
    guard tree.rootHash() == info.groupContext.treeHash else { throw .tree(.badTreeHash) }
    guard let signer = tree[info.signer] else { throw .joining(.signerUnknown) }
    guard info.isSigned(by: signer.signatureKey, as: Suite.self) else { throw .joining(.badGroupInfoSignature) }
    try tree.validateParents()
    let validator = try LeafValidator<Suite>(
      groupID: info.groupContext.groupID, extensions: info.groupContext.extensions, now: now)
    for member in tree.members {
      if let leaf = tree[member] { try validator.validate(leaf, at: member, in: .tree) }
    }
    try validator.validateMembers(of: tree)
    self.tree = tree
  }
}

extension Group {
  /// Joins by a Welcome (RFC 9420 §12.4.3.1). `tree` is the one served beside it, `groupsInUse` the ids of the groups
  /// that this client is in, `reInit` what the old group agreed on when this one takes over from it.
  package init(
    joining welcome: Welcome, as bundle: KeyPackageBundle<Suite>, tree: RatchetTreeExtension? = nil,
    psks: PreSharedKeys = PreSharedKeys(), groupsInUse: ByteStringSet = [], reInit: ReInit? = nil, now: UInt64? = nil
  ) throws(MLSError) {
    let (groupSecrets, pskSecret) = try Self.open(welcome, bundle: bundle, psks: psks)
    let info = try Self.openGroupInfo(welcome, joinerSecret: groupSecrets.joinerSecret, pskSecret: pskSecret)
    let verified = try VerifiedGroupInfo<Suite>(info, sentTree: tree, now: now)
    let context = info.groupContext
    guard !groupsInUse.contains(context.groupID) else { throw .joining(.groupIDInUse) }
    try Self.validateOrigin(groupSecrets.psks, context: context, reInit: reInit)
    guard let leaf = verified.tree.members.first(where: { verified.tree[$0] == bundle.keyPackage.leafNode }) else {
      throw .joining(.leafNotInTree)
    }
    var privateTree = PrivateTree<Suite>(leaf: leaf, privateKey: bundle.encryptionPrivateKey)
    if let secret = groupSecrets.pathSecret {
      try Self.implant(secret, signer: info.signer, tree: verified.tree, privateTree: &privateTree)
    }
    let secrets = KeySchedule<Suite>.epoch(
      joinerSecret: groupSecrets.joinerSecret, pskSecret: pskSecret, context: context)
    guard info.confirmationTag.isEqualInConstantTime(to: secrets.confirmationTag(context.confirmedTranscriptHash))
    else { throw .joining(.badConfirmationTag) }
    self.init(
      context: context, tree: verified.tree, privateTree: privateTree, secrets: secrets,
      confirmationTag: info.confirmationTag, signatureKey: bundle.signatureKey)
  }

  /// Our group secrets, and the PSK secret that they name.
  package static func open(
    _ welcome: Welcome, bundle: KeyPackageBundle<Suite>, psks: PreSharedKeys
  ) throws(MLSError) -> (secrets: GroupSecrets, pskSecret: [UInt8]) {
    guard welcome.cipherSuite == Suite.suite, bundle.keyPackage.cipherSuite == Suite.suite else {
      throw .joining(.wrongSuite)
    }
    let reference = bundle.reference
    guard let entry = welcome.secrets.first(where: { $0.newMember == reference }) else {
      throw .joining(.notForThisKeyPackage)
    }
    let plaintext = try primitive(.joining(.undecryptable)) { () throws(PrimitiveError) in
      try Suite.decrypt(
        privateKey: bundle.initPrivateKey, label: "Welcome", context: welcome.encryptedGroupInfo,
        ciphertext: entry.encryptedGroupSecrets)
    }
    let secrets = try parsing { () throws(WireError) in try GroupSecrets(wire: plaintext) }
    guard !secrets.psks.hasDuplicates else { throw .proposals(.duplicatePSK) }
    for id in secrets.psks where id.nonce.count != Suite.hashLength { throw .psk(.badNonceLength) }
    return (secrets, try PreSharedKeys().combined(secrets.psks, or: psks, for: Suite.self))
  }

  package static func openGroupInfo(
    _ welcome: Welcome, joinerSecret: [UInt8], pskSecret: [UInt8]
  ) throws(MLSError) -> GroupInfo {
    let (key, nonce) = KeySchedule<Suite>.welcomeKey(
      KeySchedule<Suite>.welcomeSecret(joinerSecret: joinerSecret, pskSecret: pskSecret))
    let plaintext = try primitive(.joining(.undecryptable)) { () throws(PrimitiveError) in
      try Suite.aeadOpen(key: key, nonce: nonce, additionalData: [], sealed: welcome.encryptedGroupInfo)
    }
    return try parsing { () throws(WireError) in try GroupInfo(wire: plaintext) }
  }

  /// A reinit or branch PSK is alone of its kind and belongs to the first epoch after creation; a reinit also to what
  /// the old group agreed on.
  private static func validateOrigin(
    _ psks: [PreSharedKeyID], context: GroupContext, reInit: ReInit?
  ) throws(MLSError) {
    let origins = psks.filter { $0.startsGroup }
    guard let origin = origins.first else { return }
    guard origins.count == 1, context.epoch == 1 else { throw .joining(.badReInitOrBranch) }
    guard case .resumption(.reInit, _, _) = origin.kind else { return }
    guard let reInit, reInit.groupID == context.groupID, reInit.version == context.version,
      reInit.cipherSuite == context.cipherSuite, reInit.extensions == context.extensions
    else { throw .joining(.badReInitOrBranch) }
  }

  /// Keys of the nodes that we and the committer have above us.
  private static func implant(
    _ secret: [UInt8], signer: LeafIndex, tree: RatchetTree<Suite>, privateTree: inout PrivateTree<Suite>
  ) throws(MLSError) {
    let ancestor = tree.shape.commonAncestor(privateTree.leaf, signer)
    let path = tree.filteredDirectPath(of: signer).map { $0.node }
    guard signer != privateTree.leaf, let place = path.firstIndex(of: ancestor) else {
      throw .joining(.pathSecretMismatch)
    }
    _ = try privateTree.implant(
      secret: secret, along: path[place...], in: tree, mismatch: .joining(.pathSecretMismatch))
  }
}
