/// Where a leaf came from, with what that origin adds to it (RFC 9420 §7.2).
package enum LeafNodeSource: Equatable, Sendable, WireCodable {
  case keyPackage(Lifetime)
  case update
  case commit(parentHash: [UInt8])

  package init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 1: self = .keyPackage(try Lifetime(from: &reader))
    case 2: self = .update
    case 3: self = .commit(parentHash: try reader.opaque())
    default: throw .unknownSelector(.leafNodeSource)
    }
  }

  package func encode(into writer: inout WireWriter) {
    switch self {
    case .keyPackage(let lifetime):
      writer.write(UInt8(1))
      writer.write(lifetime)
    case .update: writer.write(UInt8(2))
    case .commit(let parentHash):
      writer.write(UInt8(3))
      writer.write(opaque: parentHash)
    }
  }
}

/// A member's leaf (RFC 9420 §7.2).
package struct LeafNode: Equatable, Sendable, WireCodable {
  package var encryptionKey: [UInt8]
  package var signatureKey: [UInt8]
  package var credential: Credential
  package var capabilities: Capabilities
  package var source: LeafNodeSource
  package var extensions: [Extension]
  package var signature: [UInt8]

  package init(
    encryptionKey: [UInt8], signatureKey: [UInt8], credential: Credential, capabilities: Capabilities,
    source: LeafNodeSource, extensions: [Extension] = [], signature: [UInt8] = []
  ) {
    self.encryptionKey = encryptionKey
    self.signatureKey = signatureKey
    self.credential = credential
    self.capabilities = capabilities
    self.source = source
    self.extensions = extensions
    self.signature = signature
  }

  package init(from reader: inout WireReader) throws(WireError) {
    encryptionKey = try reader.opaque()
    signatureKey = try reader.opaque()
    credential = try Credential(from: &reader)
    capabilities = try Capabilities(from: &reader)
    source = try LeafNodeSource(from: &reader)
    extensions = try reader.vector(of: Extension.self)
    signature = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    encodeUnsigned(into: &writer)
    writer.write(opaque: signature)
  }

  /// `LeafNodeTBS`: what the member signs. A leaf from a key package is not bound to a group (§7.2).
  package func toBeSigned(groupID: [UInt8], leafIndex: LeafIndex) -> [UInt8] {
    var writer = WireWriter()
    encodeUnsigned(into: &writer)
    switch source {
    case .keyPackage: break
    case .update, .commit:
      writer.write(opaque: groupID)
      writer.write(leafIndex)
    }
    return writer.bytes
  }

  private func encodeUnsigned(into writer: inout WireWriter) {
    writer.write(opaque: encryptionKey)
    writer.write(opaque: signatureKey)
    writer.write(credential)
    writer.write(capabilities)
    writer.write(source)
    writer.write(vector: extensions)
  }
}

/// An inner node of the tree (RFC 9420 §7.1).
package struct ParentNode: Equatable, Sendable, WireCodable {
  package var encryptionKey: [UInt8]
  package var parentHash: [UInt8]
  /// Leaves below that do not know this node's private key, in ascending order.
  package var unmergedLeaves: [LeafIndex]

  package init(encryptionKey: [UInt8], parentHash: [UInt8], unmergedLeaves: [LeafIndex] = []) {
    self.encryptionKey = encryptionKey
    self.parentHash = parentHash
    self.unmergedLeaves = unmergedLeaves
  }

  package init(from reader: inout WireReader) throws(WireError) {
    encryptionKey = try reader.opaque()
    parentHash = try reader.opaque()
    unmergedLeaves = try reader.vector(of: LeafIndex.self, limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: encryptionKey)
    writer.write(opaque: parentHash)
    writer.write(vector: unmergedLeaves)
  }
}

/// A non-blank node of the tree (RFC 9420 §12.4.3.3).
package indirect enum TreeNode: Equatable, Sendable, WireCodable {
  case leaf(LeafNode)
  case parent(ParentNode)

  package init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 1: self = .leaf(try LeafNode(from: &reader))
    case 2: self = .parent(try ParentNode(from: &reader))
    default: throw .unknownSelector(.nodeType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    switch self {
    case .leaf(let node):
      writer.write(UInt8(1))
      writer.write(node)
    case .parent(let node):
      writer.write(UInt8(2))
      writer.write(node)
    }
  }
}

/// The `ratchet_tree` extension: every node from left to right, blanks included, up to the last that is not blank
/// (RFC 9420 §12.4.3.3).
package struct RatchetTreeExtension: Equatable, Sendable, WireCodable {
  package var nodes: [TreeNode?]

  package init(nodes: [TreeNode?]) { self.nodes = nodes }

  package init(from reader: inout WireReader) throws(WireError) {
    let slots = try reader.vector(
      of: Slot.self, limit: WireLimits.large, maximumCount: WireLimits.treeNodes)
    nodes = slots.map { $0.node }
  }

  package func encode(into writer: inout WireWriter) { writer.write(vector: nodes.map { Slot(node: $0) }) }

  private struct Slot: WireCodable {
    let node: TreeNode?
    init(node: TreeNode?) { self.node = node }
    init(from reader: inout WireReader) throws(WireError) { node = try reader.optional(TreeNode.self) }
    func encode(into writer: inout WireWriter) { writer.write(optional: node) }
  }
}
