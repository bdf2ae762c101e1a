/// Who a client says it is (RFC 9420 §5.3).
package enum Credential: Equatable, Sendable, WireCodable {
  case basic(identity: [UInt8])
  /// A chain of DER certificates, the client's first.
  case x509(certificates: [Certificate])

  package struct Certificate: Equatable, Sendable, WireCodable {
    package var data: [UInt8]
    package init(data: [UInt8]) { self.data = data }
    package init(from reader: inout WireReader) throws(WireError) { data = try reader.opaque() }
    package func encode(into writer: inout WireWriter) { writer.write(opaque: data) }
  }

  package var type: CredentialType {
    switch self {
    case .basic: .basic
    case .x509: .x509
    }
  }

  package init(from reader: inout WireReader) throws(WireError) {
    switch try CredentialType(from: &reader) {
    case .basic: self = .basic(identity: try reader.opaque())
    case .x509: self = .x509(certificates: try reader.vector(of: Certificate.self))
    default: throw .unknownSelector(.credentialType)
    }
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(type)
    switch self {
    case .basic(let identity): writer.write(opaque: identity)
    case .x509(let certificates): writer.write(vector: certificates)
    }
  }
}

/// What a client can do beyond the defaults (RFC 9420 §7.2).
package struct Capabilities: Equatable, Sendable, WireCodable {
  package var versions: [ProtocolVersion]
  package var cipherSuites: [CipherSuite]
  package var extensions: [ExtensionType]
  package var proposals: [ProposalType]
  package var credentials: [CredentialType]

  package init(
    versions: [ProtocolVersion] = [.mls10], cipherSuites: [CipherSuite], extensions: [ExtensionType] = [],
    proposals: [ProposalType] = [], credentials: [CredentialType] = [.basic]
  ) {
    self.versions = versions
    self.cipherSuites = cipherSuites
    self.extensions = extensions
    self.proposals = proposals
    self.credentials = credentials
  }

  package init(from reader: inout WireReader) throws(WireError) {
    versions = try reader.vector(of: ProtocolVersion.self)
    cipherSuites = try reader.vector(of: CipherSuite.self)
    extensions = try reader.vector(of: ExtensionType.self)
    proposals = try reader.vector(of: ProposalType.self)
    credentials = try reader.vector(of: CredentialType.self)
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(vector: versions)
    writer.write(vector: cipherSuites)
    writer.write(vector: extensions)
    writer.write(vector: proposals)
    writer.write(vector: credentials)
  }
}

/// When a key package may be used, in seconds since 1970 (RFC 9420 §7.2).
package struct Lifetime: Equatable, Sendable, WireCodable {
  package var notBefore: UInt64
  package var notAfter: UInt64

  package init(notBefore: UInt64, notAfter: UInt64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  package func contains(_ seconds: UInt64) -> Bool { notBefore <= seconds && seconds <= notAfter }

  package init(from reader: inout WireReader) throws(WireError) {
    notBefore = try reader.uint64()
    notAfter = try reader.uint64()
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(notBefore)
    writer.write(notAfter)
  }
}
