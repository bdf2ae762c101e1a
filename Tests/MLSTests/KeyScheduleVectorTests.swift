import MLS
import MLSWire
import Testing

@Suite("Official vectors of the key schedule", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct KeyScheduleVectorTests {
  @Test("key schedule", arguments: VectorFiles.load("key-schedule"))
  func keySchedule(_ vector: Vector) throws { try vector.withSuite(Epochs(vector: vector)) }

  @Test("PSK secret", arguments: VectorFiles.load("psk_secret"))
  func pskSecret(_ vector: Vector) throws { try vector.withSuite(PSKs(vector: vector)) }

  @Test("transcript hashes", arguments: VectorFiles.load("transcript-hashes"))
  func transcriptHashes(_ vector: Vector) throws { try vector.withSuite(Transcript(vector: vector)) }

  @Test("secret tree", arguments: VectorFiles.load("secret-tree"))
  func secretTree(_ vector: Vector) throws { try vector.withSuite(Ratchets(vector: vector)) }

  private struct Epochs: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      var initSecret = vector["initial_init_secret"].bytes
      for (number, epoch) in vector["epochs"].array.enumerated() {
        let context = GroupContext(
          cipherSuite: Suite.suite, groupID: vector["group_id"].bytes, epoch: UInt64(number),
          treeHash: epoch["tree_hash"].bytes, confirmedTranscriptHash: epoch["confirmed_transcript_hash"].bytes)
        #expect(context.wire == epoch["group_context"].bytes)
        let joiner = KeySchedule<Suite>.joinerSecret(
          initSecret: initSecret, commitSecret: epoch["commit_secret"].bytes, context: context)
        #expect(joiner == epoch["joiner_secret"].bytes)
        let psk = epoch["psk_secret"].bytes
        #expect(
          KeySchedule<Suite>.welcomeSecret(joinerSecret: joiner, pskSecret: psk) == epoch["welcome_secret"].bytes)
        let secrets = KeySchedule<Suite>.epoch(joinerSecret: joiner, pskSecret: psk, context: context)
        try check(secrets, epoch)
        initSecret = secrets.initSecret
      }
    }

    private func check<Suite: CipherSuiteProvider>(_ secrets: EpochSecrets<Suite>, _ epoch: Vector) throws {
      #expect(secrets.initSecret == epoch["init_secret"].bytes)
      #expect(secrets.senderData == epoch["sender_data_secret"].bytes)
      #expect(secrets.encryption == epoch["encryption_secret"].bytes)
      #expect(secrets.exporter == epoch["exporter_secret"].bytes)
      #expect(secrets.epochAuthenticator == epoch["epoch_authenticator"].bytes)
      #expect(secrets.external == epoch["external_secret"].bytes)
      #expect(secrets.confirmationKey == epoch["confirmation_key"].bytes)
      #expect(secrets.membershipKey == epoch["membership_key"].bytes)
      #expect(secrets.resumptionPSK == epoch["resumption_psk"].bytes)
      #expect(try secrets.externalKeyPair().publicKey == epoch["external_pub"].bytes)
      let export = epoch["exporter"]
      #expect(
        secrets.export(
          label: export["label"].string, context: export["context"].bytes, length: export["length"].int)
          == export["secret"].bytes)
    }
  }

  private struct PSKs: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let psks = vector["psks"].array.map { psk in
        (
          id: PreSharedKeyID(kind: .external(id: psk["psk_id"].bytes), nonce: psk["psk_nonce"].bytes),
          secret: psk["psk"].bytes
        )
      }
      #expect(PreSharedKeys.combined(psks, for: Suite.self) == vector["psk_secret"].bytes)
    }
  }

  private struct Transcript: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let commit = try AuthenticatedContent(wire: vector["authenticated_content"].bytes)
      let confirmed = TranscriptHash<Suite>.confirmed(
        interim: vector["interim_transcript_hash_before"].bytes, commit: commit)
      #expect(confirmed == vector["confirmed_transcript_hash_after"].bytes)
      let tag = try #require(commit.auth.confirmationTag)
      #expect(tag == Suite.hmac(key: vector["confirmation_key"].bytes, message: confirmed))
      let interim = TranscriptHash<Suite>.interim(confirmed: confirmed, confirmationTag: tag)
      #expect(interim == vector["interim_transcript_hash_after"].bytes)
    }
  }

  private struct Ratchets: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let senderData = vector["sender_data"]
      let (key, nonce) = PrivateFraming<Suite>.senderDataKey(
        senderData["sender_data_secret"].bytes, ciphertext: senderData["ciphertext"].bytes)
      #expect(key == senderData["key"].bytes)
      #expect(nonce == senderData["nonce"].bytes)
      let leaves = vector["leaves"].array
      var tree = SecretTree<Suite>(
        shape: TreeShape(holding: leaves.count), encryptionSecret: vector["encryption_secret"].bytes)
      for (index, leaf) in leaves.enumerated() {
        for entry in leaf.array {
          let generation = UInt32(entry["generation"].int)
          let handshake = try tree.take(LeafIndex(UInt32(index)), .handshake, generation: generation)
          #expect(handshake.key == entry["handshake_key"].bytes)
          #expect(handshake.nonce == entry["handshake_nonce"].bytes)
          let application = try tree.take(LeafIndex(UInt32(index)), .application, generation: generation)
          #expect(application.key == entry["application_key"].bytes)
          #expect(application.nonce == entry["application_nonce"].bytes)
        }
      }
    }
  }
}
