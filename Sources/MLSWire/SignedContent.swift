internal import Bytes

/// `SignContent` and `EncryptContext`, which have one shape: a label with the prefix of the protocol and a content
/// (RFC 9420 §5.1.2, §5.1.3).
package enum LabelledContent {
  package static func wire(label: String, content: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: [UInt8](utf8: "MLS 1.0 ") + [UInt8](utf8: label))
    writer.write(opaque: content)
    return writer.bytes
  }
}

extension FramedContent {
  /// `FramedContentTBS` (RFC 9420 §6.1). `context` is that of the epoch the message belongs to; it is covered for
  /// members and for those who join by a commit, so that an external sender needs none.
  package func toBeSigned(wireFormat: WireFormat, context: GroupContext?) -> [UInt8] {
    var writer = WireWriter()
    writer.write(ProtocolVersion.mls10)
    writer.write(wireFormat)
    writer.write(self)
    switch sender {
    case .member, .newMemberCommit: if let context { writer.write(context) }
    case .external, .newMemberProposal: break
    }
    return writer.bytes
  }
}
