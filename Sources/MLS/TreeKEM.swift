package import MLSWire

/// The private keys that a member knows: of its leaf and of nodes above it (RFC 9420 §4.2).
package struct PrivateTree<Suite: CipherSuiteProvider>: Sendable {
  package let leaf: LeafIndex
  private var keys: [(node: NodeIndex, key: [UInt8])]

  package init(leaf: LeafIndex, privateKey: [UInt8]) {
    self.leaf = leaf
    keys = [(NodeIndex(leaf), privateKey)]
  }

  package subscript(node: NodeIndex) -> [UInt8]? { keys.first { $0.node == node }?.key }

  package mutating func set(_ privateKey: [UInt8], at node: NodeIndex) {
    erase(node)
    keys.append((node, privateKey))
  }

  /// Deletes the keys of nodes that have become blank (RFC 9420 §7.5).
  mutating func prune(to tree: RatchetTree<Suite>) {
    for (node, _) in keys where node.value >= tree.shape.nodeCount || tree.isBlank(node) { erase(node) }
  }

  mutating func eraseAll() { for (node, _) in keys { erase(node) } }

  mutating func erase(_ node: NodeIndex) {
    guard let place = keys.firstIndex(where: { $0.node == node }) else { return }
    keys[place].key.erase()
    keys.remove(at: place)
  }

  /// Derives the keys from `secret` for `node` and the nodes of `path` above it, checks them against the public tree
  /// and keeps them (§7.5, §12.4.3.1). Returns the path secret after the last, which is the commit secret.
  mutating func implant(
    secret: [UInt8], along path: ArraySlice<NodeIndex>, in tree: RatchetTree<Suite>, mismatch: MLSError
  ) throws(MLSError) -> [UInt8] {
    var secret = secret
    for node in path {
      let pair = try PathSecret<Suite>.keyPair(of: secret)
      guard tree.encryptionKey(of: node) == pair.publicKey else { throw mismatch }
      set(pair.privateKey, at: node)
      secret = PathSecret<Suite>.next(after: secret)
    }
    return secret
  }

  /// Whether every key known belongs to the public key of its node.
  package func isConsistent(with tree: RatchetTree<Suite>) -> Bool {
    keys.allSatisfy { node, key in
      node.value < tree.shape.nodeCount && tree.encryptionKey(of: node) == (try? Suite.kemPublicKey(privateKey: key))
    }
  }
}

/// The chain of secrets along a path (RFC 9420 §7.4).
package enum PathSecret<Suite: CipherSuiteProvider> {
  package static func next(after secret: [UInt8]) -> [UInt8] { Suite.derive(secret: secret, label: "path") }

  package static func keyPair(of secret: [UInt8]) throws(MLSError) -> KeyPair {
    let nodeSecret = Suite.derive(secret: secret, label: "node")
    return try primitive { () throws(PrimitiveError) in try HPKE<Suite>.deriveKeyPair(nodeSecret) }
  }
}

/// A new path of a committer before it is encrypted.
package struct FreshPath: Sendable {
  /// For the nodes of the filtered direct path, from the leaf up.
  package var nodes: [NodeIndex]
  package var copath: [NodeIndex]
  package var secrets: [[UInt8]]
  package var commitSecret: [UInt8]
  package var leafNode: LeafNode
}

