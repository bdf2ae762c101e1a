import Bytes
package import MLS
package import MLSWire

/// The rules of a meeting beyond MLS: how one enters, who may remove whom, who hands out roles. Judged by every client,
/// on every commit and before it stays in a group that it joined. `tertulia_roles` is enforced here.
package struct RolesPolicy<Suite: CipherSuiteProvider>: Sendable {
  /// `H` of the link, nil for a room without host.
  package let hostKeyDigest: [UInt8]?
  /// The node's signature key, which may remove whoever lost its connection.
  package let nodeKey: [UInt8]

  package init(link: MeetingLink, nodeKey: [UInt8]) {
    hostKeyDigest = link.hostKeyDigest
    self.nodeKey = nodeKey
  }

  /// Longest lifetime of a key package in seconds: 28 days, the hour before, and an hour for clocks that differ.
  package static var longestLifetime: UInt64 { 28 * 86_400 + 2 * 3_600 }

  /// What every member must be able to do.
  package static var capabilities: Capabilities {
    Capabilities(cipherSuites: [Suite.suite], extensions: [RolesExtension.type])
  }

  /// Of a new group: the node may propose Removes, everybody understands roles, nobody has one yet.
  package var groupExtensions: [Extension] {
    let node = ExternalSender(signatureKey: nodeKey, credential: .basic(identity: [UInt8](utf8: "node")))
    let required = RequiredCapabilities(extensions: [RolesExtension.type])
    return [
      Extension(type: .externalSenders, data: ExternalSenders([node]).wire),
      Extension(type: .requiredCapabilities, data: required.wire),
    ]
  }

  /// Judges a group that we have just entered. `psks` are those that the Welcome named to us; nil after an external
  /// commit of our own. `known` are the roles that we last saw in the same group, if we were in it before.
  package func judge(
    joined group: Group<Suite>, psks: [PreSharedKeyID]?, known: RolesExtension? = nil, nonces: inout Set<[UInt8]>
  ) throws(PolicyError) {
    if let psks { try judge(psks, isRequired: true, nonces: nonces) }
    let extensions = group.context.extensions
    guard extensions.filter({ $0.type != RolesExtension.type }) == groupExtensions else { throw .extensionsChanged }
    if extensions.data(of: RolesExtension.type) != nil {
      guard let roles = extensions.roles else { throw .malformedRoles }
      try roles.verify(groupID: group.groupID, hostKeyDigest: hostKeyDigest, as: Suite.self)
      if let known, known.groupID == group.groupID, roles.counter < known.counter { throw .rolesRolledBack }
    } else if let known, known.groupID == group.groupID {
      throw .rolesRolledBack
    }
    try judgeMembers(of: group)
    for psk in psks ?? [] { nonces.insert(psk.nonce) }
  }

  /// Exactly the room's PSK where somebody enters, at most that elsewhere, with a nonce never seen.
  func judge(_ psks: [PreSharedKeyID], isRequired: Bool, nonces: Set<[UInt8]>) throws(PolicyError) {
    guard let psk = psks.first else {
      guard !isRequired else { throw .noRoomPSK }
      return
    }
    guard psks.count == 1, psk.kind == .external(id: RoomPSK.id) else { throw .foreignPSK }
    guard !nonces.contains(psk.nonce) else { throw .reusedNonce }
  }

  /// All have credentials of our kind, each its own, at leaves that key IDs can name.
  func judgeMembers(of group: Group<Suite>) throws(PolicyError) {
    var identities = Set<[UInt8]>()
    for leaf in group.tree.members {
      guard leaf.rawValue <= StreamKeyID.maximumLeaf else { throw .full }
      guard let node = group.tree[leaf], let join = JoinID(node.credential) else { throw .badCredential }
      guard identities.insert(join.bytes).inserted else { throw .takenCredential }
    }
  }
}

extension Group {
  /// The roles in force; nil before a host has proved itself.
  package var roles: RolesExtension? { context.extensions.roles }

  /// The role of a member, `.speaker` where no roles are in force.
  package func role(of leaf: LeafIndex) -> Role {
    guard let node = tree[leaf], let roles else { return .speaker }
    return roles.role(of: node)
  }

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
