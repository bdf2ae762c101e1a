package import MLSWire

/// Why an invitation is none.
package enum InvitationError: UInt8, Error, Sendable, CaseIterable {
  /// Of another host's room.
  case ofAnotherRoom = 1
  /// Not by the host, or not by the invitation before it.
  case wrongIssuer
  case badSignature
  /// By an invitation that may not invite further.
  case mayNotDelegate
  /// Gives more than the one that it comes from.
  case outranksParent
  /// Is good for longer than the one that it comes from.
  case outlivesParent
  case expired
  /// It, or one that it comes from, is on the rules' list.
  case revoked
  /// The proof is somebody else's, or of another key.
  case badProof
}

/// An invitation with all that it comes from: the host's first, its own last.
///
///     InvitationCertificate chain<V>;                     // 1 to 4
package struct InvitationChain: Equatable, Sendable, WireCodable {
  /// Root first; 1 to `maximumDepth`.
  package let certificates: [InvitationCertificate]

  package static let maximumDepth = 4
  /// Of an encoded chain, in bytes.
  package static let maximumLength = 1024
  /// Clocks differ by this many seconds.
  package static let tolerance: UInt64 = 3_600

  /// nil for none, or for more than may be.
  package init?(_ certificates: [InvitationCertificate]) {
    guard !certificates.isEmpty, certificates.count <= Self.maximumDepth else { return nil }
    self.certificates = certificates
  }

  package init(from reader: inout WireReader) throws(WireError) {
    certificates = try reader.vector(
      of: InvitationCertificate.self, limit: Self.maximumLength, maximumCount: Self.maximumDepth)
    guard !certificates.isEmpty else { throw .badVectorLength }
  }

  package func encode(into writer: inout WireWriter) { writer.write(vector: certificates) }

  /// The invitation itself.
  package var last: InvitationCertificate { certificates[certificates.count - 1] }

  /// From the root to the invitation itself.
  package func ids<Verifier: RulesVerifier>(as verifier: Verifier.Type) -> [InvitationID] {
    var ids: [InvitationID] = []
    for certificate in certificates { ids.append(certificate.id(as: Verifier.self)) }
    return ids
  }

  /// Checks every link of the chain. `hostKey` is the key that the room's link names, as its rules carry it. `now` is
  /// in seconds since 1970, an hour's difference of clocks is allowed; nil where whoever is inside was let in long ago.
  package func verify<Verifier: RulesVerifier>(
    hostKey: [UInt8], now: UInt64?, as verifier: Verifier.Type
  ) throws(InvitationError) {
    let digest = Array(Verifier.sha256(hostKey).prefix(RoomRules.hostDigestLength))
    var parent: InvitationCertificate?
    for certificate in certificates {
      guard certificate.hostDigest == digest else { throw .ofAnotherRoom }
      if let parent {
        guard certificate.issuer == parent.id(as: Verifier.self) else { throw .wrongIssuer }
        try certificate.verify(under: parent)
      } else {
        guard certificate.issuer == .none else { throw .wrongIssuer }
      }
      if let now, certificate.isOver(at: now) { throw .expired }
      guard
        Verifier.isValid(certificate.signature, of: certificate.contentToSign, by: parent?.key ?? hostKey)
      else { throw .badSignature }
      parent = certificate
    }
  }

  /// Whether it is the host's own: who moderates beside them cannot take it back, and it opens a locked door.
  package func isHosts(by rules: RoomRules) -> Bool { last.key == rules.hostKey }

  /// Whether `rules` take it or one that it comes from back.
  package func isRevoked<Verifier: RulesVerifier>(by rules: RoomRules, as verifier: Verifier.Type) -> Bool {
    guard !rules.revoked.isEmpty, !isHosts(by: rules) else { return false }
    for certificate in certificates where rules.revoked.contains(certificate.id(as: Verifier.self)) { return true }
    return false
  }
}

extension InvitationCertificate {
  /// Whether it is over by more than clocks differ.
  package func isOver(at now: UInt64) -> Bool {
    expires != 0 && now > expires && now - expires > InvitationChain.tolerance
  }

  /// What somebody was given they may hand on, and no more.
  fileprivate func verify(under parent: InvitationCertificate) throws(InvitationError) {
    guard parent.delegates else { throw .mayNotDelegate }
    guard role <= parent.role else { throw .outranksParent }
    guard parent.expires == 0 || (expires != 0 && expires <= parent.expires) else { throw .outlivesParent }
  }
}
