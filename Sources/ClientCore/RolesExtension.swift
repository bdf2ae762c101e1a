package import MLSWire

/// What a member may do beyond speaking and listening.
package enum Role: UInt8, Comparable, Sendable {
  case listener = 0
  /// Whoever is not named in the extension.
  case speaker = 1
  case coHost = 2
  case host = 3

  package static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }

  /// Admits to a locked room, removes, and changes the roles below its own.
  package var moderates: Bool { self >= .coHost }
}

/// `tertulia_roles` in the group context: who may do what, signed by the host or by a co-host on the host's word.
/// Every client enforces it (`RolesPolicy`).
///
///     struct {
///       uint8 version = 1;  opaque group_id<V>;  uint64 counter;  opaque host_key<V>;  uint8 locked;
///       RoleEntry entries<V>;             // ascending by credential
///       uint8 signer_kind;                // 0 host, 1 co-host
///       opaque signer_credential<V>;      // empty for the host
///       opaque basis<V>;                  // empty for the host; else the host's latest extension that this one rests on
///       opaque signature<V>;              // SignWithLabel(., "tertulia roles 1", all before it)
///     } RolesExtension;
package struct RolesExtension: Equatable, Sendable {
  /// A member and its role. The leaf must have both: join ids are no secret, so a credential alone could be taken over
  /// once its owner has left.
  package struct Entry: Equatable, Sendable {
    package let join: JoinID
    package let signatureKey: [UInt8]
    package let role: Role

    package init(join: JoinID, signatureKey: [UInt8], role: Role) {
      self.join = join
      self.signatureKey = signatureKey
      self.role = role
    }
  }

  package enum Signer: Equatable, Sendable {
    case host
    case coHost(JoinID)
  }

  package let groupID: [UInt8]
  /// Grows with every change in a group.
  package let counter: UInt64
  package let hostKey: [UInt8]
  /// While set, only moderators admit.
  package let locked: Bool
  /// Ascending by join; nobody twice.
  package let entries: [Entry]
  package let signer: Signer
  /// The host's extension that a co-host's rests on, so that a joiner can follow the host's word too.
  let basis: [UInt8]
  package internal(set) var signature: [UInt8] = []

  /// A private use number (RFC 9420 §17.3).
  package static let type = ExtensionType(rawValue: 0xf0a1)
  static let version: UInt8 = 1

  init(
    groupID: [UInt8], counter: UInt64, hostKey: [UInt8], locked: Bool, entries: [Entry], signer: Signer, basis: [UInt8]
  ) {
    self.groupID = groupID
    self.counter = counter
    self.hostKey = hostKey
    self.locked = locked
    self.entries = entries
    self.signer = signer
    self.basis = basis
  }

  /// nil unless `bytes` are the one encoding of an extension. Says nothing about its signature.
  package init?(_ bytes: [UInt8]) {
    guard let fields = try? Fields(wire: bytes), let read = fields.value else { return nil }
    self = read
  }

  package var bytes: [UInt8] {
    var writer = WireWriter()
    writer.write(raw: toBeSigned)
    writer.write(opaque: signature)
    return writer.bytes
  }

  /// As it stands in the group context.
  package var asExtension: Extension { Extension(type: Self.type, data: bytes) }

  /// Everything before the signature.
  var toBeSigned: [UInt8] {
    var writer = WireWriter()
    writer.write(Self.version)
    writer.write(opaque: groupID)
    writer.write(counter)
    writer.write(opaque: hostKey)
    writer.write(UInt8(locked ? 1 : 0))
    writer.write(vector: entries.map { Fields.Entry(join: $0.join, key: $0.signatureKey, role: $0.role.rawValue) })
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

  /// The role of a member. `.speaker` for who is not named.
  package func role(of leaf: LeafNode) -> Role {
    guard let join = JoinID(leaf.credential), let entry = entries.first(where: { $0.join == join }),
      entry.signatureKey == leaf.signatureKey
    else { return .speaker }
    return entry.role
  }

  /// Those whom only the host names.
  var moderators: [Entry] { entries.filter { $0.role.moderates } }

  /// The host's own latest word: this extension, or the one that it rests on.
  var hostsWord: [UInt8] { signer == .host ? bytes : basis }

  /// The fields as they travel, before their values are judged.
  private struct Fields: WireCodable {
    struct Entry: WireCodable {
      let join: JoinID
      let key: [UInt8]
      let role: UInt8

      init(join: JoinID, key: [UInt8], role: UInt8) {
        self.join = join
        self.key = key
        self.role = role
      }

      init(from reader: inout WireReader) throws(WireError) {
        join = try JoinID(from: &reader)
        key = try reader.opaque()
        role = try reader.uint8()
      }

      func encode(into writer: inout WireWriter) {
        writer.write(join)
        writer.write(opaque: key)
        writer.write(role)
      }
    }

    let value: RolesExtension?

    init(from reader: inout WireReader) throws(WireError) {
      let version = try reader.uint8()
      let groupID = try reader.opaque()
      let counter = try reader.uint64()
      let hostKey = try reader.opaque()
      let locked = try reader.uint8()
      let sent = try reader.vector(of: Entry.self, limit: WireLimits.large, maximumCount: 1024)
      let signerKind = try reader.uint8()
      let signerJoin = try reader.opaque()
      let basis = try reader.opaque(limit: WireLimits.large)
      let signature = try reader.opaque()
      let entries = sent.compactMap { entry in
        Role(rawValue: entry.role).map { RolesExtension.Entry(join: entry.join, signatureKey: entry.key, role: $0) }
      }
      guard version == RolesExtension.version, locked <= 1, entries.count == sent.count,
        zip(entries, entries.dropFirst()).allSatisfy({ $0.join < $1.join }),
        let signer = Signer(kind: signerKind, join: signerJoin), (signer == .host) == basis.isEmpty
      else {
        value = nil
        return
      }
      var read = RolesExtension(
        groupID: groupID, counter: counter, hostKey: hostKey, locked: locked == 1, entries: entries, signer: signer,
        basis: basis)
      read.signature = signature
      value = read
    }

    func encode(into writer: inout WireWriter) { if let value { writer.write(raw: value.bytes) } }
  }
}

extension RolesExtension.Signer {
  init?(kind: UInt8, join: [UInt8]) {
    switch kind {
    case 0 where join.isEmpty: self = .host
    case 1:
      guard let join = JoinID(join) else { return nil }
      self = .coHost(join)
    default: return nil
    }
  }
}

extension [Extension] {
  /// The roles that a group context names; nil for none, or for bytes that no policy has let through.
  package var roles: RolesExtension? { data(of: RolesExtension.type).flatMap { RolesExtension($0) } }

  /// The same extensions with other roles.
  package func replacing(_ roles: RolesExtension) -> [Extension] {
    filter { $0.type != RolesExtension.type } + [roles.asExtension]
  }
}
