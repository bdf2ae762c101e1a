// What members hand to the delivery service beside MLS messages (docs/protocol.md, "The group"). None of it is part of
// RFC 9420, which leaves the delivery service open; the syntax is that of its §2.1.

/// A node of the ratchet tree after a commit.
package struct NodeChange: Equatable, Sendable, WireCodable {
  /// Position in the array of nodes, leaves being even (RFC 9420 appendix C).
  package var index: UInt32
  /// The node as in `ratchet_tree`, without the presence octet; empty for a blank node.
  package var node: [UInt8]

  package init(index: UInt32, node: [UInt8]) {
    self.index = index
    self.node = node
  }

  package init(from reader: inout WireReader) throws(WireError) {
    index = try reader.uint32()
    node = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(index)
    writer.write(opaque: node)
  }
}

/// What a commit changes in the ratchet tree, so that whoever keeps the tree for joiners need not understand it.
package struct TreeChange: Equatable, Sendable, WireCodable {
  /// Nodes of the whole tree after the change, blanks included: one less than twice a power of two. Nodes from there on are gone.
  package var nodeCount: UInt32
  /// In ascending order of their index, each below `nodeCount`, none twice.
  package var changes: [NodeChange]

  package init(nodeCount: UInt32, changes: [NodeChange]) {
    self.nodeCount = nodeCount
    self.changes = changes
  }

  /// What makes `new` of `old`, each as it is sent (blanks at the end may be left out). For a new tree `old` is empty.
  package init(from old: [TreeNode?], to new: [TreeNode?]) {
    var width = 1
    while width < new.count { width = 2 * width + 1 }
    var changes: [NodeChange] = []
    for index in 0..<width {
      let before = index < old.count ? old[index] : nil
      let after = index < new.count ? new[index] : nil
      if before != after { changes.append(NodeChange(index: UInt32(index), node: after?.wire ?? [])) }
    }
    self.init(nodeCount: UInt32(width), changes: changes)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    nodeCount = try reader.uint32()
    changes = try reader.vector(
      of: NodeChange.self, limit: WireLimits.upload, maximumCount: WireLimits.treeNodes)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(nodeCount)
    writer.write(vector: changes)
  }
}

/// A group that begins.
package struct GroupUpload: Equatable, Sendable, WireCodable {
  /// An MLSMessage with the GroupInfo of epoch 0: with `external_pub`, without the tree.
  package var groupInfo: [UInt8]
  package var tree: TreeChange

  package init(groupInfo: [UInt8], tree: TreeChange) {
    self.groupInfo = groupInfo
    self.tree = tree
  }

  package init(from reader: inout WireReader) throws(WireError) {
    groupInfo = try reader.opaque()
    tree = try TreeChange(from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: groupInfo)
    writer.write(tree)
  }
}

/// A commit, and what those who join by it or after it need.
package struct CommitUpload: Equatable, Sendable, WireCodable {
  /// An MLSMessage with a PublicMessage.
  package var commit: [UInt8]
  /// An MLSMessage with the Welcome for everybody whom the commit adds; empty when it adds nobody.
  package var welcome: [UInt8]
  /// An MLSMessage with the GroupInfo of the epoch that the commit begins: with `external_pub`, without the tree.
  package var groupInfo: [UInt8]
  package var tree: TreeChange

  package init(commit: [UInt8], welcome: [UInt8], groupInfo: [UInt8], tree: TreeChange) {
    self.commit = commit
    self.welcome = welcome
    self.groupInfo = groupInfo
    self.tree = tree
  }

  package init(from reader: inout WireReader) throws(WireError) {
    commit = try reader.opaque(limit: WireLimits.upload)
    welcome = try reader.opaque(limit: WireLimits.upload)
    groupInfo = try reader.opaque()
    tree = try TreeChange(from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: commit)
    writer.write(opaque: welcome)
    writer.write(opaque: groupInfo)
    writer.write(tree)
  }
}

extension WireLimits {
  /// Bytes of a whole `GroupUpload` or `CommitUpload`: a commit among a thousand members with blank paths, or a hundred
  /// Adds, takes about a third.
  package static let upload = 320 * 1024
}
