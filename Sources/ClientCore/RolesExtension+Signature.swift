package import MLS
import MLSWire

/// Who changes the roles, and with which key.
package enum RolesSigner<Suite: CipherSuiteProvider>: Sendable {
  case host(HostKey<Suite>)
  /// A member whom the host has made a co-host; `signatureKey` is the private key of its leaf.
  case coHost(JoinID, signatureKey: [UInt8])
}

extension RolesExtension {
  private static var label: String { "tertulia roles 1" }

  /// The extension that follows the current one of `group`, with some members' roles changed and, unless nil, the lock.
  /// Entries of people who are gone are left out where the signer may. Throws for what other members would refuse.
  package static func next<Suite: CipherSuiteProvider>(
    in group: Group<Suite>, changing changes: [(join: JoinID, role: Role)] = [], locked: Bool? = nil,
    by signer: RolesSigner<Suite>
  ) throws(PolicyError) -> RolesExtension {
    let current = group.roles
    var entries = (current?.entries ?? []).filter { entry in
      !changes.contains { $0.join == entry.join }
    }
    let present = group.joins
    entries.removeAll { entry in
      !present.contains(entry.join) && (signer.isHost || !entry.role.moderates)
    }
    for change in changes where change.role != .speaker {
      guard let leaf = group.leaf(of: change.join), let node = group.tree[leaf] else { throw .unknownMember }
      let place = entries.firstIndex { $0.join > change.join } ?? entries.endIndex
      entries.insert(Entry(join: change.join, signatureKey: node.signatureKey, role: change.role), at: place)
    }
    let counter = (current?.counter ?? 0) + 1
    let locked = locked ?? current?.locked ?? false
    switch signer {
    case .host(let key):
      let draft = RolesExtension(
        groupID: group.groupID, counter: counter, hostKey: key.publicKey, locked: locked, entries: entries,
        signer: .host, basis: [])
      return try draft.signed(with: key.seed, as: Suite.self)
    case .coHost(let join, let signatureKey):
      guard let current else { throw .signerNotAllowed }
      let draft = RolesExtension(
        groupID: group.groupID, counter: counter, hostKey: current.hostKey, locked: locked, entries: entries,
        signer: .coHost(join), basis: current.hostsWord)
      guard draft.moderators == current.moderators else { throw .signerNotAllowed }
      return try draft.signed(with: signatureKey, as: Suite.self)
    }
  }

  /// Checks what can be said of an extension alone: whose word it is, and that it is about this group.
  /// `hostKeyDigest` is `H` of the link.
  func verify<Suite: CipherSuiteProvider>(
    groupID: [UInt8], hostKeyDigest: [UInt8]?, as suite: Suite.Type
  ) throws(PolicyError) {
    guard let hostKeyDigest else { throw .noHostInLink }
    guard self.groupID == groupID else { throw .rolesOfAnotherGroup }
    guard HostKey<Suite>.digest(of: hostKey) == hostKeyDigest else { throw .wrongHostKey }
    let key: [UInt8]
    switch signer {
    case .host: key = hostKey
    case .coHost(let join):
      guard let word = RolesExtension(basis), word.signer == .host, word.hostKey == hostKey, word.counter < counter,
        word.moderators == moderators,
        let entry = word.entries.first(where: { $0.join == join && $0.role == .coHost })
      else { throw .signerNotAllowed }
      try word.verify(groupID: groupID, hostKeyDigest: hostKeyDigest, as: Suite.self)
      key = entry.signatureKey
    }
    guard
      Suite.verify(publicKey: key, label: Self.label, content: toBeSigned, signature: signature)
    else { throw .badRolesSignature }
  }

  /// Checks that it may take the place of `current`: newer, and resting on the host's latest word.
  func verify(follows current: RolesExtension?) throws(PolicyError) {
    if let current, counter <= current.counter { throw .rolesRolledBack }
    guard signer == .host || basis == current?.hostsWord else { throw .signerNotAllowed }
  }

  private func signed<Suite: CipherSuiteProvider>(
    with key: [UInt8], as suite: Suite.Type
  ) throws(PolicyError) -> RolesExtension {
    var copy = self
    guard let signature = try? Suite.sign(privateKey: key, label: Self.label, content: toBeSigned) else {
      throw .signerNotAllowed
    }
    copy.signature = signature
    return copy
  }
}

extension RolesSigner {
  var isHost: Bool {
    guard case .host = self else { return false }
    return true
  }
}
