/// What `PrivateMessage.ciphertext` holds (RFC 9420 §6.3.1).
package struct PrivateMessageContent: Equatable, Sendable {
  package var content: Content
  package var auth: FramedContentAuthData
  /// Bytes of zeros after it.
  package var padding: Int

  package init(content: Content, auth: FramedContentAuthData, padding: Int) {
    self.content = content
    self.auth = auth
    self.padding = padding
  }

  /// Padding other than zeros is refused, as §6.3.1 asks.
  package init(_ type: ContentType, wire bytes: [UInt8]) throws(WireError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
      var reader = WireReader(UnsafeRawBufferPointer(buffer))
      let content = try Content(type, from: &reader)
      let auth = try FramedContentAuthData(type, from: &reader)
      let rest = try reader.rest()
      guard rest.allSatisfy({ $0 == 0 }) else { throw .trailingBytes }
      return PrivateMessageContent(content: content, auth: auth, padding: rest.count)
    }
  }

  package var wire: [UInt8] {
    var writer = WireWriter()
    content.encode(into: &writer)
    auth.encode(into: &writer)
    writer.write(raw: [UInt8](repeating: 0, count: padding))
    return writer.bytes
  }
}

extension PrivateMessage {
  /// `PrivateContentAAD` (RFC 9420 §6.3.1).
  package var contentAAD: [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: groupID)
    writer.write(epoch)
    writer.write(contentType.rawValue)
    writer.write(opaque: authenticatedData)
    return writer.bytes
  }

  /// `SenderDataAAD` (RFC 9420 §6.3.2).
  package var senderDataAAD: [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: groupID)
    writer.write(epoch)
    writer.write(contentType.rawValue)
    return writer.bytes
  }
}

/// Who encrypted a private message, and with which key of theirs (RFC 9420 §6.3.2).
package struct SenderData: Equatable, Sendable, WireCodable {
  package var leafIndex: LeafIndex
  package var generation: UInt32
  /// Four bytes.
  package var reuseGuard: [UInt8]

  package init(leafIndex: LeafIndex, generation: UInt32, reuseGuard: [UInt8]) {
    self.leafIndex = leafIndex
    self.generation = generation
    self.reuseGuard = reuseGuard
  }

  package init(from reader: inout WireReader) throws(WireError) {
    leafIndex = try LeafIndex(from: &reader)
    generation = try reader.uint32()
    reuseGuard = try reader.bytes(4)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(leafIndex)
    writer.write(generation)
    writer.write(raw: reuseGuard)
  }
}
