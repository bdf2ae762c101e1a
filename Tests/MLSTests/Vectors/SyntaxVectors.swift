import MLS
import MLSWire

/// Vectors of the syntax and of tree math: they belong to no suite.
enum SyntaxVectors {
  static func deserialization(_ vector: Vector) throws(VectorFailure) {
    let header = vector["vlbytes_header"].bytes
    let length = try require(
      header.withUnsafeBytes { bytes -> Int? in
        var reader = WireReader(bytes)
        let length = try? reader.vectorLength(limit: WireLimits.representable)
        return reader.isAtEnd ? length : nil
      })
    try expect(length, vector["length"].int)
    var writer = WireWriter()
    writer.write(vectorLength: length)
    try expect(writer.bytes, header)
  }

  static func treeMath(_ vector: Vector) throws(VectorFailure) {
    let shape = TreeShape(leafCount: vector["n_leaves"].int)
    try expect(shape.nodeCount, vector["n_nodes"].int)
    try expect(shape.root.value, vector["root"].int)
    for value in 0..<shape.nodeCount {
      let node = NodeIndex(value)
      try expect(node.left?.value, vector["left"][value].optionalInt)
      try expect(node.right?.value, vector["right"][value].optionalInt)
      try expect(shape.parent(of: node)?.value, vector["parent"][value].optionalInt)
      try expect(shape.sibling(of: node)?.value, vector["sibling"][value].optionalInt)
    }
  }

  /// Every message parses and is written back as it was.
  static func messages(_ vector: Vector) throws(VectorFailure) {
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

  private static func roundTrip<Value: WireCodable>(
    _ type: Value.Type, _ vector: Vector, line: UInt = #line
  ) throws(VectorFailure) {
    try expect(vector.bytes.isEmpty, false, line: line)
    try expect(vector.decode(type, line: line).wire, vector.bytes, line: line)
  }

  private struct Extensions: WireCodable {
    let list: [Extension]
    init(from reader: inout WireReader) throws(WireError) { list = try reader.vector(of: Extension.self) }
    func encode(into writer: inout WireWriter) { writer.write(vector: list) }
  }
}
