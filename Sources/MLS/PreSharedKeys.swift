package import MLSWire

/// The pre-shared keys that a client has (RFC 9420 §8.4).
package struct PreSharedKeys: Sendable {
  /// A handful at most: looking through them is less code than hashing.
  private var keys: [Key] = []

  private struct Key: Sendable {
    /// Of an external key, or of the group that is resumed.
    let id: [UInt8]
    /// That is resumed; nil for an external key.
    let epoch: UInt64?
    let secret: [UInt8]
  }

  package init() {}

  package init(external id: [UInt8], secret: [UInt8]) { add(external: id, secret: secret) }

  package mutating func add(external id: [UInt8], secret: [UInt8]) { put(Key(id: id, epoch: nil, secret: secret)) }

  package mutating func add(resumptionOf groupID: [UInt8], epoch: UInt64, secret: [UInt8]) {
    put(Key(id: groupID, epoch: epoch, secret: secret))
  }

  mutating func remove(resumptionOf groupID: [UInt8], epoch: UInt64) {
    if let place = place(of: groupID, epoch) { keys.remove(at: place) }
  }

  package func secret(for kind: PreSharedKeyID.Kind) -> [UInt8]? {
    switch kind {
    case .external(let id): place(of: id, nil).map { keys[$0].secret }
    case .resumption(_, let groupID, let epoch): place(of: groupID, epoch).map { keys[$0].secret }
    }
  }

  private mutating func put(_ key: Key) {
    if let place = place(of: key.id, key.epoch) { keys.remove(at: place) }
    keys.append(key)
  }

  private func place(of id: [UInt8], _ epoch: UInt64?) -> Int? {
    keys.indices.first { keys[$0].epoch == epoch && keys[$0].id == id }
  }

  /// `psk_secret` of a list: ours first, then what `others` has. The zero vector for none (§8.4).
  func combined<Suite: CipherSuiteProvider>(
    _ ids: [PreSharedKeyID], or others: PreSharedKeys, for suite: Suite.Type
  ) throws(MLSError) -> [UInt8] {
    var psks: [(id: PreSharedKeyID, secret: [UInt8])] = []
    for id in ids {
      guard let secret = secret(for: id.kind) ?? others.secret(for: id.kind) else { throw .psk(.missing(id.kind)) }
      psks.append((id, secret))
    }
    return Self.combined(psks, for: suite)
  }

  /// `psk_secret` (§8.4).
  package static func combined<Suite: CipherSuiteProvider>(
    _ psks: [(id: PreSharedKeyID, secret: [UInt8])], for suite: Suite.Type
  ) -> [UInt8] {
    var result = Suite.zero
    for (index, psk) in psks.enumerated() {
      var label = WireWriter()
      label.write(psk.id)
      label.write(UInt16(truncatingIfNeeded: index))
      label.write(UInt16(truncatingIfNeeded: psks.count))
      let input = Suite.expand(
        secret: Suite.extract(salt: Suite.zero, secret: psk.secret), label: "derived psk", context: label.bytes,
        length: Suite.hashLength)
      result = Suite.extract(salt: input, secret: result)
    }
    return result
  }
}

extension [PreSharedKeyID] {
  /// Whether one occurs twice (RFC 9420 §12.2).
  var hasDuplicates: Bool {
    var seen = ByteStringSet()
    return contains { !seen.insert($0.wire) }
  }
}

extension PreSharedKeyID {
  /// The rules of RFC 9420 §12.1.4 for a PreSharedKey proposal. Only the creator of a group, alone in its first
  /// epoch, may link it to another (§11.2, §11.3).
  func validate<Suite: CipherSuiteProvider>(for suite: Suite.Type, startsGroup allowed: Bool) throws(MLSError) {
    guard nonce.count == Suite.hashLength else { throw .psk(.badNonceLength) }
    guard allowed || !startsGroup else { throw .psk(.usageNotAllowed) }
  }

  /// Whether it links a new group to an old one: usage `reinit` or `branch`.
  var startsGroup: Bool {
    guard case .resumption(let usage, _, _) = kind else { return false }
    return usage != .application
  }
}
