import ClientCore
import MLSWire
import RoomRules

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
      guard let kind = SaidKind(rawValue: try reader.uint8()) else { throw .badOptional }
      self = .say(try reader.large(), kind: kind, to: to)
    case 16: self = .setProfile(try reader.opaque())
    case 17: self = .remove(try reader.joins())
    case 18: self = .setRules(try reader.patch())
    case 19: self = .compare(try JoinID(from: &reader))
    case 20: self = .acceptComparison
    case 21: self = .comparisonResult(try reader.uint8() == 1)
    case 22: self = .cancelComparison
    case 23: self = .freeze
    case 24: self = .vouch(try JoinID(from: &reader))
    case 25: self = .frozen(try reader.opaque())
    case 26: self = .invited(try reader.opaque())
    case 27: self = .admit(try reader.joins())
    case 28: self = .setPassword(try reader.opaque())
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

// A patch of the rules: what is left out is absent, and stays.
extension WireReader {
  fileprivate mutating func patch() throws(WireError) -> RulesPatch {
    var patch = RulesPatch()
    let door = try uint8()
    if door != UInt8.max {
      patch.door = Door(rawValue: door)
      guard patch.door != nil else { throw .badOptional }
    }
    patch.isFrozen = try flag()
    patch.veilsNewcomers = try flag()
    patch.speaker = try permissions()
    patch.listener = try permissions()
    patch.newcomer = try permissions()
    for _ in 0..<(try uint16()) { patch.entries.append(try entry()) }
    patch.revoked = try vector(of: ShortID.self)
    patch.banned = try vector(of: ShortID.self)
    return patch
  }

  private mutating func entry() throws(WireError) -> RulesPatch.Entry {
    var entry = RulesPatch.Entry(join: try JoinID(from: &self))
    let role = try uint8()
    if role != UInt8.max {
      entry.role = Role(rawValue: role)
      guard entry.role != nil else { throw .badOptional }
    }
    entry.granted = try permissions()
    entry.denied = try permissions()
    entry.goesOn = try flag()
    return entry
  }

  private mutating func flag() throws(WireError) -> Bool? {
    switch try uint8() {
    case 0: nil
    case 1: false
    case 2: true
    default: throw .badOptional
    }
  }

  private mutating func permissions() throws(WireError) -> Permissions? {
    guard try uint8() == 1 else { return nil }
    return Permissions(rawValue: try uint32()).intersection(.all)
  }
}
