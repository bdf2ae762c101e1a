package import MLSWire

/// Who may do what in a room: an extension of the group context, signed by the host or by a co-host on the host's word. The
/// node and every client read the same bytes and judge by the same code. docs/sealing.md, "Rules".
///
///     struct {
///       opaque credential[16];  opaque signature_key<V>;  uint8 role;  uint32 granted;  uint32 denied;
///       uint8 flags;                                      // bit 0: goes on while frozen
///     } Entry;
///     struct {
///       uint8 version = 2;  opaque group_id<V>;  uint64 counter;  opaque host_key<V>;
///       uint8 door;                                       // 0 open, 1 lobby, 2 locked
///       uint8 flags;                                      // bit 0: frozen, bit 1: newcomers are veiled
///       uint32 speaker;  uint32 listener;  uint32 newcomer;
///       Entry entries<V>;                                 // ascending by credential
///       opaque revoked<V>;  opaque banned<V>;             // 16 bytes each, ascending
///       opaque gate<V>;                                   // SHA-256 of the room's gate, or nothing
///       opaque new_keys<V>;                               // what the gate follows from, for members, where it is a new one
///       uint8 signer_kind;                                // 0 host, 1 co-host
///       opaque signer_credential<V>;                      // empty for the host
///       opaque basis<V>;                                  // empty for the host; else the host's latest rules
///       opaque signature<V>;                              // SignWithLabel(., "tertulia rules 2", all before it)
///     } RoomRules;
package struct RoomRules: Equatable, Sendable {
  /// What is said of one member. Its leaf must have both credential and key: credentials are no secret, so one alone could
  /// be taken over once its owner has left.
  package struct Entry: Equatable, Sendable {
    package var join: JoinID
    package var signatureKey: [UInt8]
    package var role: Role
    /// Beyond what the role has in this room.
    package var granted: Permissions
    /// Of what the role has in this room.
    package var denied: Permissions
    /// Goes on while the room is frozen.
    package var goesOn: Bool

    package init(
      join: JoinID, signatureKey: [UInt8], role: Role = .speaker, granted: Permissions = .none,
      denied: Permissions = .none, goesOn: Bool = false
    ) {
      self.join = join
      self.signatureKey = signatureKey
      self.role = role
      self.granted = granted
      self.denied = denied
      self.goesOn = goesOn
    }
  }

  package enum Signer: Equatable, Sendable {
    case host
    case coHost(JoinID)
  }

  package var groupID: [UInt8]
  /// Grows with every change in a group.
  package var counter: UInt64
  package var hostKey: [UInt8]
  package var door: Door
  /// Nobody does anything but moderators and those who `goesOn`.
  package var isFrozen: Bool
  /// Whether who has neither entry nor invitation is a newcomer; else a speaker.
  package var veilsNewcomers: Bool
  /// What the roles have in this room.
  package var speaker: Permissions
  package var listener: Permissions
  package var newcomer: Permissions
  /// Ascending by join; nobody twice; at most `maximumEntries`.
  package var entries: [Entry]
  /// Invitations that are no longer any; ascending; at most `maximumIDs`.
  package var revoked: [InvitationID]
  /// Devices that do not come back; ascending; at most `maximumIDs`.
  package var banned: [DeviceDigest]
  /// SHA-256 of what holders of the room's link prove it with, 32 bytes; empty where the host says nothing of it. The host's alone
  /// to change: the node opens to this gate from then on, and to no other.
  package var gate: [UInt8] = []
  /// With another gate than before: the link's keys, sealed for the members of the epoch that these rules end, at most 256 bytes.
  package var newKeys: [UInt8] = []
  package var signer: Signer
  /// The host's rules that a co-host's rest on, encoded, so that a joiner can follow the host's word too.
  package var basis: [UInt8]
  package var signature: [UInt8] = []

  /// A private use number (RFC 9420 §17.3).
  package static let type = ExtensionType(rawValue: 0xf0a1)
  package static let version: UInt8 = 2
  package static let maximumEntries = 1024
  package static let maximumIDs = 256
  package static let gateLength = 32
  /// Of an encoded document, in bytes: twice the largest that a host can sign.
  package static let maximumLength = 1 << 18

  /// Rules as a room begins with: the defaults of all roles, a lobby, newcomers veiled, nobody named; not signed.
  package init(groupID: [UInt8], counter: UInt64, hostKey: [UInt8]) {
    self.groupID = groupID
    self.counter = counter
    self.hostKey = hostKey
    door = .lobby
    isFrozen = false
    veilsNewcomers = true
    speaker = .speakerDefault
    listener = .listenerDefault
    newcomer = .newcomerDefault
    entries = []
    revoked = []
    banned = []
    signer = .host
    basis = []
  }

  /// Those whom only the host names.
  package var moderators: [Entry] { entries.filter { $0.role.moderates } }

  /// The host's own latest word: this document, or the one that it rests on.
  package var hostsWord: [UInt8] { signer == .host ? bytes : basis }

  /// Where the entry of `join` is, or where it would have to be.
  package func place(of join: JoinID) -> (index: Int, isThere: Bool) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].join < join { low = middle + 1 } else { high = middle }
    }
    return (low, low < entries.count && entries[low].join == join)
  }
}

extension [Extension] {
  /// The rules that a group context names; nil for none, or for bytes that no policy has let through.
  package var rules: RoomRules? { data(of: RoomRules.type).flatMap { RoomRules($0) } }

  /// The same extensions with other rules.
  package func replacing(_ rules: RoomRules) -> [Extension] {
    filter { $0.type != RoomRules.type } + [Extension(type: RoomRules.type, data: rules.bytes)]
  }
}
