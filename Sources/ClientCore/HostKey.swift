package import MLS
import RoomRules

/// The key that governs a room. `H` in the link names its public half, so nobody else can hand out roles.
package struct HostKey<Suite: CipherSuiteProvider>: Sendable {
  /// The private key, 32 bytes; whoever has it is the host.
  let seed: [UInt8]
  package let publicKey: [UInt8]

  package static var seedLength: Int { 32 }

  /// Throws for a seed that is no private key of the suite.
  package init(seed: [UInt8]) throws(MLS.PrimitiveError) {
    guard seed.count == Self.seedLength else { throw .invalidParameter }
    self.seed = seed
    publicKey = try Suite.signaturePublicKey(privateKey: seed)
  }

  /// `H`: 10 bytes.
  package var digest: [UInt8] { Self.digest(of: publicKey) }

  /// Signs a content of ours that says by itself what it is: one of `DoorProofs`, or a certificate's.
  package func sign(_ content: [UInt8]) -> [UInt8]? { try? Suite.sign(privateKey: seed, message: content) }

  /// The host's own invitation, for any number of devices: with it they come in past whoever keeps the door.
  var invitation: InvitationChain? {
    var certificate = InvitationCertificate(
      hostDigest: digest, key: publicKey, issuer: .none, role: .speaker, delegates: false, uses: .max, expires: 0)
    guard let signature = sign(certificate.contentToSign) else { return nil }
    certificate.signature = signature
    return InvitationChain([certificate])
  }

  static func digest(of publicKey: [UInt8]) -> [UInt8] {
    Array(Suite.hash(publicKey).prefix(MeetingLink.hostKeyDigestLength))
  }
}
