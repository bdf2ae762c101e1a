import Bytes
package import MLSWire

/// Signatures and membership tags of messages (RFC 9420 §6.1, §6.2).
package enum Framing<Suite: CipherSuiteProvider> {
  /// Signs a content. The confirmation tag of a commit is set afterwards: it depends on the signature.
  package static func sign(
    _ content: FramedContent, wireFormat: WireFormat, context: GroupContext, signatureKey: [UInt8]
  ) throws(MLSError) -> AuthenticatedContent {
    let message = content.toBeSigned(wireFormat: wireFormat, context: context)
    let signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: signatureKey, label: "FramedContentTBS", content: message)
    }
    return AuthenticatedContent(
      wireFormat: wireFormat, content: content, auth: FramedContentAuthData(signature: signature, confirmationTag: nil))
  }

  package static func verify(
    _ message: AuthenticatedContent, context: GroupContext, signatureKey: [UInt8]
  ) throws(MLSError) {
    let signed = message.content.toBeSigned(wireFormat: message.wireFormat, context: context)
    guard
      Suite.verify(
        publicKey: signatureKey, label: "FramedContentTBS", content: signed, signature: message.auth.signature)
    else { throw .framing(.badSignature) }
  }

  /// Frames a message that everybody may read; one from a member gets its membership tag (§6.2).
  package static func protectPublic(
    _ message: AuthenticatedContent, context: GroupContext, membershipKey: [UInt8]
  ) throws(MLSError) -> PublicMessage {
    if case .application = message.content.content { throw .framing(.applicationDataInClear) }
    var result = PublicMessage(content: message.content, auth: message.auth, membershipTag: nil)
    if case .member = message.content.sender {
      result.membershipTag = membershipTag(message, context: context, key: membershipKey)
    }
    return result
  }

  /// Checks the membership tag (§6.2). The signature is still to be verified.
  package static func unprotect(
    _ message: PublicMessage, context: GroupContext, membershipKey: [UInt8]
  ) throws(MLSError) -> AuthenticatedContent {
    if case .application = message.content.content { throw .framing(.applicationDataInClear) }
    let content = AuthenticatedContent(wireFormat: .publicMessage, content: message.content, auth: message.auth)
    if case .member = message.content.sender {
      let expected = membershipTag(content, context: context, key: membershipKey)
      guard let tag = message.membershipTag, tag.isEqualInConstantTime(to: expected) else {
        throw .framing(.badMembershipTag)
      }
    }
    return content
  }

  /// MAC over `AuthenticatedContentTBM` (§6.2).
  private static func membershipTag(
    _ message: AuthenticatedContent, context: GroupContext, key: [UInt8]
  ) -> [UInt8] {
    var writer = WireWriter()
    writer.write(raw: message.content.toBeSigned(wireFormat: message.wireFormat, context: context))
    message.auth.encode(into: &writer)
    return Suite.hmac(key: key, message: writer.bytes)
  }
}
