internal import Bytes
package import MLSWire

/// The labelled functions that everything else is made of (RFC 9420 §5.1, §5.2, §8).
extension CipherSuiteProvider {
  /// `SignWithLabel` (§5.1.2).
  package static func sign(
    privateKey: [UInt8], label: String, content: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    try sign(privateKey: privateKey, message: LabelledContent.wire(label: label, content: content))
  }

  /// `VerifyWithLabel` (§5.1.2).
  package static func verify(publicKey: [UInt8], label: String, content: [UInt8], signature: [UInt8]) -> Bool {
    verify(publicKey: publicKey, message: LabelledContent.wire(label: label, content: content), signature: signature)
  }

  /// `EncryptWithLabel` (§5.1.3).
  package static func encrypt(
    publicKey: [UInt8], label: String, context: [UInt8], plaintext: [UInt8],
    using random: inout some RandomNumberGenerator
  ) throws(PrimitiveError) -> HPKECiphertext {
    let ephemeral = try HPKE<Self>.generateKeyPair(using: &random)
    var (kemOutput, hpke) = try HPKE<Self>.setupSender(
      publicKey: publicKey, info: LabelledContent.wire(label: label, content: context), ephemeral: ephemeral)
    return HPKECiphertext(kemOutput: kemOutput, ciphertext: try hpke.seal(additionalData: [], plaintext: plaintext))
  }

  /// `DecryptWithLabel` (§5.1.3).
  package static func decrypt(
    privateKey: [UInt8], label: String, context: [UInt8], ciphertext: HPKECiphertext
  ) throws(PrimitiveError) -> [UInt8] {
    var hpke = try HPKE<Self>.setupReceiver(
      kemOutput: ciphertext.kemOutput, privateKey: privateKey,
      info: LabelledContent.wire(label: label, content: context))
    return try hpke.open(additionalData: [], sealed: ciphertext.ciphertext)
  }

  /// `ExpandWithLabel` (§8).
  package static func expand(secret: [UInt8], label: String, context: [UInt8], length: Int) -> [UInt8] {
    var info = WireWriter()
    info.write(UInt16(length))
    info.write(raw: LabelledContent.wire(label: label, content: context))
    return expand(key: secret, info: info.bytes, length: length)
  }

  /// `DeriveSecret` (§8).
  package static func derive(secret: [UInt8], label: String) -> [UInt8] {
    expand(secret: secret, label: label, context: [], length: hashLength)
  }

  /// `DeriveTreeSecret` (§9.1).
  package static func deriveTree(secret: [UInt8], label: String, generation: UInt32, length: Int) -> [UInt8] {
    expand(secret: secret, label: label, context: generation.wire, length: length)
  }

  /// `RefHash` (§5.2), whose labels carry their own prefix.
  package static func refHash(label: String, value: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: [UInt8](utf8: label))
    writer.write(opaque: value)
    return hash(writer.bytes)
  }

  /// `MakeKeyPackageRef` (§5.2).
  package static func reference(of keyPackage: KeyPackage) -> [UInt8] {
    refHash(label: "MLS 1.0 KeyPackage Reference", value: keyPackage.wire)
  }

  /// `MakeProposalRef` (§5.2).
  package static func reference(of proposal: AuthenticatedContent) -> [UInt8] {
    refHash(label: "MLS 1.0 Proposal Reference", value: proposal.wire)
  }

  /// A fresh signature key, out of randomness that is handed in.
  package static func generateSignatureKey(using random: inout some RandomNumberGenerator) -> [UInt8] {
    while true {
      let candidate = random.bytes(32)
      if (try? signaturePublicKey(privateKey: candidate)) != nil { return candidate }
    }
  }
}

extension UInt32 {
  /// Four bytes in network order.
  var wire: [UInt8] {
    var writer = WireWriter()
    writer.write(self)
    return writer.bytes
  }
}
