package import MLS
package import RoomRules

/// What somebody who is to be invited gets.
package struct InvitationWish: Equatable, Sendable {
  /// `.listener` or `.speaker`.
  package let role: Role
  package let delegates: Bool
  /// Devices, at least one.
  package let uses: UInt16
  /// Seconds since 1970; 0 for never.
  package let expires: UInt64

  package init(role: Role, delegates: Bool, uses: UInt16, expires: UInt64) {
    self.role = role
    self.delegates = delegates
    self.uses = uses
    self.expires = expires
  }
}

/// Who invites, and with which key.
package enum Inviter<Suite: CipherSuiteProvider>: Sendable {
  case host(HostKey<Suite>)
  /// Somebody who was invited, by the chain that ends with `InvitationKey`.
  case invited(InvitationKey<Suite>, InvitationChain)

  /// The chain of a new invitation whose key is `key`. It gives no more, and for no longer, than the inviter has. nil
  /// where the inviter may not invite.
  func chain(for key: InvitationKey<Suite>, _ wish: InvitationWish, of room: MeetingLink) -> InvitationChain? {
    guard let digest = room.hostKeyDigest, wish.uses > 0 else { return nil }
    var (issuer, role, expires) = (InvitationID.none, min(wish.role, .speaker), wish.expires)
    var certificates: [InvitationCertificate] = []
    if case .invited(_, let chain) = self {
      let own = chain.last
      guard own.delegates else { return nil }
      certificates = chain.certificates
      issuer = own.id(as: SuiteVerifier<Suite>.self)
      role = min(role, own.role)
      if own.expires != 0, expires == 0 || expires > own.expires { expires = own.expires }
    }
    var certificate = InvitationCertificate(
      hostDigest: digest, key: key.publicKey, issuer: issuer, role: max(role, .listener), delegates: wish.delegates,
      uses: wish.uses, expires: expires)
    guard let signature = sign(certificate.contentToSign) else { return nil }
    certificate.signature = signature
    return InvitationChain(certificates + [certificate])
  }

  private func sign(_ content: [UInt8]) -> [UInt8]? {
    switch self {
    case .host(let key): key.sign(content)
    case .invited(let key, _): key.sign(content)
    }
  }
}
