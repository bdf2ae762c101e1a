package import MLSWire

extension RatchetTree {
  /// The nodes whose keys together reach everyone below `node` (RFC 9420 §4.1.1).
  package func resolution(of node: NodeIndex) -> [NodeIndex] {
    var result: [NodeIndex] = []
    appendResolution(of: node, to: &result)
    return result
  }

  private func appendResolution(of node: NodeIndex, to result: inout [NodeIndex]) {
    if let parent = self[parent: node] {
      result.append(node)
      for leaf in parent.unmergedLeaves { result.append(NodeIndex(leaf)) }
    } else if let left = node.left, let right = node.right {
      appendResolution(of: left, to: &result)
      appendResolution(of: right, to: &result)
    } else if !isBlank(node) {
      result.append(node)
    }
  }

  /// Whether nobody is below `node`.
  func resolutionIsEmpty(_ node: NodeIndex) -> Bool {
    guard isBlank(node) else { return false }
    guard let left = node.left, let right = node.right else { return true }
    return resolutionIsEmpty(left) && resolutionIsEmpty(right)
  }

  /// The direct path of a leaf without the nodes whose child on the copath has an empty resolution (RFC 9420 §4.1.2):
  /// each with that child.
  package func filteredDirectPath(of leaf: LeafIndex) -> [(node: NodeIndex, copath: NodeIndex)] {
    var path: [(node: NodeIndex, copath: NodeIndex)] = []
    var current = NodeIndex(leaf)
    while let parent = shape.parent(of: current), let sibling = shape.sibling(of: current) {
      if !resolutionIsEmpty(sibling) { path.append((parent, sibling)) }
      current = parent
    }
    return path
  }
}
