/// What a client publishes so that it can be added to a group (RFC 9420 §10).
package struct KeyPackage: Equatable, Sendable, WireCodable {
  package var version: ProtocolVersion
  package var cipherSuite: CipherSuite
  package var initKey: [UInt8]
  package var leafNode: LeafNode
  package var extensions: [Extension]
  package var signature: [UInt8]

  package init(
    version: ProtocolVersion = .mls10, cipherSuite: CipherSuite, initKey: [UInt8], leafNode: LeafNode,
    extensions: [Extension] = [], signature: [UInt8] = []
  ) {
    self.version = version
    self.cipherSuite = cipherSuite
    self.initKey = initKey
    self.leafNode = leafNode
    self.extensions = extensions
    self.signature = signature
  }

  package init(from reader: inout WireReader) throws(WireError) {
    version = try ProtocolVersion(from: &reader)
    cipherSuite = try CipherSuite(from: &reader)
    initKey = try reader.opaque()
    leafNode = try LeafNode(from: &reader)
    extensions = try reader.vector(of: Extension.self)
    signature = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    encodeUnsigned(into: &writer)
    writer.write(opaque: signature)
  }

  /// `KeyPackageTBS`.
  package var toBeSigned: [UInt8] {
    var writer = WireWriter()
    encodeUnsigned(into: &writer)
    return writer.bytes
  }

  private func encodeUnsigned(into writer: inout WireWriter) {
    writer.write(version)
    writer.write(cipherSuite)
    writer.write(opaque: initKey)
    writer.write(leafNode)
    writer.write(vector: extensions)
  }
}
