/// An extension as it travels; unknown types are carried (RFC 9420 §7.2, §13.4).
package struct Extension: Equatable, Sendable, WireCodable {
  package var type: ExtensionType
  package var data: [UInt8]

  package init(type: ExtensionType, data: [UInt8]) {
    self.type = type
    self.data = data
  }

  package init(from reader: inout WireReader) throws(WireError) {
    type = try ExtensionType(from: &reader)
    data = try reader.opaque(limit: WireLimits.large)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(type)
    writer.write(opaque: data)
  }
}

extension [Extension] {
  /// The data of the first extension of `type`.
  package func data(of type: ExtensionType) -> [UInt8]? { first { $0.type == type }?.data }

  /// The value of the extension of `type`, nil when there is none.
  package func value<Value: WireCodable>(_ value: Value.Type, of type: ExtensionType) throws(WireError) -> Value? {
    guard let data = data(of: type) else { return nil }
    return try Value(wire: data)
  }

  /// Whether a type occurs twice, which no list may have (RFC 9420 §13.4).
  package var hasDuplicates: Bool {
    guard count > 1 else { return false }
    // Faster than comparing pairs for the longest lists that parse, and less code than sorting.
    var seen = [Bool](repeating: false, count: Int(UInt16.max) + 1)
    for item in self {
      if seen[Int(item.type.rawValue)] { return true }
      seen[Int(item.type.rawValue)] = true
    }
    return false
  }
}

/// `required_capabilities` in the group context (RFC 9420 §11.1).
package struct RequiredCapabilities: Equatable, Sendable, WireCodable {
  package var extensions: [ExtensionType]
  package var proposals: [ProposalType]
  package var credentials: [CredentialType]

  package init(
    extensions: [ExtensionType] = [], proposals: [ProposalType] = [], credentials: [CredentialType] = []
  ) {
    self.extensions = extensions
    self.proposals = proposals
    self.credentials = credentials
  }

  package init(from reader: inout WireReader) throws(WireError) {
    extensions = try reader.vector(of: ExtensionType.self)
    proposals = try reader.vector(of: ProposalType.self)
    credentials = try reader.vector(of: CredentialType.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(vector: extensions)
    writer.write(vector: proposals)
    writer.write(vector: credentials)
  }
}

/// Someone outside the group who may propose (RFC 9420 §12.1.8.1).
package struct ExternalSender: Equatable, Sendable, WireCodable {
  package var signatureKey: [UInt8]
  package var credential: Credential

  package init(signatureKey: [UInt8], credential: Credential) {
    self.signatureKey = signatureKey
    self.credential = credential
  }

  package init(from reader: inout WireReader) throws(WireError) {
    signatureKey = try reader.opaque()
    credential = try Credential(from: &reader)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(opaque: signatureKey)
    writer.write(credential)
  }
}

/// `external_senders` in the group context (RFC 9420 §12.1.8.1).
package struct ExternalSenders: Equatable, Sendable, WireCodable {
  package var senders: [ExternalSender]
  package init(_ senders: [ExternalSender]) { self.senders = senders }
  package init(from reader: inout WireReader) throws(WireError) { senders = try reader.vector(of: ExternalSender.self) }
  package func encode(into writer: inout WireWriter) { writer.write(vector: senders) }
}

/// `external_pub` in a group info: the HPKE key that an external commit is addressed to (RFC 9420 §12.4.3.2).
package struct ExternalPub: Equatable, Sendable, WireCodable {
  package var key: [UInt8]
  package init(key: [UInt8]) { self.key = key }
  package init(from reader: inout WireReader) throws(WireError) { key = try reader.opaque() }
  package func encode(into writer: inout WireWriter) { writer.write(opaque: key) }
}
