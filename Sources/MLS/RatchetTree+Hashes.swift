internal import MLSWire

extension RatchetTree {
  /// The tree hash of the root (RFC 9420 §7.8).
  package mutating func rootHash() -> [UInt8] { treeHash(of: shape.root) }

  /// The tree hash of a node (RFC 9420 §7.8).
  package mutating func treeHash(of node: NodeIndex) -> [UInt8] {
    if !hashes[node.value].isEmpty { return hashes[node.value] }
    let hash: [UInt8]
    if let leaf = node.leaf {
      hash = Self.hash(leaf, self[leaf])
    } else if let left = node.left, let right = node.right {
      hash = Self.hash(self[parent: node], left: treeHash(of: left), right: treeHash(of: right))
    } else {
      preconditionFailure("a node is a leaf or has two children")
    }
    hashes[node.value] = hash
    return hash
  }

  /// The tree hash that `node` would have without `leaves`: blank, and in no list of unmerged leaves (RFC 9420 §7.9,
  /// `original_sibling_tree_hash`). `leaves` ascend.
  mutating func treeHash(of node: NodeIndex, without leaves: [LeafIndex]) -> [UInt8] {
    guard leaves.contains(where: { node.isAncestorOrSelf(of: $0) }) else { return treeHash(of: node) }
    guard let left = node.left, let right = node.right else {
      return Self.hash(node.leaf ?? LeafIndex(0), nil)
    }
    let below = leaves.filter { node.isAncestorOrSelf(of: $0) }
    var parent = self[parent: node]
    if let unmerged = parent?.unmergedLeaves { parent?.unmergedLeaves = Self.removing(below, from: unmerged) }
    return Self.hash(
      parent, left: treeHash(of: left, without: below), right: treeHash(of: right, without: below))
  }

  /// Both ascend.
  private static func removing(_ gone: [LeafIndex], from leaves: [LeafIndex]) -> [LeafIndex] {
    var kept: [LeafIndex] = []
    var next = 0
    for leaf in leaves {
      while next < gone.count, gone[next] < leaf { next += 1 }
      if next == gone.count || gone[next] != leaf { kept.append(leaf) }
    }
    return kept
  }

  /// The parent hash of `node` seen from its child that is not `sibling` (RFC 9420 §7.9). `node` must not be blank.
  mutating func parentHash(of node: NodeIndex, sibling: NodeIndex) -> [UInt8] {
    guard let parent = self[parent: node] else { preconditionFailure("a blank node has no parent hash") }
    var writer = WireWriter()
    writer.write(opaque: parent.encryptionKey)
    writer.write(opaque: parent.parentHash)
    writer.write(opaque: treeHash(of: sibling, without: parent.unmergedLeaves))
    return Suite.hash(writer.bytes)
  }

  private static func hash(_ index: LeafIndex, _ leaf: LeafNode?) -> [UInt8] {
    var writer = WireWriter()
    writer.write(UInt8(1))
    writer.write(index)
    writer.write(optional: leaf)
    return Suite.hash(writer.bytes)
  }

  private static func hash(_ parent: ParentNode?, left: [UInt8], right: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(UInt8(2))
    writer.write(optional: parent)
    writer.write(opaque: left)
    writer.write(opaque: right)
    return Suite.hash(writer.bytes)
  }
}
