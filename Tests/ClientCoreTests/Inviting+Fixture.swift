import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules

@testable import ClientCore

typealias TestVerifier = SuiteVerifier<NativeX25519Suite>
typealias TestInviter = Inviter<NativeX25519Suite>
typealias TestInvitationKey = InvitationKey<NativeX25519Suite>

/// A room's host, and the invitations that go out from it.
struct InvitingHost {
  let key: HostKey<NativeX25519Suite>
  let link: MeetingLink
  /// Rules that are in force, as far as invitations go.
  var rules: RoomRules
  var random: SeededGenerator

  init(seed: UInt64) throws {
    print("seed \(seed)")
    random = SeededGenerator(seed: seed)
    key = try HostKey(seed: random.bytes(32))
    link = MeetingLink(host: key.digest, using: &random)
    rules = RoomRules(groupID: [1], counter: 1, hostKey: key.publicKey)
  }

  mutating func invitationKey() throws -> TestInvitationKey {
    guard let key = TestInvitationKey(secret: random.bytes(16)) else { throw PrimitiveError.invalidParameter }
    return key
  }

  /// What an honest client would make; nil where it would not.
  mutating func invite(
    by inviter: TestInviter? = nil, role: Role = .speaker, delegates: Bool = true, uses: UInt16 = 1,
    expires: UInt64 = 0
  ) throws -> (key: TestInvitationKey, chain: InvitationChain)? {
    let key = try invitationKey()
    let wish = InvitationWish(role: role, delegates: delegates, uses: uses, expires: expires)
    return (inviter ?? .host(self.key)).chain(for: key, wish, of: link).map { (key, $0) }
  }

  /// A certificate that says what it should not, signed all the same.
  mutating func forged(
    by signer: (([UInt8]) -> [UInt8]?)? = nil, after parents: [InvitationCertificate] = [], digest: [UInt8]? = nil,
    issuer: InvitationID? = nil, role: Role = .speaker, expires: UInt64 = 0
  ) throws -> (key: TestInvitationKey, chain: InvitationChain) {
    let key = try invitationKey()
    var certificate = InvitationCertificate(
      hostDigest: digest ?? self.key.digest, key: key.publicKey,
      issuer: issuer ?? parents.last?.id(as: TestVerifier.self) ?? .none, role: role, delegates: true, uses: 1,
      expires: expires)
    certificate.signature = (signer ?? self.key.sign)(certificate.contentToSign) ?? []
    guard let chain = InvitationChain(parents + [certificate]) else { throw PrimitiveError.invalidParameter }
    return (key, chain)
  }

  func verify(_ chain: InvitationChain, now: UInt64? = nil) throws(InvitationError) {
    try chain.verify(hostKey: key.publicKey, now: now, as: TestVerifier.self)
  }
}

extension EntryProof {
  /// What the owner of an invitation puts into its leaf.
  init(_ key: TestInvitationKey, _ chain: InvitationChain, join: JoinID, signatureKey: [UInt8]) {
    let content = Self.contentToSign(join: join, signatureKey: signatureKey)
    self.init(chain: chain, signature: key.sign(content) ?? [])
  }
}
