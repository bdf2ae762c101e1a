internal import MLSWire

/// What joining asks of a tree (RFC 9420 §12.4.3.1).
extension RatchetTree {
  /// Checks unmerged leaves, parent hashes and that no encryption key occurs twice. Leaves are checked by
  /// `LeafValidator`.
  package mutating func validateParents() throws(MLSError) {
    try validateUnmergedLeaves()
    try validateEncryptionKeys()
    for node in parents {
      guard isParentHashValid(node) else { throw .tree(.badParentHash) }
    }
  }

  /// Each is a member below the parent, in ascending order, and listed in every parent between that is not blank.
  private func validateUnmergedLeaves() throws(MLSError) {
    for node in parents {
      guard let parent = self[parent: node] else { continue }
      let leaves = parent.unmergedLeaves
      guard zip(leaves, leaves.dropFirst()).allSatisfy({ $0 < $1 }),
        leaves.allSatisfy({ self[$0] != nil && node.isAncestorOrSelf(of: $0) }), let left = node.left,
        let right = node.right, passesDown(leaves, to: left), passesDown(leaves, to: right)
      else { throw .tree(.badUnmergedLeaves) }
    }
  }

  /// Whether the nearest parents at or below `node` that are not blank list those of `leaves` that are under them.
  /// What is further down follows from their own lists.
  private func passesDown(_ leaves: [LeafIndex], to node: NodeIndex) -> Bool {
    let below = leaves.filter { node.isAncestorOrSelf(of: $0) }
    guard !below.isEmpty, let left = node.left, let right = node.right else { return true }
    if let parent = self[parent: node] { return below.allSatisfy(parent.lists) }
    return passesDown(below, to: left) && passesDown(below, to: right)
  }

  /// §7.9.2, top down: exactly one node below was set together with `node`.
  private mutating func isParentHashValid(_ node: NodeIndex) -> Bool {
    guard let left = node.left, let right = node.right else { return false }
    let viaLeft = isLinked(node, child: left, sibling: right)
    let viaRight = isLinked(node, child: right, sibling: left)
    return viaLeft != viaRight
  }

  /// Whether a node in the resolution of `child` holds the parent hash of `node`, all others there being unmerged
  /// leaves of it.
  private mutating func isLinked(_ node: NodeIndex, child: NodeIndex, sibling: NodeIndex) -> Bool {
    guard let parent = self[parent: node] else { return false }
    var unmerged = 0
    for leaf in parent.unmergedLeaves where child.isAncestorOrSelf(of: leaf) { unmerged += 1 }
    let resolution = resolution(of: child)
    let others = resolution.filter { $0.leaf.map { !parent.lists($0) } ?? true }
    guard others.count == 1, resolution.count == unmerged + 1, let held = parentHash(heldBy: others[0]) else {
      return false
    }
    return held == parentHash(of: node, sibling: sibling)
  }

  private func parentHash(heldBy node: NodeIndex) -> [UInt8]? {
    if let parent = self[parent: node] { return parent.parentHash }
    guard let leaf = node.leaf, case .commit(let hash) = self[leaf]?.source else { return nil }
    return hash
  }

  /// No two nodes have one encryption key (§7.3, §12.4.3.1).
  func validateEncryptionKeys() throws(MLSError) {
    var seen = ByteStringSet()
    for value in 0..<shape.nodeCount {
      guard let key = encryptionKey(of: NodeIndex(value)) else { continue }
      guard seen.insert(key) else { throw .tree(.duplicateEncryptionKey) }
    }
  }

  /// No two members have one signature key (§7.3).
  func validateSignatureKeys() throws(MLSError) {
    var seen = ByteStringSet()
    for leaf in members {
      guard let key = self[leaf]?.signatureKey else { continue }
      guard seen.insert(key) else { throw .tree(.duplicateSignatureKey) }
    }
  }

  /// Whether any node has this encryption key.
  func contains(encryptionKey key: [UInt8]) -> Bool {
    (0..<shape.nodeCount).contains { encryptionKey(of: NodeIndex($0)) == key }
  }
}

extension ParentNode {
  /// Whether the leaf is among those that are unmerged, which ascend.
  func lists(_ leaf: LeafIndex) -> Bool {
    var (low, high) = (0, unmergedLeaves.count)
    while low < high {
      let middle = (low + high) / 2
      if unmergedLeaves[middle] < leaf { low = middle + 1 } else { high = middle }
    }
    return low < unmergedLeaves.count && unmergedLeaves[low] == leaf
  }
}
