package import MLSWire

/// Encryption of messages (RFC 9420 §6.3).
package enum PrivateFraming<Suite: CipherSuiteProvider> {
  /// Encrypts a signed message of `leaf` with the next key of its ratchet; `padding` zero bytes are added.
  package static func protect(
    _ message: AuthenticatedContent, from leaf: LeafIndex, senderDataSecret: [UInt8],
    secretTree: inout SecretTree<Suite>, padding: Int, using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> PrivateMessage {
    let type = message.content.content.type
    var ratchet = try secretTree.ratchet(of: leaf, RatchetKind(type))
    let (generation, key) = try ratchet.next()
    secretTree.store(ratchet, of: leaf, RatchetKind(type))
    let senderData = SenderData(leafIndex: leaf, generation: generation, reuseGuard: random.bytes(4))
    var result = PrivateMessage(
      groupID: message.content.groupID, epoch: message.content.epoch, contentType: type,
      authenticatedData: message.content.authenticatedData, encryptedSenderData: [], ciphertext: [])
    let plaintext = PrivateMessageContent(content: message.content.content, auth: message.auth, padding: padding)
    let contentAAD = result.contentAAD
    result.ciphertext = try primitive { () throws(PrimitiveError) in
      try Suite.aeadSeal(
        key: key.key, nonce: guarded(key.nonce, senderData.reuseGuard), additionalData: contentAAD,
        plaintext: plaintext.wire)
    }
    let (senderKey, senderNonce) = senderDataKey(senderDataSecret, ciphertext: result.ciphertext)
    let senderAAD = result.senderDataAAD
    result.encryptedSenderData = try primitive { () throws(PrimitiveError) in
      try Suite.aeadSeal(key: senderKey, nonce: senderNonce, additionalData: senderAAD, plaintext: senderData.wire)
    }
    return result
  }

  /// A message that was opened and whose signature is still to be verified: its key is used up when `ratchet` is
  /// stored.
  package struct Opened: Sendable {
    package let content: AuthenticatedContent
    package let leaf: LeafIndex
    let ratchet: HashRatchet<Suite>
  }

  /// Opens a message. Nothing in the tree is used up before `consume`.
  package static func open(
    _ message: PrivateMessage, senderDataSecret: [UInt8], secretTree: inout SecretTree<Suite>
  ) throws(MLSError) -> Opened {
    let sender = try senderData(of: message, secret: senderDataSecret)
    var ratchet = try secretTree.ratchet(of: sender.leafIndex, RatchetKind(message.contentType))
    let key = try ratchet.key(at: sender.generation)
    let plaintext = try primitive(.framing(.undecryptable)) { () throws(PrimitiveError) in
      try Suite.aeadOpen(
        key: key.key, nonce: guarded(key.nonce, sender.reuseGuard), additionalData: message.contentAAD,
        sealed: message.ciphertext)
    }
    let parts = try parsing { () throws(WireError) in try PrivateMessageContent(message.contentType, wire: plaintext) }
    let content = FramedContent(
      groupID: message.groupID, epoch: message.epoch, sender: .member(sender.leafIndex),
      authenticatedData: message.authenticatedData, content: parts.content)
    return Opened(
      content: AuthenticatedContent(wireFormat: .privateMessage, content: content, auth: parts.auth),
      leaf: sender.leafIndex, ratchet: ratchet)
  }

  /// Deletes the key that a message was opened with (§9.2).
  package static func consume(_ opened: Opened, in secretTree: inout SecretTree<Suite>) {
    secretTree.store(opened.ratchet, of: opened.leaf, RatchetKind(opened.content.content.content.type))
  }

  package static func senderData(
    of message: PrivateMessage, secret: [UInt8]
  ) throws(MLSError) -> SenderData {
    let (key, nonce) = senderDataKey(secret, ciphertext: message.ciphertext)
    let plaintext = try primitive(.framing(.undecryptable)) { () throws(PrimitiveError) in
      try Suite.aeadOpen(
        key: key, nonce: nonce, additionalData: message.senderDataAAD, sealed: message.encryptedSenderData)
    }
    return try parsing { () throws(WireError) in try SenderData(wire: plaintext) }
  }

  /// `sender_data_key` and `sender_data_nonce` (§6.3.2).
  package static func senderDataKey(
    _ secret: [UInt8], ciphertext: [UInt8]
  ) -> (key: [UInt8], nonce: [UInt8]) {
    let sample = Array(ciphertext.prefix(Suite.hashLength))
    return (
      Suite.expand(secret: secret, label: "key", context: sample, length: Suite.aeadKeyLength),
      Suite.expand(secret: secret, label: "nonce", context: sample, length: Suite.aeadNonceLength)
    )
  }

  /// The nonce with the reuse guard over its first four bytes (§6.3.1).
  private static func guarded(_ nonce: [UInt8], _ reuseGuard: [UInt8]) -> [UInt8] {
    var nonce = nonce
    for index in 0..<4 { nonce[index] ^= reuseGuard[index] }
    return nonce
  }
}
