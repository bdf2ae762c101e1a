package import MLSWire

extension RoomRules {
  /// A key, group id or signature, in bytes.
  static var maximumOpaque: Int { 256 }

  /// nil unless `bytes` are the one encoding of rules. Says nothing about the signature.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.maximumLength, let fields = try? Fields(wire: bytes), let read = fields.value else {
      return nil
    }
    self = read
  }

  package var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: toBeSigned)
    writer.write(opaque: signature)
    return writer.bytes
  }

  /// Everything before the signature.
  var toBeSigned: [UInt8] {
    var writer = WireWriter()
    writer.write(Self.version)
    writer.write(opaque: groupID)
    writer.write(counter)
    writer.write(opaque: hostKey)
    writer.write(door.rawValue)
    writer.write(UInt8((isFrozen ? 1 : 0) | (veilsNewcomers ? 2 : 0)))
    writer.write(speaker.rawValue)
    writer.write(listener.rawValue)
    writer.write(newcomer.rawValue)
    writer.write(vector: entries)
    writer.write(vector: revoked)
    writer.write(vector: banned)
    writer.write(opaque: gate)
    writer.write(opaque: newKeys)
    switch signer {
    case .host:
      writer.write(UInt8(0))
      writer.write(opaque: [])
    case .coHost(let join):
      writer.write(UInt8(1))
      writer.write(opaque: join.bytes)
    }
    writer.write(opaque: basis)
    return writer.bytes
  }

  /// The fields as they travel, before their values are judged.
  private struct Fields: WireCodable {
    let value: RoomRules?

    init(from reader: inout WireReader) throws(WireError) {
      let version = try reader.uint8()
      let groupID = try reader.opaque(limit: maximumOpaque)
      let counter = try reader.uint64()
      let hostKey = try reader.opaque(limit: maximumOpaque)
      let door = Door(rawValue: try reader.uint8())
      let flags = try reader.uint8()
      var rules = RoomRules(groupID: groupID, counter: counter, hostKey: hostKey)
      rules.isFrozen = flags & 1 != 0
      rules.veilsNewcomers = flags & 2 != 0
      rules.speaker = Permissions(rawValue: try reader.uint32())
      rules.listener = Permissions(rawValue: try reader.uint32())
      rules.newcomer = Permissions(rawValue: try reader.uint32())
      rules.entries = try reader.vector(of: Entry.self, limit: maximumLength, maximumCount: maximumEntries)
      rules.revoked = try reader.vector(of: ShortID.self, maximumCount: maximumIDs)
      rules.banned = try reader.vector(of: ShortID.self, maximumCount: maximumIDs)
      rules.gate = try reader.opaque(limit: RoomRules.gateLength)
      rules.newKeys = try reader.opaque(limit: maximumOpaque)
      let signer = Signer(kind: try reader.uint8(), join: try reader.opaque(limit: maximumOpaque))
      rules.basis = try reader.opaque(limit: maximumLength)
      rules.signature = try reader.opaque(limit: maximumOpaque)
      guard version == RoomRules.version, let door, let signer, flags <= 3,
        (signer == .host) == rules.basis.isEmpty
      else {
        value = nil
        return
      }
      rules.door = door
      rules.signer = signer
      value = rules.isWellFormed ? rules : nil
    }

    func encode(into writer: inout WireWriter) { if let value { writer.write(raw: value.bytes) } }
  }

  /// Whether lists are in order and bits mean something: what a document must be to be written at all.
  package var isWellFormed: Bool {
    guard entries.count <= Self.maximumEntries, revoked.count <= Self.maximumIDs, banned.count <= Self.maximumIDs,
      gate.isEmpty || gate.count == Self.gateLength, speaker.isKnown, listener.isKnown, newcomer.isKnown,
      Self.isAscending(revoked), Self.isAscending(banned)
    else { return false }
    for index in entries.indices {
      guard entries[index].granted.isKnown, entries[index].denied.isKnown else { return false }
      guard index == 0 || entries[index - 1].join < entries[index].join else { return false }
    }
    return true
  }

  private static func isAscending(_ ids: [ShortID]) -> Bool {
    var last: ShortID?
    for id in ids {
      if let last, last >= id { return false }
      last = id
    }
    return true
  }
}

extension RoomRules.Entry: WireCodable {
  package init(from reader: inout WireReader) throws(WireError) {
    join = try ShortID(from: &reader)
    signatureKey = try reader.opaque(limit: RoomRules.maximumOpaque)
    guard let role = Role(rawValue: try reader.uint8()) else { throw .badOptional }
    self.role = role
    granted = Permissions(rawValue: try reader.uint32())
    denied = Permissions(rawValue: try reader.uint32())
    let flags = try reader.uint8()
    guard flags <= 1 else { throw .badOptional }
    goesOn = flags == 1
  }

  package func encode(into writer: inout WireWriter) {
    writer.write(join)
    writer.write(opaque: signatureKey)
    writer.write(role.rawValue)
    writer.write(granted.rawValue)
    writer.write(denied.rawValue)
    writer.write(UInt8(goesOn ? 1 : 0))
  }
}

extension RoomRules.Signer {
  fileprivate init?(kind: UInt8, join: [UInt8]) {
    switch kind {
    case 0 where join.isEmpty: self = .host
    case 1:
      guard let join = JoinID(join) else { return nil }
      self = .coHost(join)
    default: return nil
    }
  }
}
