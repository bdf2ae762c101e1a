import Bytes
package import MLS
package import MLSWire
package import RoomRules

/// The rules of a meeting beyond MLS: how one enters, who may remove whom, who writes the room's rules. Judged by every
/// client, on every commit and before it stays in a group that it joined.
package struct RolesPolicy<Suite: CipherSuiteProvider>: Sendable {
  /// `H` of the link, nil for a room without host.
  package let hostKeyDigest: [UInt8]?
  /// The node's signature key, which may remove whoever lost its connection.
  package let nodeKey: [UInt8]
  /// Seconds since 1970, for invitations that end.
  package let now: UInt64

  package init(link: MeetingLink, nodeKey: [UInt8], now: UInt64) {
    hostKeyDigest = link.hostKeyDigest
    self.nodeKey = nodeKey
    self.now = now
  }

  /// Longest lifetime of a key package in seconds: 28 days, the hour before, and an hour for clocks that differ.
  package static var longestLifetime: UInt64 { 28 * 86_400 + 2 * 3_600 }

  /// What every member must be able to do.
  package static var capabilities: Capabilities {
    Capabilities(cipherSuites: [Suite.suite], extensions: [RoomRules.type, EntryProof.type])
  }

  /// Of a new group: the node may propose Removes, everybody understands rules, none are in force yet.
  package var groupExtensions: [Extension] {
    let node = ExternalSender(signatureKey: nodeKey, credential: .basic(identity: [UInt8](utf8: "node")))
    let required = RequiredCapabilities(extensions: [RoomRules.type])
    return [
      Extension(type: .externalSenders, data: ExternalSenders([node]).wire),
      Extension(type: .requiredCapabilities, data: required.wire),
    ]
  }

  /// Judges a group that we have just entered. `psks` are those that the Welcome named to us; nil after an external
  /// commit of our own. `known` are the rules that we last saw in the same group, if we were in it before.
  package func judge(
    joined group: Group<Suite>, psks: [PreSharedKeyID]?, known: RoomRules? = nil, nonces: inout ByteStringSet
  ) throws(PolicyError) {
    if let psks { try judge(psks, isRequired: true, nonces: nonces) }
    let extensions = group.context.extensions
    guard extensions.filter({ $0.type != RoomRules.type }) == groupExtensions else { throw .extensionsChanged }
    if let rules = try rules(in: extensions, of: group) {
      if let known, known.groupID == group.groupID, rules.counter < known.counter { throw .rules(.rolledBack) }
    } else if let known, known.groupID == group.groupID {
      throw .rules(.rolledBack)
    }
    try judgeMembers(of: group)
    for psk in psks ?? [] { nonces.insert(psk.nonce) }
  }

  /// The rules that extensions name, checked as far as they speak for themselves; nil for none.
  func rules(in extensions: [Extension], of group: Group<Suite>) throws(PolicyError) -> RoomRules? {
    guard extensions.data(of: RoomRules.type) != nil else { return nil }
    guard let rules = extensions.rules else { throw .rules(.malformed) }
    do {
      try rules.verify(groupID: group.groupID, hostDigest: hostKeyDigest, as: SuiteVerifier<Suite>.self)
    } catch {
      throw .rules(error)
    }
    return rules
  }

  /// Exactly the room's PSK where somebody enters, at most that elsewhere, with a nonce never seen.
  func judge(_ psks: [PreSharedKeyID], isRequired: Bool, nonces: ByteStringSet) throws(PolicyError) {
    guard let psk = psks.first else {
      guard !isRequired else { throw .noRoomPSK }
      return
    }
    guard psks.count == 1, psk.kind == .external(id: RoomPSK.id) else { throw .foreignPSK }
    guard !nonces.contains(psk.nonce) else { throw .reusedNonce }
  }

  /// All have credentials of our kind, each its own, at leaves that key IDs can name.
  func judgeMembers(of group: Group<Suite>) throws(PolicyError) {
    var identities = ByteStringSet()
    for leaf in group.tree.members {
      guard leaf.rawValue <= StreamKeyID.maximumLeaf else { throw .full }
      guard let node = group.tree[leaf], let join = JoinID(node.credential) else { throw .badCredential }
      guard identities.insert(join.bytes) else { throw .takenCredential }
    }
  }
}

extension Group {
  /// The rules in force; nil before a host has proved itself.
  package var rules: RoomRules? { context.extensions.rules }

  /// The leaf of the member with this join id.
  package func leaf(of join: JoinID) -> LeafIndex? {
    let credential = join.credential
    return tree.members.first { tree[$0]?.credential == credential }
  }

  /// The join id of the member at a leaf.
  package func join(at leaf: LeafIndex) -> JoinID? { tree[leaf].flatMap { JoinID($0.credential) } }

  /// The join ids of all members, by leaf.
  package var joins: [JoinID] { tree.members.compactMap { join(at: $0) } }
}
