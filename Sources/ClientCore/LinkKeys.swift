import Bytes
package import MLS
package import MLSWire

/// What follows from the secret of a link: proof of holding it for the node, and the key that every Add needs.
/// `K = HKDF-Extract("tertulia link 1", S)`, from which both are expanded.
package struct LinkKeys<Suite: CipherSuiteProvider>: Sendable {
  /// Proof of holding the link, 32 bytes; the node stores only its hash.
  package let gate: [UInt8]
  /// The room's pre-shared key, 32 bytes, never sent.
  package let roomPSK: [UInt8]

  package init(_ link: MeetingLink) {
    let root = Suite.extract(salt: [UInt8](utf8: "tertulia link 1"), secret: link.secret)
    gate = Suite.expand(key: root, info: [UInt8](utf8: "tertulia gate 1"), length: 32)
    roomPSK = Suite.expand(key: root, info: [UInt8](utf8: "tertulia room psk 1"), length: 32)
  }

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
