/// The half of an agent that answers checks: authenticates them and writes responses (RFC 8445 §7.3). What fails
/// authentication is dropped without an answer, unlike RFC 8489 §9.1.3 would: a stranger learns nothing, and the port
/// reflects nothing.
struct ICEResponder<Primitives: RTCPrimitives>: Sendable {
  private let usernamePrefix: [UInt8]
  private let password: [UInt8]

  init(local: ICECredentials) {
    usernamePrefix = Array(local.ufrag.utf8) + [UInt8(ascii: ":")]
    password = Array(local.password.utf8)
  }

  /// Nil if the request is authentic (RFC 8445 §7.3: fingerprint, own fragment in front, integrity under own password).
  func refusal(of request: STUNMessage) -> ICEDropReason? {
    guard request.hasValidFingerprint else { return .badFingerprint }
    guard let username = request.username, isForUs(username) else { return .wrongUsername }
    guard password.withUnsafeBytes({ request.hasValidIntegrity(key: $0, using: Primitives.self) }) else {
      return .badIntegrity
    }
    return nil
  }

  /// RFC 8445 §7.3.1.2 wants the address the request came from.
  func sendSuccess(
    to request: STUNMessage, from address: TransportAddress, into out: inout some DatagramSink & ~Copyable
  ) {
    var writer = STUNWriter(out.reserve(), type: .bindingSuccess, transactionID: request.transactionID)
    writer.writeXORMappedAddress(address)
    finish(writer, to: address, into: &out)
  }

  func sendError(
    _ code: Int, to request: STUNMessage, from address: TransportAddress,
    into out: inout some DatagramSink & ~Copyable
  ) {
    var writer = STUNWriter(out.reserve(), type: .bindingError, transactionID: request.transactionID)
    writer.writeErrorCode(code)
    if code == 420 { writer.writeUnknownAttributes(request.unknownAttributes) }
    finish(writer, to: address, into: &out)
  }

  private func finish(_ writer: STUNWriter, to address: TransportAddress, into out: inout some DatagramSink & ~Copyable)
  {
    let length = password.withUnsafeBytes { writer.finish(key: $0, using: Primitives.self) }
    if let length { out.commit(length: length, to: address) }
  }

  private func isForUs(_ username: UnsafeRawBufferPointer) -> Bool {
    guard username.count > usernamePrefix.count else { return false }
    return usernamePrefix.indices.allSatisfy { username[$0] == usernamePrefix[$0] }
  }
}
