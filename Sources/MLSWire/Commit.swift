/// RFC 9420 §7.6.
package struct HPKECiphertext: Equatable, Sendable, WireCodable {
  package var kemOutput: [UInt8]
  package var ciphertext: [UInt8]

  package init(kemOutput: [UInt8], ciphertext: [UInt8]) {
    self.kemOutput = kemOutput
    self.ciphertext = ciphertext
  }

  package init(from reader: inout WireReader) throws(WireError) {
    kemOutput = try reader.opaque()
    ciphertext = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: kemOutput)
    writer.write(opaque: ciphertext)
  }
}

/// A new key of a parent node, and its path secret for each node of the copath's resolution (RFC 9420 §7.6).
package struct UpdatePathNode: Equatable, Sendable, WireCodable {
  package var encryptionKey: [UInt8]
  package var encryptedPathSecrets: [HPKECiphertext]

  package init(encryptionKey: [UInt8], encryptedPathSecrets: [HPKECiphertext]) {
    self.encryptionKey = encryptionKey
    self.encryptedPathSecrets = encryptedPathSecrets
  }

  package init(from reader: inout WireReader) throws(WireError) {
    encryptionKey = try reader.opaque()
    encryptedPathSecrets = try reader.vector(of: HPKECiphertext.self, limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: encryptionKey)
    writer.write(vector: encryptedPathSecrets)
  }
}

/// New keys for the committer's filtered direct path, from the leaf up (RFC 9420 §7.6).
package struct UpdatePath: Equatable, Sendable, WireCodable {
  package var leafNode: LeafNode
  package var nodes: [UpdatePathNode]

  package init(leafNode: LeafNode, nodes: [UpdatePathNode]) {
    self.leafNode = leafNode
    self.nodes = nodes
  }

  package init(from reader: inout WireReader) throws(WireError) {
    leafNode = try LeafNode(from: &reader)
    nodes = try reader.vector(of: UpdatePathNode.self, limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(leafNode)
    writer.write(vector: nodes)
  }
}

/// RFC 9420 §12.4.
package struct Commit: Equatable, Sendable, WireCodable {
  package var proposals: [ProposalOrRef]
  package var path: UpdatePath?

  package init(proposals: [ProposalOrRef], path: UpdatePath?) {
    self.proposals = proposals
    self.path = path
  }

  package init(from reader: inout WireReader) throws(WireError) {
    proposals = try reader.vector(of: ProposalOrRef.self, limit: WireLimits.large)
    path = try reader.optional(UpdatePath.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(vector: proposals)
    writer.write(optional: path)
  }
}
