import Bytes
package import MLS
import MLSWire
package import RoomRules

/// The key of a personal invitation, made of `I` in its link: whoever has it is who was invited, until the first device
/// that uses it has bound it to itself.
package struct InvitationKey<Suite: CipherSuiteProvider>: Sendable {
  private let seed: [UInt8]
  package let publicKey: [UInt8]

  /// `secret` is `I`, 16 bytes. nil for a seed that is no private key of the suite.
  package init?(secret: [UInt8]) {
    let root = Suite.extract(salt: [UInt8](utf8: "tertulia invitation 1"), secret: secret)
    seed = Suite.expand(key: root, info: [UInt8](utf8: "seed"), length: 32)
    guard let key = try? Suite.signaturePublicKey(privateKey: seed) else { return nil }
    publicKey = key
  }

  package var id: InvitationID { InvitationCertificate.id(of: publicKey, as: SuiteVerifier<Suite>.self) }

  /// Signs a content of ours that says by itself what it is: one of `DoorProofs`, a certificate's, an entry proof's.
  package func sign(_ content: [UInt8]) -> [UInt8]? { try? Suite.sign(privateKey: seed, message: content) }
}
