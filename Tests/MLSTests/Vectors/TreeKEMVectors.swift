import MLS
import MLSWire

/// Vectors of update paths: every member processes theirs, and then one that we make as the same sender.
struct TreeKEMVectors<Suite: CipherSuiteProvider> {
  let vector: Vector

  func check() throws(VectorFailure) {
    let tree = try TreeVectors<Suite>.tree(vector["ratchet_tree"])
    let leaves = vector["leaves_private"].list
    var members: [PrivateTree<Suite>] = []
    for leaf in leaves { members.append(try privateTree(of: leaf, in: tree)) }
    for path in vector["update_paths"].list {
      try process(path, tree: tree, members: members)
      let place = try require(members.firstIndex { $0.leaf == path["sender"].leaf })
      try create(
        from: members[place], signatureKey: leaves[place]["signature_priv"].bytes, tree: tree, members: members)
    }
  }

  private func privateTree(of leaf: Vector, in tree: RatchetTree<Suite>) throws(VectorFailure) -> PrivateTree<Suite> {
    var keys = PrivateTree<Suite>(leaf: leaf["index"].leaf, privateKey: leaf["encryption_priv"].bytes)
    for entry in leaf["path_secrets"].list {
      let pair = try require(try? PathSecret<Suite>.keyPair(of: entry["path_secret"].bytes))
      keys.set(pair.privateKey, at: NodeIndex(entry["node"].int))
    }
    try expect(keys.isConsistent(with: tree), true)
    return keys
  }

  private func context(_ tree: inout RatchetTree<Suite>) -> GroupContext {
    GroupContext(
      cipherSuite: Suite.suite, groupID: vector["group_id"].bytes, epoch: vector["epoch"].uint64,
      treeHash: tree.rootHash(), confirmedTranscriptHash: vector["confirmed_transcript_hash"].bytes)
  }

  private func process(
    _ vector: Vector, tree: RatchetTree<Suite>, members: [PrivateTree<Suite>]
  ) throws(VectorFailure) {
    let path = try vector["update_path"].decode(UpdatePath.self)
    let sender = vector["sender"].leaf
    var merged = tree
    try accept { () throws(MLSError) in try merged.merge(path, from: sender, excluding: []) }
    try expect(merged.rootHash(), vector["tree_hash_after"].bytes)
    let context = context(&merged)
    for member in members where member.leaf != sender {
      var keys = member
      let commitSecret = try accept { () throws(MLSError) in
        try merged.decrypt(path, from: sender, context: context, excluding: [], privateTree: &keys)
      }
      try expect(commitSecret, vector["commit_secret"].bytes)
      try expect(keys.isConsistent(with: merged), true)
      let secret = try require(vector["path_secrets"][Int(member.leaf.rawValue)].optionalBytes)
      let ancestor = merged.shape.commonAncestor(member.leaf, sender)
      try expect(try? PathSecret<Suite>.keyPair(of: secret).privateKey, keys[ancestor])
    }
  }

  private func create(
    from sender: PrivateTree<Suite>, signatureKey: [UInt8], tree: RatchetTree<Suite>, members: [PrivateTree<Suite>]
  ) throws(VectorFailure) {
    var random = SeededGenerator(seed: 7)
    var (updated, received, ownKeys) = (tree, tree, sender)
    let template = try require(tree[sender.leaf])
    let fresh = try accept { () throws(MLSError) in
      try updated.replacePath(
        of: sender.leaf, template: template, signatureKey: signatureKey, groupID: vector["group_id"].bytes,
        privateTree: &ownKeys, using: &random)
    }
    let context = context(&updated)
    let path = try accept { () throws(MLSError) in
      try updated.encrypt(fresh, context: context, excluding: [], using: &random)
    }
    try expect(ownKeys.isConsistent(with: updated), true)
    try accept { () throws(MLSError) in try received.merge(path, from: sender.leaf, excluding: []) }
    try expect(received.rootHash(), context.treeHash)
    for member in members where member.leaf != sender.leaf {
      var keys = member
      let commitSecret = try accept { () throws(MLSError) in
        try received.decrypt(path, from: sender.leaf, context: context, excluding: [], privateTree: &keys)
      }
      try expect(commitSecret, fresh.commitSecret)
    }
  }
}
