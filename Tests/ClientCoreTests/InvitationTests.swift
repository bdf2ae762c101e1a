import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

@Suite("Personal invitations")
struct InvitationTests {
  private static let hour: UInt64 = 3_600

  @Test("the host invites, and who was invited may invite further, down to the fourth")
  func chains() throws {
    var host = try InvitingHost(seed: 0xa2_0001)
    var (key, chain) = try #require(try host.invite())
    try host.verify(chain)
    for _ in 0..<3 {
      (key, chain) = try #require(try host.invite(by: .invited(key, chain)))
      try host.verify(chain)
    }
    #expect(chain.certificates.count == 4)
    #expect(Set(chain.ids(as: TestVerifier.self)).count == 4)
    #expect(chain.ids(as: TestVerifier.self).last == key.id)
    #expect(try host.invite(by: .invited(key, chain)) == nil)
  }

  @Test("nobody gives what they do not have: role, time, and the right to invite are the inviter's at most")
  func clamped() throws {
    var host = try InvitingHost(seed: 0xa2_0002)
    let listener = try #require(try host.invite(role: .listener, expires: 5_000))
    let child = try #require(
      try host.invite(by: .invited(listener.key, listener.chain), role: .speaker, expires: 9_000)
    ).chain.last
    #expect(child.role == .listener && child.expires == 5_000)
    let endless = try #require(try host.invite(by: .invited(listener.key, listener.chain))).chain.last
    #expect(endless.expires == 5_000)
    #expect(try #require(try host.invite(role: .host)).chain.last.role == .speaker)
    let last = try #require(try host.invite(delegates: false))
    #expect(try host.invite(by: .invited(last.key, last.chain)) == nil)
    #expect(try host.invite(uses: 0) == nil)
  }

  @Test("a forged issuer, a child that outranks or outlives its parent, another host's: each is refused")
  func forged() throws {
    var host = try InvitingHost(seed: 0xa2_0003)
    let parent = try #require(try host.invite(role: .listener, expires: 5_000))
    let silent = try #require(try host.invite(delegates: false))
    let other = try InvitingHost(seed: 0xa2_0004)
    let parents = parent.chain.certificates
    let cases: [(InvitationError, InvitationChain)] = [
      (.badSignature, try host.forged(by: parent.key.sign).chain),
      (.badSignature, try host.forged(by: other.key.sign).chain),
      (.badSignature, try host.forged(after: parents, role: .listener, expires: 5_000).chain),
      (.wrongIssuer, try host.forged(by: parent.key.sign, issuer: parent.key.id).chain),
      (
        .wrongIssuer,
        try host.forged(by: parent.key.sign, after: parents, issuer: InvitationID.none, role: .listener, expires: 1)
          .chain
      ),
      (
        .wrongIssuer, try host.forged(by: parent.key.sign, after: parents, issuer: silent.key.id, role: .listener).chain
      ),
      (.mayNotDelegate, try host.forged(by: silent.key.sign, after: silent.chain.certificates).chain),
      (.outranksParent, try host.forged(by: parent.key.sign, after: parents, role: .speaker, expires: 5_000).chain),
      (.outlivesParent, try host.forged(by: parent.key.sign, after: parents, role: .listener, expires: 5_001).chain),
      (.outlivesParent, try host.forged(by: parent.key.sign, after: parents, role: .listener, expires: 0).chain),
      (.ofAnotherRoom, try host.forged(by: other.key.sign, digest: other.key.digest).chain),
    ]
    for (index, (error, chain)) in cases.enumerated() {
      #expect(throws: error, "case \(index)") { try host.verify(chain) }
    }
    #expect(throws: InvitationError.ofAnotherRoom) { try other.verify(parent.chain) }
    try host.verify(try host.forged(by: parent.key.sign, after: parents, role: .listener, expires: 5_000).chain)
  }

  @Test("an invitation ends when it says, give or take an hour; who is inside by then was let in")
  func expiry() throws {
    var host = try InvitingHost(seed: 0xa2_0005)
    let parent = try #require(try host.invite(expires: 100_000))
    let child = try #require(try host.invite(by: .invited(parent.key, parent.chain))).chain
    for chain in [parent.chain, child] {
      try host.verify(chain, now: 100_000 + Self.hour)
      #expect(throws: InvitationError.expired) { try host.verify(chain, now: 100_001 + Self.hour) }
      #expect(throws: InvitationError.expired) { try host.verify(chain, now: .max) }
      try host.verify(chain, now: nil)
    }
    try host.verify(try #require(try host.invite()).chain, now: .max)
  }

  @Test("a branch that was taken back is gone with all that came from it; another branch stays")
  func revoked() throws {
    var host = try InvitingHost(seed: 0xa2_0006)
    let parent = try #require(try host.invite())
    let child = try #require(try host.invite(by: .invited(parent.key, parent.chain)))
    let sibling = try #require(try host.invite())
    host.rules.revoked = [parent.key.id]
    #expect(parent.chain.isRevoked(by: host.rules, as: TestVerifier.self))
    #expect(child.chain.isRevoked(by: host.rules, as: TestVerifier.self))
    #expect(!sibling.chain.isRevoked(by: host.rules, as: TestVerifier.self))
    host.rules.revoked = [child.key.id]
    #expect(!parent.chain.isRevoked(by: host.rules, as: TestVerifier.self))
    #expect(child.chain.isRevoked(by: host.rules, as: TestVerifier.self))
  }

  @Test("a proof is good for one leaf: neither its join nor its key may be another's")
  func proofs() throws {
    var host = try InvitingHost(seed: 0xa2_0007)
    let (key, chain) = try #require(try host.invite())
    let (join, other) = (JoinID(using: &host.random), JoinID(using: &host.random))
    let leafKey = host.random.bytes(32)
    let proof = EntryProof(key, chain, join: join, signatureKey: leafKey)
    func judge(_ proof: EntryProof, _ join: JoinID, _ leafKey: [UInt8]) throws(InvitationError) {
      try proof.verify(of: join, signatureKey: leafKey, under: host.rules, now: 0, as: TestVerifier.self)
    }
    try judge(proof, join, leafKey)
    #expect(throws: InvitationError.badProof) { try judge(proof, other, leafKey) }
    #expect(throws: InvitationError.badProof) { try judge(proof, join, host.random.bytes(32)) }
    let stranger = try host.invitationKey()
    let stolen = EntryProof(stranger, chain, join: join, signatureKey: leafKey)
    #expect(throws: InvitationError.badProof) { try judge(stolen, join, leafKey) }
    host.rules.revoked = [key.id]
    #expect(throws: InvitationError.revoked) { try judge(proof, join, leafKey) }
  }

  @Test("what travels is read in its one encoding; cut, longer or changed, it is refused")
  func wire() throws {
    var host = try InvitingHost(seed: 0xa2_0008)
    let parent = try #require(try host.invite(role: .listener, uses: 300, expires: 77))
    let (key, chain) = try #require(try host.invite(by: .invited(parent.key, parent.chain)))
    let join = JoinID(using: &host.random)
    let proof = EntryProof(key, chain, join: join, signatureKey: [9])
    let bytes = proof.wire
    #expect(try EntryProof(wire: bytes) == proof)
    #expect(bytes.count < InvitationChain.maximumLength)
    for length in bytes.indices {
      #expect(throws: WireError.self) { try EntryProof(wire: Array(bytes[..<length])) }
    }
    #expect(throws: WireError.self) { try EntryProof(wire: bytes + [0]) }
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= UInt8(1) << UInt8(host.random.next(upperBound: UInt64(8)))
      guard let read = try? EntryProof(wire: changed) else { continue }
      #expect(throws: InvitationError.self, "byte \(place)") {
        try read.verify(of: join, signatureKey: [9], under: host.rules, now: 0, as: TestVerifier.self)
      }
    }
  }

  @Test("no chain, too many, or a certificate that says nothing sensible is no invitation")
  func malformed() throws {
    var host = try InvitingHost(seed: 0xa2_0009)
    let certificate = try #require(try host.invite()).chain.last
    func chain(of count: Int) -> [UInt8] {
      var writer = WireWriter()
      writer.write(vector: [InvitationCertificate](repeating: certificate, count: count))
      return writer.bytes
    }
    #expect((try? InvitationChain(wire: chain(of: 4))) != nil)
    for count in [0, 5, 40] { #expect((try? InvitationChain(wire: chain(of: count))) == nil) }
    let (role, delegates, uses) = (1 + 10 + 32 + 16, 1 + 10 + 32 + 16 + 1, 1 + 10 + 32 + 16 + 2)
    for (place, value) in [(0, 2), (role, 2), (role, 4), (delegates, 2)] as [(Int, UInt8)] {
      var bytes = certificate.wire
      bytes[place] = value
      #expect((try? InvitationCertificate(wire: bytes)) == nil)
    }
    var none = certificate.wire
    (none[uses], none[uses + 1]) = (0, 0)
    #expect((try? InvitationCertificate(wire: none)) == nil)
  }
}
