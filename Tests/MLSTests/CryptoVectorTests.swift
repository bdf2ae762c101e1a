import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@Suite("Official vectors of HPKE and of the labelled functions", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct CryptoVectorTests {
  /// Base mode, HKDF-SHA256 and AES-128-GCM with the KEMs of suites 1 and 2.
  static let hpkeVectors = VectorFiles.load("rfc9180", in: "hpke").filter {
    $0["mode"].int == 0 && $0["kdf_id"].int == 1 && $0["aead_id"].int == 1 && [16, 32].contains($0["kem_id"].int)
  }

  @Test("HPKE in base mode", arguments: hpkeVectors)
  func hpke(_ vector: Vector) throws {
    if vector["kem_id"].int == 32 {
      try hpke(vector, NativeX25519Suite.self)
    } else {
      try hpke(vector, NativeP256Suite.self)
    }
  }

  private func hpke<Suite: CipherSuiteProvider>(_ vector: Vector, _ suite: Suite.Type) throws {
    let receiver = try HPKE<Suite>.deriveKeyPair(vector["ikmR"].bytes)
    #expect(receiver.privateKey == vector["skRm"].bytes)
    #expect(receiver.publicKey == vector["pkRm"].bytes)
    let ephemeral = try HPKE<Suite>.deriveKeyPair(vector["ikmE"].bytes)
    #expect(ephemeral.publicKey == vector["enc"].bytes)
    let info = vector["info"].bytes
    var (kemOutput, sender) = try HPKE<Suite>.setupSender(
      publicKey: receiver.publicKey, info: info, ephemeral: ephemeral)
    var opener = try HPKE<Suite>.setupReceiver(kemOutput: kemOutput, privateKey: receiver.privateKey, info: info)
    #expect(sender.key == vector["key"].bytes)
    #expect(sender.baseNonce == vector["base_nonce"].bytes)
    #expect(sender.exporterSecret == vector["exporter_secret"].bytes)
    var sequence: UInt64 = 0
    for message in vector["encryptions"].array {
      for _ in sequence..<position(of: message["nonce"].bytes, base: sender.baseNonce) {
        _ = try opener.open(additionalData: [], sealed: sender.seal(additionalData: [], plaintext: []))
        sequence += 1
      }
      let sealed = try sender.seal(additionalData: message["aad"].bytes, plaintext: message["pt"].bytes)
      #expect(sealed == message["ct"].bytes)
      #expect(try opener.open(additionalData: message["aad"].bytes, sealed: sealed) == message["pt"].bytes)
      sequence += 1
    }
    for export in vector["exports"].array {
      let value = opener.export(context: export["exporter_context"].bytes, length: export["L"].int)
      #expect(value == export["exported_value"].bytes)
    }
  }

  /// The number of a message, which its nonce has over the base nonce (RFC 9180 §5.2).
  private func position(of nonce: [UInt8], base: [UInt8]) -> UInt64 {
    zip(nonce, base).reduce(0) { $0 << 8 | UInt64($1.0 ^ $1.1) }
  }

  @Test("crypto basics", arguments: VectorFiles.load("crypto-basics"))
  func basics(_ vector: Vector) throws { try vector.withSuite(Basics(vector: vector)) }

  private struct Basics: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let refHash = vector["ref_hash"]
      #expect(Suite.refHash(label: refHash["label"].string, value: refHash["value"].bytes) == refHash["out"].bytes)
      let expand = vector["expand_with_label"]
      #expect(
        Suite.expand(
          secret: expand["secret"].bytes, label: expand["label"].string, context: expand["context"].bytes,
          length: expand["length"].int) == expand["out"].bytes)
      let derive = vector["derive_secret"]
      #expect(Suite.derive(secret: derive["secret"].bytes, label: derive["label"].string) == derive["out"].bytes)
      let tree = vector["derive_tree_secret"]
      #expect(
        Suite.deriveTree(
          secret: tree["secret"].bytes, label: tree["label"].string, generation: UInt32(tree["generation"].int),
          length: tree["length"].int) == tree["out"].bytes)
      try sign(vector["sign_with_label"], suite)
      try encrypt(vector["encrypt_with_label"], suite)
    }

    private func sign<Suite: CipherSuiteProvider>(_ vector: Vector, _ suite: Suite.Type) throws {
      let (key, label, content) = (vector["pub"].bytes, vector["label"].string, vector["content"].bytes)
      #expect(Suite.verify(publicKey: key, label: label, content: content, signature: vector["signature"].bytes))
      let signature = try Suite.sign(privateKey: vector["priv"].bytes, label: label, content: content)
      #expect(Suite.verify(publicKey: key, label: label, content: content, signature: signature))
      #expect(try Suite.signaturePublicKey(privateKey: vector["priv"].bytes) == key)
    }

    private func encrypt<Suite: CipherSuiteProvider>(_ vector: Vector, _ suite: Suite.Type) throws {
      let (label, context) = (vector["label"].string, vector["context"].bytes)
      let official = HPKECiphertext(kemOutput: vector["kem_output"].bytes, ciphertext: vector["ciphertext"].bytes)
      var random = SeededGenerator(seed: 1)
      let ours = try Suite.encrypt(
        publicKey: vector["pub"].bytes, label: label, context: context, plaintext: vector["plaintext"].bytes,
        using: &random)
      for ciphertext in [official, ours] {
        let opened = try Suite.decrypt(
          privateKey: vector["priv"].bytes, label: label, context: context, ciphertext: ciphertext)
        #expect(opened == vector["plaintext"].bytes)
      }
    }
  }
}
