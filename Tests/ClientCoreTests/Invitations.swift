import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules

@testable import ClientCore

/// An invitation of a room's host, as it stands in the leaves of those who came by it.
struct Invitations {
  let seed: [UInt8]
  let chain: InvitationChain

  init(_ room: PolicyRoom, role: Role = .speaker, uses: UInt16 = 1, expires: UInt64 = 0, seed: UInt8 = 9) throws {
    self.seed = [UInt8](repeating: seed, count: 32)
    var certificate = InvitationCertificate(
      hostDigest: room.host.digest, key: try TestSuite.signaturePublicKey(privateKey: self.seed), issuer: .none,
      role: role, delegates: false, uses: uses, expires: expires)
    certificate.signature = try TestSuite.sign(privateKey: room.host.seed, message: certificate.contentToSign)
    guard let chain = InvitationChain([certificate]) else { throw MLSError.group(.removed) }
    self.chain = chain
  }

  var id: InvitationID { chain.last.id(as: SuiteVerifier<TestSuite>.self) }
}

extension PolicyRoom {
  /// The key package of somebody who has an invitation and proves it. `as` proves it for another.
  mutating func invited(_ invitation: Invitations, as other: JoinID? = nil) throws -> KeyPackage {
    let (join, identity) = try person()
    let content = EntryProof.contentToSign(join: other ?? join, signatureKey: identity.signaturePublicKey)
    let proof = EntryProof(
      chain: invitation.chain, signature: try TestSuite.sign(privateKey: invitation.seed, message: content))
    let lifetime = Lifetime(notBefore: policyNow - 3_600, notAfter: policyNow + 3_600)
    let bundle = try KeyPackageBundle(
      identity, lifetime: lifetime, leafExtensions: [Extension(type: EntryProof.type, data: proof.wire)],
      using: &random)
    return bundle.keyPackage
  }
}