extension RatchetTree {
  /// Gives `leaf` a new path: blanks the direct path, sets new keys, parent hashes and the leaf signed anew (RFC 9420
  /// §7.5). `template` is the new leaf but for its key, source and signature.
  package mutating func replacePath(
    of leaf: LeafIndex, template: LeafNode, signatureKey: [UInt8], groupID: [UInt8],
    privateTree: inout PrivateTree<Suite>, using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> FreshPath {
    let path = filteredDirectPath(of: leaf)
    blankDirectPath(of: leaf)
    for node in shape.directPath(of: NodeIndex(leaf)) { privateTree.erase(node) }
    var secrets: [[UInt8]] = []
    var secret = random.bytes(Suite.hashLength)
    for (node, _) in path {
      let pair = try PathSecret<Suite>.keyPair(of: secret)
      set(ParentNode(encryptionKey: pair.publicKey, parentHash: []), at: node)
      privateTree.set(pair.privateKey, at: node)
      secrets.append(secret)
      secret = PathSecret<Suite>.next(after: secret)
    }
    let leafKeys = try generateKeyPair(using: &random)
    privateTree.set(leafKeys.privateKey, at: NodeIndex(leaf))
    var node = template
    node.encryptionKey = leafKeys.publicKey
    node.source = .commit(parentHash: setParentHashes(along: path))
    let content = node.toBeSigned(groupID: groupID, leafIndex: leaf)
    node.signature = try primitive { () throws(PrimitiveError) in
      try Suite.sign(privateKey: signatureKey, label: "LeafNodeTBS", content: content)
    }
    set(node, at: leaf)
    return FreshPath(
      nodes: path.map { $0.node }, copath: path.map { $0.copath }, secrets: secrets, commitSecret: secret,
      leafNode: node)
  }

  /// Encrypts the path secrets to everyone but the members that this commit adds (RFC 9420 §7.5, §7.6).
  package func encrypt(
    _ path: FreshPath, context: GroupContext, excluding added: [LeafIndex],
    using random: inout some RandomNumberGenerator
  ) throws(MLSError) -> UpdatePath {
    let context = context.wire
    var nodes: [UpdatePathNode] = []
    for (place, node) in path.nodes.enumerated() {
      var ciphertexts: [HPKECiphertext] = []
      for target in recipients(of: path.copath[place], excluding: added) {
        guard let key = encryptionKey(of: target) else { continue }
        do {
          ciphertexts.append(
            try Suite.encrypt(
              publicKey: key, label: "UpdatePathNode", context: context, plaintext: path.secrets[place],
              using: &random))
        } catch {
          throw .primitive(error)
        }
      }
      guard let key = encryptionKey(of: node) else { continue }
      nodes.append(UpdatePathNode(encryptionKey: key, encryptedPathSecrets: ciphertexts))
    }
    return UpdatePath(leafNode: path.leafNode, nodes: nodes)
  }

  /// The resolution of a copath node without new members.
  private func recipients(of node: NodeIndex, excluding added: [LeafIndex]) -> [NodeIndex] {
    resolution(of: node).filter { node in node.leaf.map { !added.contains($0) } ?? true }
  }

  /// Puts the public part of a received path into the tree (RFC 9420 §7.5): lengths, keys that are new, and the
  /// parent hash that the leaf signed.
  package mutating func merge(
    _ path: UpdatePath, from leaf: LeafIndex, excluding added: [LeafIndex]
  ) throws(MLSError) {
    let filtered = filteredDirectPath(of: leaf)
    guard path.nodes.count == filtered.count else { throw .commit(.wrongPathLength) }
    for (place, node) in path.nodes.enumerated() {
      let count = recipients(of: filtered[place].copath, excluding: added).count
      guard node.encryptedPathSecrets.count == count else { throw .commit(.wrongCiphertextCount) }
    }
    try refuseReusedKeys(path)
    blankDirectPath(of: leaf)
    for (place, node) in path.nodes.enumerated() {
      set(ParentNode(encryptionKey: node.encryptionKey, parentHash: []), at: filtered[place].node)
    }
    let expected = setParentHashes(along: filtered)
    guard case .commit(let parentHash) = path.leafNode.source, parentHash == expected else {
      throw .commit(.badParentHash)
    }
    set(path.leafNode, at: leaf)
  }

  /// Opens the path secret that is meant for us and derives the keys above it (RFC 9420 §7.5). Returns the commit
  /// secret.
  package func decrypt(
    _ path: UpdatePath, from sender: LeafIndex, context: GroupContext, excluding added: [LeafIndex],
    privateTree: inout PrivateTree<Suite>
  ) throws(MLSError) -> [UInt8] {
    let filtered = filteredDirectPath(of: sender)
    guard filtered.count == path.nodes.count,
      let place = filtered.firstIndex(where: { $0.copath.isAncestorOrSelf(of: privateTree.leaf) })
    else { throw .commit(.wrongPathLength) }
    let recipients = recipients(of: filtered[place].copath, excluding: added)
    guard recipients.count == path.nodes[place].encryptedPathSecrets.count else {
      throw .commit(.wrongCiphertextCount)
    }
    guard let target = recipients.firstIndex(where: { privateTree[$0] != nil }),
      let key = privateTree[recipients[target]]
    else { throw .commit(.noPrivateKey) }
    let ciphertext = path.nodes[place].encryptedPathSecrets[target]
    let context = context.wire
    let secret = try primitive { () throws(PrimitiveError) in
      try Suite.decrypt(privateKey: key, label: "UpdatePathNode", context: context, ciphertext: ciphertext)
    }
    for node in shape.directPath(of: NodeIndex(sender)) { privateTree.erase(node) }
    return try privateTree.implant(
      secret: secret, along: filtered.map { $0.node }[place...], in: self, mismatch: .commit(.pathSecretMismatch))
  }

  /// None of the keys of a path is in the tree already or twice in the path (RFC 9420 §12.4.2).
  private func refuseReusedKeys(_ path: UpdatePath) throws(MLSError) {
    var fresh: ByteStringSet = [path.leafNode.encryptionKey]
    for node in path.nodes {
      guard fresh.insert(node.encryptionKey) else { throw .commit(.pathKeyReused) }
    }
    for value in 0..<shape.nodeCount {
      guard let key = encryptionKey(of: NodeIndex(value)) else { continue }
      guard !fresh.contains(key) else { throw .commit(.pathKeyReused) }
    }
  }

  /// Sets the parent hashes of a path from its top down; returns the one for the leaf, empty if the path is (RFC 9420
  /// §7.9).
  private mutating func setParentHashes(along path: [(node: NodeIndex, copath: NodeIndex)]) -> [UInt8] {
    var hash: [UInt8] = []
    for (node, copath) in path.reversed() {
      if var parent = self[parent: node] {
        parent.parentHash = hash
        set(parent, at: node)
      }
      hash = parentHash(of: node, sibling: copath)
    }
    return hash
  }

  private func generateKeyPair(using random: inout some RandomNumberGenerator) throws(MLSError) -> KeyPair {
    do {
      return try HPKE<Suite>.generateKeyPair(using: &random)
    } catch {
      throw .primitive(error)
    }
  }
}
