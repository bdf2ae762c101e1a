import Bytes
package import MLS
package import MLSWire

/// What follows from the secret of a link: proof of holding it for the node, the key that every Add needs, and the one
/// that names are sealed with at the door. All are expanded from
/// `K = HKDF-Extract("tertulia link 1", S)`, or `HKDF-Extract("tertulia link 2", S || P)` where `P` is the password's.
package struct LinkKeys<Suite: CipherSuiteProvider>: Sendable {
  /// Proof of holding the link, 32 bytes; the node stores only its hash. It covers `H`: a link whose host was cut off or
  /// exchanged opens another door.
  package let gate: [UInt8]
  /// The room's pre-shared key, 32 bytes, never sent.
  package let roomPSK: [UInt8]
  /// Seals what only those with the link may read before they are members, 16 bytes.
  let knock: [UInt8]
  /// Seals whom invitations are for, 16 bytes; of the link without its password, so that it stays when that is changed.
  let label: [UInt8]

  /// Bytes of what Argon2id makes of a password.
  package static var passwordKeyLength: Int { 32 }

  /// `password` is Argon2id of it (docs/sealing.md), 32 bytes; empty for a link of version 1.
  package init(_ link: MeetingLink, password: [UInt8] = []) {
    self.init(link, root: Self.root(link, password))
  }

  /// `K` of the link, 32 bytes.
  static func root(_ link: MeetingLink, _ password: [UInt8]) -> [UInt8] {
    Suite.extract(
      salt: [UInt8](utf8: link.hasPassword ? "tertulia link 2" : "tertulia link 1"),
      secret: link.secret + (link.hasPassword ? password : []))
  }

  init(_ link: MeetingLink, root: [UInt8]) {
    if let host = link.hostKeyDigest {
      gate = Suite.expand(key: root, info: [UInt8](utf8: "tertulia gate 2") + host, length: 32)
    } else {
      gate = Suite.expand(key: root, info: [UInt8](utf8: "tertulia gate 1"), length: 32)
    }
    roomPSK = Suite.expand(key: root, info: [UInt8](utf8: "tertulia room psk 1"), length: 32)
    knock = Suite.expand(key: root, info: [UInt8](utf8: "tertulia knock 1"), length: Suite.aeadKeyLength)
    let bare = Suite.extract(salt: [UInt8](utf8: "tertulia link 1"), secret: link.secret)
    label = Suite.expand(key: bare, info: [UInt8](utf8: "tertulia label 1"), length: Suite.aeadKeyLength)
  }

  /// What rules say of the gate, and the node keeps: SHA-256, 32 bytes.
  var gateDigest: [UInt8] { Suite.hash(gate) }

  /// What a group of the room is joined and committed to with.
  package var psks: PreSharedKeys { PreSharedKeys(external: RoomPSK.id, secret: roomPSK) }
}

/// The name of the room's pre-shared key in a group.
package enum RoomPSK {
  /// The id of the external PSK (RFC 9420 §8.4).
  package static var id: [UInt8] { [UInt8](utf8: "tertulia room 1") }

  /// For one commit: the id with a fresh nonce of 32 bytes.
  package static func fresh(using random: inout some RandomNumberGenerator) -> PreSharedKeyID {
    PreSharedKeyID(kind: .external(id: id), nonce: random.bytes(32))
  }
}
