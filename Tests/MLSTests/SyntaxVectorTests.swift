import MLS
import MLSWire
import Testing

@Suite("Official vectors of the syntax and of tree math", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct SyntaxVectorTests {
  @Test("vector length headers", arguments: VectorFiles.load("deserialization"))
  func deserialization(_ vector: Vector) throws {
    let header = vector["vlbytes_header"].bytes
    let length = try header.withUnsafeBytes { bytes in
      var reader = WireReader(bytes)
      let length = try reader.vectorLength(limit: WireLimits.representable)
      #expect(reader.isAtEnd)
      return length
    }
    #expect(length == vector["length"].int)
    var writer = WireWriter()
    writer.write(vectorLength: length)
    #expect(writer.bytes == header)
  }

  @Test("tree math", arguments: VectorFiles.load("tree-math"))
  func treeMath(_ vector: Vector) {
    let shape = TreeShape(leafCount: vector["n_leaves"].int)
    #expect(shape.nodeCount == vector["n_nodes"].int)
    #expect(shape.root.value == vector["root"].int)
    for value in 0..<shape.nodeCount {
      let node = NodeIndex(value)
      #expect(node.left?.value == vector["left"].array[value].optionalInt)
      #expect(node.right?.value == vector["right"].array[value].optionalInt)
      #expect(shape.parent(of: node)?.value == vector["parent"].array[value].optionalInt)
      #expect(shape.sibling(of: node)?.value == vector["sibling"].array[value].optionalInt)
    }
  }

  @Test("every message parses and is written back as it was", arguments: VectorFiles.load("messages"))
  func messages(_ vector: Vector) throws {
    for name in [
      "mls_welcome", "mls_group_info", "mls_key_package", "public_message_application", "public_message_proposal",
      "public_message_commit", "private_message",
    ] {
      try roundTrip(MLSMessage.self, vector[name])
    }
    try roundTrip(RatchetTreeExtension.self, vector["ratchet_tree"])
    try roundTrip(GroupSecrets.self, vector["group_secrets"])
    try roundTrip(KeyPackage.self, vector["add_proposal"])
    try roundTrip(LeafNode.self, vector["update_proposal"])
    try roundTrip(LeafIndex.self, vector["remove_proposal"])
    try roundTrip(PreSharedKeyID.self, vector["pre_shared_key_proposal"])
    try roundTrip(ReInit.self, vector["re_init_proposal"])
    try roundTrip(ExternalPub.self, vector["external_init_proposal"])
    try roundTrip(Extensions.self, vector["group_context_extensions_proposal"])
    try roundTrip(Commit.self, vector["commit"])
  }

  private func roundTrip<Value: WireCodable>(_ type: Value.Type, _ vector: Vector) throws {
    #expect(!vector.bytes.isEmpty, "\(vector)")
    #expect(try Value(wire: vector.bytes).wire == vector.bytes, "\(vector)")
  }

  private struct Extensions: WireCodable {
    let list: [Extension]
    init(from reader: inout WireReader) throws(WireError) { list = try reader.vector(of: Extension.self) }
    func encode(into writer: inout WireWriter) { writer.write(vector: list) }
  }
}
