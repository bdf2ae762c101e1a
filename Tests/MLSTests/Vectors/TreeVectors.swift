import MLS
import MLSWire

/// Vectors of the ratchet tree without its private keys.
enum TreeVectors<Suite: CipherSuiteProvider> {
  static func operations(_ vector: Vector) throws(VectorFailure) {
    var tree = try tree(vector["tree_before"])
    try expect(tree.rootHash(), vector["tree_hash_before"].bytes)
    switch try vector["proposal"].decode(Proposal.self) {
    case .add(let keyPackage): _ = try accept { () throws(MLSError) in try tree.add(keyPackage.leafNode) }
    case .update(let leaf): tree.update(vector["proposal_sender"].leaf, to: leaf)
    case .remove(let leaf): tree.remove(leaf)
    default: throw VectorFailure(reason: .differs, file: #fileID, line: #line)
    }
    try expect(tree.sent.wire, vector["tree_after"].bytes)
    try expect(tree.rootHash(), vector["tree_hash_after"].bytes)
  }

  static func validation(_ vector: Vector) throws(VectorFailure) {
    var tree = try tree(vector["tree"])
    for (value, expected) in vector["tree_hashes"].list.enumerated() {
      try expect(tree.treeHash(of: NodeIndex(value)), expected.bytes)
    }
    for (value, expected) in vector["resolutions"].list.enumerated() {
      try expect(tree.resolution(of: NodeIndex(value)).map { $0.value }, expected.list.map { $0.int })
    }
    try accept { () throws(MLSError) in
      try tree.validateParents()
      let validator = try LeafValidator<Suite>(groupID: vector["group_id"].bytes, extensions: [], now: nil)
      for member in tree.members {
        if let leaf = tree[member] { try validator.validate(leaf, at: member, in: .tree) }
      }
      try validator.validateMembers(of: tree)
    }
  }

  static func tree(_ vector: Vector) throws(VectorFailure) -> RatchetTree<Suite> {
    let sent = try vector.decode(RatchetTreeExtension.self)
    return try accept { () throws(MLSError) in try RatchetTree(sent) }
  }
}
