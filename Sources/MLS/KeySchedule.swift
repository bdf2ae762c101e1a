internal import Bytes
package import MLSWire

/// The secrets of an epoch (RFC 9420 §8). An erased one is empty.
package struct EpochSecrets<Suite: CipherSuiteProvider>: Sendable {
  /// One array of them all: a group is copied often, and each field that it has costs code in the browser.
  private var values: [[UInt8]]

  enum Name: Int, CaseIterable {
    case senderData, encryption, exporter, external, confirmation, membership, resumption, authentication, initial

    var label: String {
      switch self {
      case .senderData: "sender data"
      case .encryption: "encryption"
      case .exporter: "exporter"
      case .external: "external"
      case .confirmation: "confirm"
      case .membership: "membership"
      case .resumption: "resumption"
      case .authentication: "authentication"
      case .initial: "init"
      }
    }
  }

  package init(epochSecret: [UInt8]) {
    values = Name.allCases.map { Suite.derive(secret: epochSecret, label: $0.label) }
  }

  package var senderData: [UInt8] { values[Name.senderData.rawValue] }
  /// Root of the secret tree; erased once the tree is made.
  package var encryption: [UInt8] { values[Name.encryption.rawValue] }
  package var exporter: [UInt8] { values[Name.exporter.rawValue] }
  package var external: [UInt8] { values[Name.external.rawValue] }
  package var confirmationKey: [UInt8] { values[Name.confirmation.rawValue] }
  package var membershipKey: [UInt8] { values[Name.membership.rawValue] }
  package var resumptionPSK: [UInt8] { values[Name.resumption.rawValue] }
  package var epochAuthenticator: [UInt8] { values[Name.authentication.rawValue] }
  package var initSecret: [UInt8] { values[Name.initial.rawValue] }

  /// Deletes one of them (§9.2).
  mutating func erase(_ name: Name) { values[name.rawValue].erase() }

  /// Deletes all of them (§9.2).
  mutating func erase() { for name in Name.allCases { erase(name) } }

  /// `MLS-Exporter` (§8.5). `length` in bytes, at most 255 * 32.
  package func export(label: String, context: [UInt8], length: Int) -> [UInt8] {
    Suite.expand(
      secret: Suite.derive(secret: exporter, label: label), label: "exported", context: Suite.hash(context),
      length: length)
  }

  /// The key pair that external commits are addressed to (§8).
  package func externalKeyPair() throws(MLSError) -> KeyPair {
    try primitive { () throws(PrimitiveError) in try HPKE<Suite>.deriveKeyPair(external) }
  }

  /// `confirmation_tag` (§6.1).
  package func confirmationTag(_ confirmedTranscriptHash: [UInt8]) -> [UInt8] {
    Suite.hmac(key: confirmationKey, message: confirmedTranscriptHash)
  }
}

/// The steps between two epochs (RFC 9420 §8).
package enum KeySchedule<Suite: CipherSuiteProvider> {
  /// `joiner_secret`; `context` is that of the new epoch.
  package static func joinerSecret(initSecret: [UInt8], commitSecret: [UInt8], context: GroupContext) -> [UInt8] {
    Suite.expand(
      secret: Suite.extract(salt: initSecret, secret: commitSecret), label: "joiner", context: context.wire,
      length: Suite.hashLength)
  }

  /// `welcome_secret`.
  package static func welcomeSecret(joinerSecret: [UInt8], pskSecret: [UInt8]) -> [UInt8] {
    Suite.derive(secret: Suite.extract(salt: joinerSecret, secret: pskSecret), label: "welcome")
  }

  package static func epoch(
    joinerSecret: [UInt8], pskSecret: [UInt8], context: GroupContext
  ) -> EpochSecrets<Suite> {
    EpochSecrets(
      epochSecret: Suite.expand(
        secret: Suite.extract(salt: joinerSecret, secret: pskSecret), label: "epoch", context: context.wire,
        length: Suite.hashLength))
  }

  /// `welcome_key` and `welcome_nonce` (§12.4.3.1).
  package static func welcomeKey(_ welcomeSecret: [UInt8]) -> (key: [UInt8], nonce: [UInt8]) {
    (
      Suite.expand(secret: welcomeSecret, label: "key", context: [], length: Suite.aeadKeyLength),
      Suite.expand(secret: welcomeSecret, label: "nonce", context: [], length: Suite.aeadNonceLength)
    )
  }

  /// The init secret of an external commit as the joiner makes it (§8.3).
  static func externalInit(
    externalPub: [UInt8], using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> (kemOutput: [UInt8], initSecret: [UInt8]) {
    do {
      let ephemeral = try HPKE<Suite>.generateKeyPair(using: &random)
      let (kemOutput, context) = try HPKE<Suite>.setupSender(publicKey: externalPub, info: [], ephemeral: ephemeral)
      return (kemOutput, context.export(context: externalInitLabel, length: Suite.hashLength))
    } catch {
      throw .primitive(error)
    }
  }

  /// The same secret as the members derive it (§8.3).
  static func externalInit(kemOutput: [UInt8], keyPair: KeyPair) throws(MLSError) -> [UInt8] {
    try primitive { () throws(PrimitiveError) in
      try HPKE<Suite>.setupReceiver(kemOutput: kemOutput, privateKey: keyPair.privateKey, info: [])
        .export(context: externalInitLabel, length: Suite.hashLength)
    }
  }

  private static var externalInitLabel: [UInt8] { [UInt8](utf8: "MLS 1.0 external init secret") }
}

/// RFC 9420 §8.2.
package enum TranscriptHash<Suite: CipherSuiteProvider> {
  /// `confirmed_transcript_hash` after a commit.
  package static func confirmed(interim: [UInt8], commit: AuthenticatedContent) -> [UInt8] {
    var writer = WireWriter()
    writer.write(raw: interim)
    writer.write(commit.wireFormat)
    writer.write(commit.content)
    writer.write(opaque: commit.auth.signature)
    return Suite.hash(writer.bytes)
  }

  /// `interim_transcript_hash`.
  package static func interim(confirmed: [UInt8], confirmationTag: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(raw: confirmed)
    writer.write(opaque: confirmationTag)
    return Suite.hash(writer.bytes)
  }
}
