import MLS
import MLSWire

/// Vectors of Welcome, and of a client that joins by one and follows the group.
enum GroupVectors<Suite: CipherSuiteProvider> {
  static func welcome(_ vector: Vector) throws(VectorFailure) {
    let (welcome, keyPackage) = try invitation(vector)
    let bundle = KeyPackageBundle<Suite>(
      keyPackage: keyPackage, initPrivateKey: vector["init_priv"].bytes, encryptionPrivateKey: [], signatureKey: [])
    let (secrets, pskSecret) = try accept { () throws(MLSError) in
      try Group<Suite>.open(welcome, bundle: bundle, psks: PreSharedKeys())
    }
    let info = try accept { () throws(MLSError) in
      try Group<Suite>.openGroupInfo(welcome, joinerSecret: secrets.joinerSecret, pskSecret: pskSecret)
    }
    try expect(info.isSigned(by: vector["signer_pub"].bytes, as: Suite.self), true)
    let epoch = KeySchedule<Suite>.epoch(
      joinerSecret: secrets.joinerSecret, pskSecret: pskSecret, context: info.groupContext)
    try expect(epoch.confirmationTag(info.groupContext.confirmedTranscriptHash), info.confirmationTag)
  }

  /// Joins by Welcome and follows every commit.
  static func passiveClient(_ vector: Vector) throws(VectorFailure) {
    let (welcome, keyPackage) = try invitation(vector)
    let bundle = KeyPackageBundle<Suite>(
      keyPackage: keyPackage, initPrivateKey: vector["init_priv"].bytes,
      encryptionPrivateKey: vector["encryption_priv"].bytes, signatureKey: vector["signature_priv"].bytes)
    var psks = PreSharedKeys()
    for psk in vector["external_psks"].list { psks.add(external: psk["psk_id"].bytes, secret: psk["psk"].bytes) }
    var tree: RatchetTreeExtension?
    if !vector["ratchet_tree"].isNull { tree = try vector["ratchet_tree"].decode(RatchetTreeExtension.self) }
    var group = try accept { () throws(MLSError) in
      try Group<Suite>(joining: welcome, as: bundle, tree: tree, psks: psks)
    }
    try expect(group.epochAuthenticator, vector["initial_epoch_authenticator"].bytes)
    for epoch in vector["epochs"].list { try follow(epoch, in: &group, psks: psks) }
  }

  private static func follow(
    _ epoch: Vector, in group: inout Group<Suite>, psks: PreSharedKeys
  ) throws(VectorFailure) {
    for proposal in epoch["proposals"].list {
      let message = try proposal.decode(MLSMessage.self)
      _ = try accept { () throws(MLSError) in try group.receive(message, psks: psks) }
    }
    let message = try epoch["commit"].decode(MLSMessage.self)
    try accept { () throws(MLSError) in
      guard case .commit(let staged) = try group.receive(message, psks: psks) else {
        throw .framing(.contentNotAllowed)
      }
      try group.merge(staged)
    }
    try expect(group.epochAuthenticator, epoch["epoch_authenticator"].bytes)
  }

  private static func invitation(_ vector: Vector) throws(VectorFailure) -> (Welcome, KeyPackage) {
    guard case .welcome(let welcome) = try vector["welcome"].decode(MLSMessage.self),
      case .keyPackage(let keyPackage) = try vector["key_package"].decode(MLSMessage.self)
    else { throw VectorFailure(reason: .differs, file: #fileID, line: #line) }
    return (welcome, keyPackage)
  }
}
