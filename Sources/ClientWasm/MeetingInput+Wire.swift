import ClientCore
import MLSWire

// Inputs as the host writes them: Web/worker/meeting-codec.js has the same table.

extension MeetingInput {
  /// Any bytes give an input or an error.
  init(kind: UInt8, _ bytes: [UInt8]) throws(WireError) {
    self = try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) in
      var reader = WireReader(UnsafeRawBufferPointer(buffer))
      let input = try Self(kind: kind, from: &reader)
      guard reader.isAtEnd else { throw .trailingBytes }
      return input
    }
  }

  private init(kind: UInt8, from reader: inout WireReader) throws(WireError) {
    switch kind {
    case 1: self = .entered(resumed: try reader.uint8() == 1, senderKey: try reader.opaque())
    case 2: self = .roster(try reader.joins())
    case 3: self = .createGroup
    case 4: self = .commitRequest(try reader.vector(of: Opaque.self, limit: WireLimits.large).map { $0.bytes })
    case 5: self = .proposal(try reader.large())
    case 6: self = .commit(epoch: try reader.uint64(), try reader.large())
    case 7: self = .commitRefused(epoch: try reader.uint64())
    case 8: self = .groupWelcome(welcome: try reader.large(), tree: try reader.large())
    case 9: self = .groupInfo(info: try reader.large(), tree: try reader.large())
    case 10: self = .resync
    case 11: self = .ready(epoch: try reader.uint64())
    case 12:
      let from = try reader.optional(JoinID.self)
      self = .message(try reader.large(), from: from)
    case 13: self = .disconnected
    case 14: self = .newJoin
    case 15:
      let isToSome = try reader.uint8() == 1
      let to = isToSome ? try reader.joins() : nil
      self = .say(try reader.large(), to: to)
    case 16: self = .setProfile(try reader.opaque())
    case 17: self = .remove(try JoinID(from: &reader))
    case 18:
      let roles = try reader.vector(of: Assignment.self, limit: WireLimits.large)
      let isLocked = try reader.uint8() == 1
      self = .setRoles(roles.map { RoleAssignment(join: $0.join, role: $0.role) }, locked: isLocked)
    case 19: self = .compare(try JoinID(from: &reader))
    case 20: self = .acceptComparison
    case 21: self = .comparisonResult(try reader.uint8() == 1)
    case 22: self = .cancelComparison
    default: throw .trailingBytes
    }
  }
}

extension WireReader {
  fileprivate mutating func large() throws(WireError) -> [UInt8] { try opaque(limit: WireLimits.large) }

  fileprivate mutating func joins() throws(WireError) -> [JoinID] {
    try vector(of: JoinID.self, limit: WireLimits.large)
  }
}

/// `opaque bytes<V>` as an element of a vector.
private struct Opaque: WireCodable {
  let bytes: [UInt8]

  init(from reader: inout WireReader) throws(WireError) { bytes = try reader.opaque() }
  func encode(into writer: inout WireWriter) { writer.write(opaque: bytes) }
}

private struct Assignment: WireCodable {
  let join: JoinID
  let role: Role

  init(from reader: inout WireReader) throws(WireError) {
    join = try JoinID(from: &reader)
    guard let role = Role(rawValue: try reader.uint8()) else { throw .badOptional }
    self.role = role
  }

  func encode(into writer: inout WireWriter) {
    writer.write(join)
    writer.write(role.rawValue)
  }
}
