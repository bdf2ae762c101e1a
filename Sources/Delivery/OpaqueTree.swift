import MLSWire
import RoomRules

/// Whom a leaf belongs to. Everything else of it is for the members.
struct Leaf: Equatable, Sendable {
  /// Of the basic credential: the join id of a participant.
  var identity: [UInt8]
  var signatureKey: [UInt8]
  /// Of the invitation that its owner says it came by; not judged yet.
  var proof: EntryProof?

  init(identity: [UInt8], signatureKey: [UInt8], proof: EntryProof?) {
    self.identity = identity
    self.signatureKey = signatureKey
    self.proof = proof
  }

  init?(_ node: LeafNode) {
    guard case .basic(let identity) = node.credential, identity.count == Self.identityBytes else { return nil }
    self.identity = identity
    signatureKey = node.signatureKey
    proof = node.entryProof
  }

  static let identityBytes = 16
}

/// A ratchet tree as byte strings. Its leaves are known by whom they belong to; its inner nodes are not read at all, so whoever
/// is given the tree has to check it against the tree hash.
struct OpaqueTree: Equatable, Sendable {
  /// As in `ratchet_tree` without the presence octet, empty where blank; as many as a full tree has.
  private(set) var nodes: [[UInt8]]
  private(set) var leaves: [Leaf?]
  /// Where each name is.
  private var positions: [[UInt8]: Int]

  /// Leaves that a key id of media has room for (docs/sealing.md).
  static let maximumLeaves = 1024

  /// A tree of one leaf.
  init?(_ node: LeafNode) {
    guard let leaf = Leaf(node) else { return nil }
    nodes = [TreeNode.leaf(node).wire]
    leaves = [leaf]
    positions = [leaf.identity: 0]
  }

  func position(of identity: [UInt8]) -> Int? { positions[identity] }

  subscript(position: UInt32) -> Leaf? { position < UInt32(leaves.count) ? leaves[Int(position)] : nil }

  /// The content of a `ratchet_tree` extension: without the blanks at the end (RFC 9420 §12.4.3.3).
  var sent: [UInt8] {
    let count = (nodes.lastIndex { !$0.isEmpty } ?? -1) + 1
    var length = 0
    for node in nodes.prefix(count) { length += 1 + node.count }
    var writer = WireWriter()
    writer.write(vectorLength: length)
    for node in nodes.prefix(count) {
      writer.write(UInt8(node.isEmpty ? 0 : 1))
      writer.write(raw: node)
    }
    return writer.bytes
  }

  // MARK: Changes

  /// Blanks a leaf; false when it is blank. Inner nodes are left as they are: `apply` sets them.
  mutating func remove(_ position: UInt32) -> Bool {
    guard let leaf = self[position] else { return false }
    positions[leaf.identity] = nil
    leaves[Int(position)] = nil
    nodes[2 * Int(position)] = []
    return true
  }

  /// Halves the tree while its right half is empty (RFC 9420 §7.7).
  mutating func truncate() {
    while leaves.count > 1, leaves[(leaves.count / 2)...].allSatisfy({ $0 == nil }) {
      leaves.removeLast(leaves.count / 2)
      nodes.removeLast(nodes.count - (2 * leaves.count - 1))
    }
  }

  /// Gives the leftmost blank leaf, the tree growing when there is none (RFC 9420 §12.1.1). Nil when the tree is full, or
  /// somebody of that name is in it.
  mutating func add(_ node: LeafNode) -> Int? {
    guard let leaf = Leaf(node), position(of: leaf.identity) == nil else { return nil }
    if !leaves.contains(nil) {
      guard 2 * leaves.count <= Self.maximumLeaves else { return nil }
      nodes += [[UInt8]](repeating: [], count: nodes.count + 1)
      leaves += [Leaf?](repeating: nil, count: leaves.count)
    }
    guard let position = leaves.firstIndex(of: nil) else { return nil }
    set(node, leaf, at: position)
    return position
  }

  /// Replaces a leaf by one of the same name.
  mutating func replace(_ position: Int, by node: LeafNode) -> Bool {
    guard let leaf = Leaf(node), leaf.identity == leaves[position]?.identity else { return false }
    set(node, leaf, at: position)
    return true
  }

  private mutating func set(_ node: LeafNode, _ leaf: Leaf, at position: Int) {
    nodes[2 * position] = TreeNode.leaf(node).wire
    leaves[position] = leaf
    positions[leaf.identity] = position
  }

  /// Takes the inner nodes from `change`, which was made against `old`. False unless its leaves are those of this tree.
  mutating func apply(_ change: TreeChange, to old: OpaqueTree) -> Bool {
    guard Int(clamping: change.nodeCount) == nodes.count else { return false }
    var candidate = Array(old.nodes.prefix(nodes.count))
    candidate += [[UInt8]](repeating: [], count: nodes.count - candidate.count)
    var next = 0
    for item in change.changes {
      let index = Int(clamping: item.index)
      guard index >= next, index < candidate.count else { return false }
      candidate[index] = item.node
      next = index + 1
    }
    for leaf in leaves.indices where candidate[2 * leaf] != nodes[2 * leaf] { return false }
    nodes = candidate
    return true
  }
}
