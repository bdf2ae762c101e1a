internal import Bytes

/// Hybrid public key encryption in base mode over the primitives of a suite (RFC 9180).
package enum HPKE<Suite: CipherSuiteProvider> {
  /// The result of a key schedule: encrypts a sequence of messages and exports secrets (RFC 9180 §5.2, §5.3).
  package struct Context {
    package let key: [UInt8]
    package let baseNonce: [UInt8]
    package let exporterSecret: [UInt8]
    private var sequence: UInt64 = 0

    init(sharedSecret: [UInt8], info: [UInt8]) {
      let pskIDHash = HPKE.labeledExtract(HPKE.suiteID, salt: [], label: "psk_id_hash", secret: [])
      let infoHash = HPKE.labeledExtract(HPKE.suiteID, salt: [], label: "info_hash", secret: info)
      let context = [0] + pskIDHash + infoHash
      let secret = HPKE.labeledExtract(HPKE.suiteID, salt: sharedSecret, label: "secret", secret: [])
      func expand(_ label: String, _ length: Int) -> [UInt8] {
        HPKE.labeledExpand(HPKE.suiteID, key: secret, label: label, info: context, length: length)
      }
      key = expand("key", Suite.aeadKeyLength)
      baseNonce = expand("base_nonce", Suite.aeadNonceLength)
      exporterSecret = expand("exp", Suite.hashLength)
    }

    package mutating func seal(additionalData: [UInt8], plaintext: [UInt8]) throws(PrimitiveError) -> [UInt8] {
      try Suite.aeadSeal(key: key, nonce: nextNonce(), additionalData: additionalData, plaintext: plaintext)
    }

    package mutating func open(additionalData: [UInt8], sealed: [UInt8]) throws(PrimitiveError) -> [UInt8] {
      try Suite.aeadOpen(key: key, nonce: nextNonce(), additionalData: additionalData, sealed: sealed)
    }

    package func export(context: [UInt8], length: Int) -> [UInt8] {
      HPKE.labeledExpand(HPKE.suiteID, key: exporterSecret, label: "sec", info: context, length: length)
    }

    private mutating func nextNonce() -> [UInt8] {
      var nonce = baseNonce
      for byte in 0..<8 { nonce[nonce.count - 1 - byte] ^= UInt8(truncatingIfNeeded: sequence >> (8 * UInt64(byte))) }
      sequence += 1
      return nonce
    }
  }

  /// `DeriveKeyPair` (RFC 9180 §7.1.3). Fails only if 256 candidates in a row are no scalars of P-256.
  package static func deriveKeyPair(_ inputKeyMaterial: [UInt8]) throws(PrimitiveError) -> KeyPair {
    let secret = labeledExtract(kemSuiteID, salt: [], label: "dkp_prk", secret: inputKeyMaterial)
    let length = Suite.kem.privateKeyLength
    if Suite.kem == .x25519 {
      let key = labeledExpand(kemSuiteID, key: secret, label: "sk", info: [], length: length)
      return KeyPair(privateKey: key, publicKey: try Suite.kemPublicKey(privateKey: key))
    }
    for counter in UInt8.min...UInt8.max {
      let key = labeledExpand(kemSuiteID, key: secret, label: "candidate", info: [counter], length: length)
      if let publicKey = try? Suite.kemPublicKey(privateKey: key) {
        return KeyPair(privateKey: key, publicKey: publicKey)
      }
    }
    throw .invalidParameter
  }

  /// `GenerateKeyPair`, out of randomness that is handed in.
  package static func generateKeyPair(
    using random: inout some RandomNumberGenerator
  ) throws(PrimitiveError) -> KeyPair {
    try deriveKeyPair(random.bytes(Suite.kem.privateKeyLength))
  }

  /// `SetupBaseS` (RFC 9180 §5.1.1) with the given ephemeral key pair.
  package static func setupSender(
    publicKey: [UInt8], info: [UInt8], ephemeral: KeyPair
  ) throws(PrimitiveError) -> (kemOutput: [UInt8], context: Context) {
    let shared = try agree(privateKey: ephemeral.privateKey, publicKey: publicKey)
    let secret = extractAndExpand(shared, kemContext: ephemeral.publicKey + publicKey)
    return (ephemeral.publicKey, Context(sharedSecret: secret, info: info))
  }

  /// `SetupBaseR` (RFC 9180 §5.1.1).
  package static func setupReceiver(
    kemOutput: [UInt8], privateKey: [UInt8], info: [UInt8]
  ) throws(PrimitiveError) -> Context {
    let shared = try agree(privateKey: privateKey, publicKey: kemOutput)
    let publicKey = try Suite.kemPublicKey(privateKey: privateKey)
    return Context(sharedSecret: extractAndExpand(shared, kemContext: kemOutput + publicKey), info: info)
  }

  /// RFC 9180 §7.1.4: a shared secret of zeros comes from a point of small order.
  private static func agree(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    let shared = try Suite.diffieHellman(privateKey: privateKey, publicKey: publicKey)
    guard shared.contains(where: { $0 != 0 }) else { throw .invalidParameter }
    return shared
  }

  private static func extractAndExpand(_ shared: [UInt8], kemContext: [UInt8]) -> [UInt8] {
    let secret = labeledExtract(kemSuiteID, salt: [], label: "eae_prk", secret: shared)
    return labeledExpand(
      kemSuiteID, key: secret, label: "shared_secret", info: kemContext, length: Suite.hashLength)
  }

  private static var kemSuiteID: [UInt8] { [UInt8](utf8: "KEM") + bigEndian(Suite.kem.id) }
  /// HKDF-SHA256 is KDF 1 and AES-128-GCM is AEAD 1.
  private static var suiteID: [UInt8] {
    [UInt8](utf8: "HPKE") + bigEndian(Suite.kem.id) + bigEndian(1) + bigEndian(1)
  }

  private static func bigEndian(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  private static func labeledExtract(_ id: [UInt8], salt: [UInt8], label: String, secret: [UInt8]) -> [UInt8] {
    Suite.extract(salt: salt, secret: [UInt8](utf8: "HPKE-v1") + id + [UInt8](utf8: label) + secret)
  }

  private static func labeledExpand(
    _ id: [UInt8], key: [UInt8], label: String, info: [UInt8], length: Int
  ) -> [UInt8] {
    let prefix = bigEndian(UInt16(length)) + [UInt8](utf8: "HPKE-v1")
    return Suite.expand(key: key, info: prefix + id + [UInt8](utf8: label) + info, length: length)
  }
}
