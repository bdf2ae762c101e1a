import MLS
import MLSWire

/// Vectors of HPKE and of the labelled functions.
enum CryptoVectors<Suite: CipherSuiteProvider> {
  static func hpke(_ vector: Vector) throws(VectorFailure) {
    let receiver = try require(try? HPKE<Suite>.deriveKeyPair(vector["ikmR"].bytes))
    try expect(receiver.privateKey, vector["skRm"].bytes)
    try expect(receiver.publicKey, vector["pkRm"].bytes)
    let ephemeral = try require(try? HPKE<Suite>.deriveKeyPair(vector["ikmE"].bytes))
    try expect(ephemeral.publicKey, vector["enc"].bytes)
    let info = vector["info"].bytes
    var (kemOutput, sender) = try require(
      try? HPKE<Suite>.setupSender(publicKey: receiver.publicKey, info: info, ephemeral: ephemeral))
    var opener = try require(
      try? HPKE<Suite>.setupReceiver(kemOutput: kemOutput, privateKey: receiver.privateKey, info: info))
    try expect(sender.key, vector["key"].bytes)
    try expect(sender.baseNonce, vector["base_nonce"].bytes)
    try expect(sender.exporterSecret, vector["exporter_secret"].bytes)
    var sequence: UInt64 = 0
    for message in vector["encryptions"].list {
      for _ in sequence..<position(of: message["nonce"].bytes, base: sender.baseNonce) {
        let skipped = try require(try? sender.seal(additionalData: [], plaintext: []))
        _ = try require(try? opener.open(additionalData: [], sealed: skipped))
        sequence += 1
      }
      let aad = message["aad"].bytes
      let sealed = try require(try? sender.seal(additionalData: aad, plaintext: message["pt"].bytes))
      try expect(sealed, message["ct"].bytes)
      try expect(try? opener.open(additionalData: aad, sealed: sealed), message["pt"].bytes)
      sequence += 1
    }
    for export in vector["exports"].list {
      let value = opener.export(context: export["exporter_context"].bytes, length: export["L"].int)
      try expect(value, export["exported_value"].bytes)
    }
  }

  /// The number of a message, which its nonce has over the base nonce (RFC 9180 §5.2).
  private static func position(of nonce: [UInt8], base: [UInt8]) -> UInt64 {
    zip(nonce, base).reduce(0) { $0 << 8 | UInt64($1.0 ^ $1.1) }
  }

  static func basics(_ vector: Vector) throws(VectorFailure) {
    let refHash = vector["ref_hash"]
    try expect(Suite.refHash(label: refHash["label"].string, value: refHash["value"].bytes), refHash["out"].bytes)
    let expand = vector["expand_with_label"]
    let expanded = Suite.expand(
      secret: expand["secret"].bytes, label: expand["label"].string, context: expand["context"].bytes,
      length: expand["length"].int)
    try expect(expanded, expand["out"].bytes)
    let derive = vector["derive_secret"]
    try expect(Suite.derive(secret: derive["secret"].bytes, label: derive["label"].string), derive["out"].bytes)
    let tree = vector["derive_tree_secret"]
    let derived = Suite.deriveTree(
      secret: tree["secret"].bytes, label: tree["label"].string,
      generation: UInt32(clamping: tree["generation"].uint64),
      length: tree["length"].int)
    try expect(derived, tree["out"].bytes)
    try sign(vector["sign_with_label"])
    try encrypt(vector["encrypt_with_label"])
  }

  private static func sign(_ vector: Vector) throws(VectorFailure) {
    let (key, label, content) = (vector["pub"].bytes, vector["label"].string, vector["content"].bytes)
    let own = try require(try? Suite.sign(privateKey: vector["priv"].bytes, label: label, content: content))
    for signature in [vector["signature"].bytes, own] {
      try expect(Suite.verify(publicKey: key, label: label, content: content, signature: signature), true)
      try expect(Suite.verify(publicKey: key, label: label, content: content + [0], signature: signature), false)
    }
    try expect(try? Suite.signaturePublicKey(privateKey: vector["priv"].bytes), key)
  }

  private static func encrypt(_ vector: Vector) throws(VectorFailure) {
    let (label, context) = (vector["label"].string, vector["context"].bytes)
    let official = HPKECiphertext(kemOutput: vector["kem_output"].bytes, ciphertext: vector["ciphertext"].bytes)
    var random = SeededGenerator(seed: 1)
    let own = try require(
      try? Suite.encrypt(
        publicKey: vector["pub"].bytes, label: label, context: context, plaintext: vector["plaintext"].bytes,
        using: &random))
    for ciphertext in [official, own] {
      let opened = try? Suite.decrypt(
        privateKey: vector["priv"].bytes, label: label, context: context, ciphertext: ciphertext)
      try expect(opened, vector["plaintext"].bytes)
    }
  }
}
