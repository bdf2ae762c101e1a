package import MLSWire

/// The public state of a group: who is in it, and the keys of the inner nodes (RFC 9420 §4, §7). Tree hashes are
/// cached a node and recomputed where something below changed.
package struct RatchetTree<Suite: CipherSuiteProvider>: Sendable {
  package private(set) var shape: TreeShape
  private var nodes: [TreeNode?]
  /// Empty where unknown.
  var hashes: [[UInt8]]

  /// A tree of one leaf.
  package init(leaf: LeafNode) {
    shape = TreeShape(leafCount: 1)
    nodes = [.leaf(leaf)]
    hashes = [[]]
  }

  /// A tree as it was sent. Only the shape is checked here: leaves at even places, parents at odd ones, the last not
  /// blank (RFC 9420 §12.4.3.3). `validate` checks the rest.
  package init(_ sent: RatchetTreeExtension) throws(MLSError) {
    guard let last = sent.nodes.last, last != nil else { throw .tree(.badShape) }
    shape = TreeShape(holding: (sent.nodes.count + 2) / 2)
    nodes = sent.nodes
    nodes.append(contentsOf: repeatElement(nil, count: shape.nodeCount - nodes.count))
    hashes = [[UInt8]](repeating: [], count: shape.nodeCount)
    for index in nodes.indices {
      switch nodes[index] {
      case .leaf: guard NodeIndex(index).isLeaf else { throw .tree(.badShape) }
      case .parent: guard !NodeIndex(index).isLeaf else { throw .tree(.badShape) }
      case nil: continue
      }
    }
  }

  /// The tree as it is sent: blanks after the last node are left out.
  package var sent: RatchetTreeExtension {
    let count = (nodes.lastIndex { $0 != nil } ?? -1) + 1
    return RatchetTreeExtension(nodes: Array(nodes.prefix(count)))
  }

  package subscript(leaf: LeafIndex) -> LeafNode? {
    guard leaf.position < shape.leafCount, case .leaf(let node) = nodes[NodeIndex(leaf).value] else { return nil }
    return node
  }

  package subscript(parent node: NodeIndex) -> ParentNode? {
    guard case .parent(let parent) = nodes[node.value] else { return nil }
    return parent
  }

  package func isBlank(_ node: NodeIndex) -> Bool { nodes[node.value] == nil }

  /// The HPKE key of a node, nil where it is blank.
  package func encryptionKey(of node: NodeIndex) -> [UInt8]? {
    switch nodes[node.value] {
    case .leaf(let leaf): leaf.encryptionKey
    case .parent(let parent): parent.encryptionKey
    case nil: nil
    }
  }

  /// The members, from left to right.
  package var members: [LeafIndex] {
    (0..<shape.leafCount).lazy.map { LeafIndex(UInt32($0)) }.filter { !isBlank(NodeIndex($0)) }
  }

  /// The parents that are not blank, from left to right.
  var parents: [NodeIndex] {
    nodes.indices.lazy.map { NodeIndex($0) }.filter { !$0.isLeaf && !isBlank($0) }
  }

  // MARK: Changes

  package mutating func set(_ leaf: LeafNode?, at index: LeafIndex) {
    nodes[NodeIndex(index).value] = leaf.map { .leaf($0) }
    invalidate(NodeIndex(index))
  }

  mutating func set(_ parent: ParentNode?, at node: NodeIndex) {
    nodes[node.value] = parent.map { .parent($0) }
    invalidate(node)
  }

  /// Blanks every parent above a leaf.
  mutating func blankDirectPath(of leaf: LeafIndex) {
    for node in shape.directPath(of: NodeIndex(leaf)) { nodes[node.value] = nil }
    invalidate(NodeIndex(leaf))
  }

  /// The leaf that the next member is given: the leftmost blank one, the tree growing to the right if there is none
  /// (RFC 9420 §12.1.1, §7.7).
  mutating func nextFreeLeaf() throws(MLSError) -> LeafIndex {
    if let free = (0..<shape.leafCount).first(where: { nodes[2 * $0] == nil }) { return LeafIndex(UInt32(free)) }
    let free = LeafIndex(UInt32(shape.leafCount))
    guard 4 * shape.leafCount - 1 <= WireLimits.treeNodes else { throw .tree(.full) }
    shape = TreeShape(leafCount: 2 * shape.leafCount)
    nodes.append(contentsOf: repeatElement(nil, count: shape.nodeCount - nodes.count))
    hashes.append(contentsOf: repeatElement([], count: shape.nodeCount - hashes.count))
    return free
  }

  /// Adds a member (RFC 9420 §12.1.1).
  package mutating func add(_ leaf: LeafNode) throws(MLSError) -> LeafIndex {
    let index = try nextFreeLeaf()
    for node in shape.directPath(of: NodeIndex(index)) {
      guard case .parent(var parent) = nodes[node.value] else { continue }
      let place = parent.unmergedLeaves.firstIndex { $0 > index } ?? parent.unmergedLeaves.endIndex
      parent.unmergedLeaves.insert(index, at: place)
      nodes[node.value] = .parent(parent)
    }
    set(leaf, at: index)
    return index
  }

  /// Replaces a leaf of the tree and blanks its direct path (RFC 9420 §12.1.2).
  package mutating func update(_ index: LeafIndex, to leaf: LeafNode) {
    blankDirectPath(of: index)
    set(leaf, at: index)
  }

  /// Blanks a leaf of the tree and its direct path, and halves the tree while its right half is empty (RFC 9420 §12.1.3, §7.7).
  package mutating func remove(_ index: LeafIndex) {
    blankDirectPath(of: index)
    set(nil as LeafNode?, at: index)
    while shape.leafCount > 1, (shape.leafCount / 2..<shape.leafCount).allSatisfy({ nodes[2 * $0] == nil }) {
      shape = TreeShape(leafCount: shape.leafCount / 2)
      nodes.removeLast(nodes.count - shape.nodeCount)
      hashes.removeLast(hashes.count - shape.nodeCount)
    }
  }

  private mutating func invalidate(_ node: NodeIndex) {
    hashes[node.value] = []
    for above in shape.directPath(of: node) { hashes[above.value] = [] }
  }
}
