import Crypto
import MLSWire
import RoomRules
import Signaling

/// Who comes to a room with a host, as far as signatures show it.
struct Visitor: Sendable, Equatable {
  /// `H` of the link, 10 bytes.
  let hostDigest: [UInt8]
  /// Public key of the host, of one who has shown to have its seed; nil for everybody else.
  private(set) var hostKey: [UInt8]?
  /// Digest of the device's key, 16 bytes.
  let device: [UInt8]
  /// The sealed name.
  let knock: [UInt8]?
  /// Id of the invitation whose key the visitor has, 16 bytes.
  let invitation: [UInt8]?

  var isHost: Bool { hostKey != nil }

  /// As anybody else who comes by that link.
  var asGuest: Visitor {
    var guest = self
    guest.hostKey = nil
    return guest
  }

  private static let idBytes = 16

  /// Nil when a signature in it is none: no client of ours sends that. Takes the same time for a room that exists and for one
  /// that does not.
  init?(_ hello: Hello, _ governance: Hello.Governance) {
    let room = Array(hello.room.utf8)
    device = Array(NodeSigner.sha256(governance.device.key).prefix(Self.idBytes))
    hostDigest = governance.hostDigest
    knock = governance.knock
    guard Self.isOfDevice(governance.device, Array("tertulia knock 1".utf8) + room + hello.join) else { return nil }

    var named = WireWriter()
    named.write(opaque: room)
    named.write(raw: hello.join)
    if let host = governance.host {
      let content = LabelledContent.wire(label: "tertulia host 2", content: named.bytes)
      guard Array(NodeSigner.sha256(host.key).prefix(RoomRules.hostDigestLength)) == hostDigest,
        NodeSigner.isValid(host.signature, of: content, by: host.key)
      else { return nil }
      hostKey = host.key
    } else {
      hostKey = nil
    }
    if let proof = governance.invitation {
      let content = LabelledContent.wire(label: "tertulia use 1", content: named.bytes + device)
      guard NodeSigner.isValid(proof.signature, of: content, by: proof.key) else { return nil }
      invitation = InvitationCertificate.id(of: proof.key, as: NodeSigner.self).bytes
    } else {
      invitation = nil
    }
  }

  /// ECDSA on P-256 with SHA-256, as WebCrypto signs: the signature is r || s.
  private static func isOfDevice(_ proof: Hello.Proof, _ message: [UInt8]) -> Bool {
    guard let key = try? P256.Signing.PublicKey(x963Representation: proof.key),
      let signature = try? P256.Signing.ECDSASignature(rawRepresentation: proof.signature)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }
}
