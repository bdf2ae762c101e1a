import MLS
import MLSWire
import Testing

@Suite("Official vectors of ratchet trees", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct TreeVectorTests {
  @Test("tree operations", arguments: VectorFiles.load("tree-operations"))
  func operations(_ vector: Vector) throws { try vector.withSuite(Operations(vector: vector)) }

  @Test("tree validation", arguments: VectorFiles.load("tree-validation"))
  func validation(_ vector: Vector) throws { try vector.withSuite(Validation(vector: vector)) }

  @Test("TreeKEM", arguments: VectorFiles.load("treekem"))
  func treeKEM(_ vector: Vector) throws { try vector.withSuite(Paths(vector: vector)) }

  private struct Operations: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      var tree = try RatchetTree<Suite>(RatchetTreeExtension(wire: vector["tree_before"].bytes))
      #expect(tree.rootHash() == vector["tree_hash_before"].bytes)
      switch try Proposal(wire: vector["proposal"].bytes) {
      case .add(let keyPackage): _ = try tree.add(keyPackage.leafNode)
      case .update(let leaf): tree.update(LeafIndex(UInt32(vector["proposal_sender"].int)), to: leaf)
      case .remove(let leaf): tree.remove(leaf)
      default: Issue.record("not a tree operation")
      }
      #expect(tree.sent.wire == vector["tree_after"].bytes)
      #expect(tree.rootHash() == vector["tree_hash_after"].bytes)
    }
  }

  private struct Validation: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      var tree = try RatchetTree<Suite>(RatchetTreeExtension(wire: vector["tree"].bytes))
      for (value, expected) in vector["tree_hashes"].array.enumerated() {
        #expect(tree.treeHash(of: NodeIndex(value)) == expected.bytes)
      }
      for (value, expected) in vector["resolutions"].array.enumerated() {
        #expect(tree.resolution(of: NodeIndex(value)).map(\.value) == expected.array.map(\.int))
      }
      try tree.validateParents()
      let validator = try LeafValidator<Suite>(groupID: vector["group_id"].bytes, extensions: [], now: nil)
      for member in tree.members { try validator.validate(#require(tree[member]), at: member, in: .tree) }
      try validator.validateMembers(of: tree)
    }
  }

  private struct Paths: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      let tree = try RatchetTree<Suite>(RatchetTreeExtension(wire: vector["ratchet_tree"].bytes))
      let leaves = vector["leaves_private"].array
      let members = try leaves.map { try privateTree(of: $0, in: tree) }
      for path in vector["update_paths"].array {
        try process(path, tree: tree, members: members)
        let sender = LeafIndex(UInt32(path["sender"].int))
        let place = try #require(members.firstIndex { $0.leaf == sender })
        try create(
          from: members[place], signatureKey: leaves[place]["signature_priv"].bytes, tree: tree, members: members)
      }
    }

    private func privateTree<Suite: CipherSuiteProvider>(
      of leaf: Vector, in tree: RatchetTree<Suite>
    ) throws -> PrivateTree<Suite> {
      var keys = PrivateTree<Suite>(
        leaf: LeafIndex(UInt32(leaf["index"].int)), privateKey: leaf["encryption_priv"].bytes)
      for entry in leaf["path_secrets"].array {
        let pair = try PathSecret<Suite>.keyPair(of: entry["path_secret"].bytes)
        keys.set(pair.privateKey, at: NodeIndex(entry["node"].int))
      }
      #expect(keys.isConsistent(with: tree))
      return keys
    }

    private func context<Suite: CipherSuiteProvider>(_ tree: inout RatchetTree<Suite>) -> GroupContext {
      GroupContext(
        cipherSuite: Suite.suite, groupID: vector["group_id"].bytes, epoch: vector["epoch"].uint64,
        treeHash: tree.rootHash(), confirmedTranscriptHash: vector["confirmed_transcript_hash"].bytes)
    }

    private func process<Suite: CipherSuiteProvider>(
      _ vector: Vector, tree: RatchetTree<Suite>, members: [PrivateTree<Suite>]
    ) throws {
      let path = try UpdatePath(wire: vector["update_path"].bytes)
      let sender = LeafIndex(UInt32(vector["sender"].int))
      var merged = tree
      try merged.merge(path, from: sender, excluding: [])
      #expect(merged.rootHash() == vector["tree_hash_after"].bytes)
      let context = context(&merged)
      for member in members where member.leaf != sender {
        var keys = member
        let commitSecret = try merged.decrypt(
          path, from: sender, context: context, excluding: [], privateTree: &keys)
        #expect(commitSecret == vector["commit_secret"].bytes)
        #expect(keys.isConsistent(with: merged))
        let secret = try #require(vector["path_secrets"].array[Int(member.leaf.rawValue)].optionalBytes)
        let ancestor = merged.shape.commonAncestor(member.leaf, sender)
        #expect(try PathSecret<Suite>.keyPair(of: secret).privateKey == keys[ancestor])
      }
    }

    private func create<Suite: CipherSuiteProvider>(
      from sender: PrivateTree<Suite>, signatureKey: [UInt8], tree: RatchetTree<Suite>, members: [PrivateTree<Suite>]
    ) throws {
      var random = SeededGenerator(seed: 7)
      var (updated, received, ownKeys) = (tree, tree, sender)
      let fresh = try updated.replacePath(
        of: sender.leaf, template: #require(tree[sender.leaf]), signatureKey: signatureKey,
        groupID: vector["group_id"].bytes, privateTree: &ownKeys, using: &random)
      let context = context(&updated)
      let path = try updated.encrypt(fresh, context: context, excluding: [], using: &random)
      #expect(ownKeys.isConsistent(with: updated))
      try received.merge(path, from: sender.leaf, excluding: [])
      #expect(received.rootHash() == context.treeHash)
      for member in members where member.leaf != sender.leaf {
        var keys = member
        let commitSecret = try received.decrypt(
          path, from: sender.leaf, context: context, excluding: [], privateTree: &keys)
        #expect(commitSecret == fresh.commitSecret)
      }
    }
  }
}
