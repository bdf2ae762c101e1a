import MLS
import MLSWire

/// Vectors of the key schedule, of PSKs, of transcript hashes and of the secret tree.
enum KeyScheduleVectors<Suite: CipherSuiteProvider> {
  static func keySchedule(_ vector: Vector) throws(VectorFailure) {
    var initSecret = vector["initial_init_secret"].bytes
    for (number, epoch) in vector["epochs"].list.enumerated() {
      let context = GroupContext(
        cipherSuite: Suite.suite, groupID: vector["group_id"].bytes, epoch: UInt64(number),
        treeHash: epoch["tree_hash"].bytes, confirmedTranscriptHash: epoch["confirmed_transcript_hash"].bytes)
      try expect(context.wire, epoch["group_context"].bytes)
      let joiner = KeySchedule<Suite>.joinerSecret(
        initSecret: initSecret, commitSecret: epoch["commit_secret"].bytes, context: context)
      try expect(joiner, epoch["joiner_secret"].bytes)
      let psk = epoch["psk_secret"].bytes
      try expect(
        KeySchedule<Suite>.welcomeSecret(joinerSecret: joiner, pskSecret: psk), epoch["welcome_secret"].bytes)
      let secrets = KeySchedule<Suite>.epoch(joinerSecret: joiner, pskSecret: psk, context: context)
      try check(secrets, epoch)
      initSecret = secrets.initSecret
    }
  }

  private static func check(_ secrets: EpochSecrets<Suite>, _ epoch: Vector) throws(VectorFailure) {
    try expect(secrets.initSecret, epoch["init_secret"].bytes)
    try expect(secrets.senderData, epoch["sender_data_secret"].bytes)
    try expect(secrets.encryption, epoch["encryption_secret"].bytes)
    try expect(secrets.exporter, epoch["exporter_secret"].bytes)
    try expect(secrets.epochAuthenticator, epoch["epoch_authenticator"].bytes)
    try expect(secrets.external, epoch["external_secret"].bytes)
    try expect(secrets.confirmationKey, epoch["confirmation_key"].bytes)
    try expect(secrets.membershipKey, epoch["membership_key"].bytes)
    try expect(secrets.resumptionPSK, epoch["resumption_psk"].bytes)
    try expect(try? secrets.externalKeyPair().publicKey, epoch["external_pub"].bytes)
    let export = epoch["exporter"]
    let exported = secrets.export(
      label: export["label"].string, context: export["context"].bytes, length: export["length"].int)
    try expect(exported, export["secret"].bytes)
  }

  static func pskSecret(_ vector: Vector) throws(VectorFailure) {
    let psks = vector["psks"].list.map { psk in
      (
        id: PreSharedKeyID(kind: .external(id: psk["psk_id"].bytes), nonce: psk["psk_nonce"].bytes),
        secret: psk["psk"].bytes
      )
    }
    try expect(PreSharedKeys.combined(psks, for: Suite.self), vector["psk_secret"].bytes)
  }

  static func transcriptHashes(_ vector: Vector) throws(VectorFailure) {
    let commit = try vector["authenticated_content"].decode(AuthenticatedContent.self)
    let confirmed = TranscriptHash<Suite>.confirmed(
      interim: vector["interim_transcript_hash_before"].bytes, commit: commit)
    try expect(confirmed, vector["confirmed_transcript_hash_after"].bytes)
    let tag = try require(commit.auth.confirmationTag)
    try expect(tag, Suite.hmac(key: vector["confirmation_key"].bytes, message: confirmed))
    let interim = TranscriptHash<Suite>.interim(confirmed: confirmed, confirmationTag: tag)
    try expect(interim, vector["interim_transcript_hash_after"].bytes)
  }

  static func secretTree(_ vector: Vector) throws(VectorFailure) {
    let senderData = vector["sender_data"]
    let (key, nonce) = PrivateFraming<Suite>.senderDataKey(
      senderData["sender_data_secret"].bytes, ciphertext: senderData["ciphertext"].bytes)
    try expect(key, senderData["key"].bytes)
    try expect(nonce, senderData["nonce"].bytes)
    let leaves = vector["leaves"].list
    var tree = SecretTree<Suite>(
      shape: TreeShape(holding: leaves.count), encryptionSecret: vector["encryption_secret"].bytes)
    for (index, leaf) in leaves.enumerated() {
      let place = LeafIndex(UInt32(index))
      for entry in leaf.list {
        let generation = UInt32(clamping: entry["generation"].uint64)
        let handshake = try require(try? tree.take(place, .handshake, generation: generation))
        try expect(handshake.key, entry["handshake_key"].bytes)
        try expect(handshake.nonce, entry["handshake_nonce"].bytes)
        let application = try require(try? tree.take(place, .application, generation: generation))
        try expect(application.key, entry["application_key"].bytes)
        try expect(application.nonce, entry["application_nonce"].bytes)
      }
    }
  }
}
