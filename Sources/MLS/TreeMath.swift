package import MLSWire

/// A node of the tree in its array representation: leaves have even numbers (RFC 9420 appendix C).
package struct NodeIndex: Hashable, Comparable, Sendable {
  package let value: Int
  package init(_ value: Int) { self.value = value }
  package init(_ leaf: LeafIndex) { value = Int(clamping: 2 * UInt64(leaf.rawValue)) }
  package static func < (a: NodeIndex, b: NodeIndex) -> Bool { a.value < b.value }

  package var isLeaf: Bool { value & 1 == 0 }
  package var leaf: LeafIndex? { isLeaf ? LeafIndex(UInt32(value / 2)) : nil }

  /// 0 for leaves, 1 for their parents and so on.
  package var level: Int { (~value).trailingZeroBitCount }

  /// The children; nil for a leaf.
  package var left: NodeIndex? { isLeaf ? nil : NodeIndex(value ^ (1 << (level - 1))) }
  package var right: NodeIndex? { isLeaf ? nil : NodeIndex(value ^ (3 << (level - 1))) }

  /// The leaves below a node, itself if it is one, as leaf numbers.
  var leaves: Range<Int> {
    let span = 1 << level
    let first = (value + 1 - span) / 2
    return first..<(first + span)
  }

  func isAncestorOrSelf(of leaf: LeafIndex) -> Bool { leaves.contains(leaf.position) }
}

/// The shape of a tree: always complete, its number of leaves a power of two (RFC 9420 §4.1, §7.7).
package struct TreeShape: Equatable, Sendable {
  package let leafCount: Int

  /// `leafCount` must be a power of two.
  package init(leafCount: Int) { self.leafCount = leafCount }

  /// The smallest tree with room for `leaves`.
  package init(holding leaves: Int) {
    var count = 1
    while count < leaves { count *= 2 }
    leafCount = count
  }

  package var nodeCount: Int { 2 * leafCount - 1 }
  package var root: NodeIndex { NodeIndex(leafCount - 1) }

  /// Nil for the root.
  package func parent(of node: NodeIndex) -> NodeIndex? {
    guard node != root else { return nil }
    let level = node.level
    let bit = node.value >> (level + 1) & 1
    return NodeIndex((node.value | 1 << level) ^ bit << (level + 1))
  }

  /// Nil for the root.
  package func sibling(of node: NodeIndex) -> NodeIndex? {
    guard let parent = parent(of: node), let left = parent.left, let right = parent.right else { return nil }
    return node < parent ? right : left
  }

  /// The parents of a node from its own up to the root. The node must be in the tree.
  package func directPath(of node: NodeIndex) -> [NodeIndex] {
    precondition(node.value < nodeCount)
    var path: [NodeIndex] = []
    var current = node
    while let parent = parent(of: current) {
      path.append(parent)
      current = parent
    }
    return path
  }

  /// The lowest node above both.
  package func commonAncestor(_ a: LeafIndex, _ b: LeafIndex) -> NodeIndex {
    var node = NodeIndex(a)
    while !node.isAncestorOrSelf(of: b), let parent = parent(of: node) { node = parent }
    return node
  }
}
