import Accounts
import Bytes
import Crypto
import Foundation

/// A passkey in software: makes what a browser would send, and lets a test change each part of it.
struct SoftAuthenticator {
  enum Key {
    case p256(P256.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
  }

  /// What an attacker, or a broken client, might say otherwise.
  struct Changes {
    var type: String?
    var challenge: [UInt8]?
    var origin: String?
    var crossOrigin = false
    var topOrigin = false
    var relyingParty: String?
    var flags: UInt8?
    var format = "none"
    var statement: [UInt8] = [0xA0]
    var signedData: [UInt8]?
  }

  var id: [UInt8]
  var key: Key
  var signCount: UInt32 = 0
  let party: RelyingParty

  init(isP256: Bool, party: RelyingParty, id: [UInt8] = (0..<32).map { _ in .random(in: 0...255) }) {
    self.id = id
    self.party = party
    key = isP256 ? .p256(.init()) : .ed25519(.init())
  }

  private var cose: [UInt8] {
    switch key {
    case .p256(let key):
      let point = Array(key.publicKey.rawRepresentation)
      return [0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32] + point[..<32] + [0x22, 0x58, 32] + point[32...]
    case .ed25519(let key):
      return [0xA4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32] + Array(key.publicKey.rawRepresentation)
    }
  }

  private func clientData(_ type: String, _ challenge: [UInt8], _ changes: Changes) -> [UInt8] {
    var text = #"{"type":"\#(changes.type ?? type)","challenge":"\#(Base64URL.encode(changes.challenge ?? challenge))""#
    text += #","origin":"\#(changes.origin ?? party.origin)","crossOrigin":\#(changes.crossOrigin)"#
    if changes.topOrigin { text += #","topOrigin":"https://elsewhere.example""# }
    return Array((text + "}").utf8)
  }

  private func data(_ flags: UInt8, _ changes: Changes) -> [UInt8] {
    NativeHash.sha256(changes.relyingParty ?? party.id) + [changes.flags ?? flags]
      + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: signCount >> $0) }
  }

  func register(
    _ challenge: [UInt8], _ changes: Changes = Changes()
  ) -> (clientData: [UInt8], attestation: [UInt8]) {
    let length = [UInt8(id.count >> 8), UInt8(id.count & 255)]
    let data = data(0x45, changes) + [UInt8](repeating: 0, count: 16) + length + id + cose
    let format = [0x60 + UInt8(changes.format.utf8.count)] + Array(changes.format.utf8)
    let attestation: [UInt8] =
      [0xA3, 0x63] + Array("fmt".utf8) + format + [0x67] + Array("attStmt".utf8) + changes.statement + [0x68]
      + Array("authData".utf8) + [0x58, UInt8(data.count)] + data
    return (clientData("webauthn.create", challenge, changes), attestation)
  }

  mutating func sign(
    _ challenge: [UInt8], _ changes: Changes = Changes(), counts: Bool = true
  ) throws -> AccountRequest.Assertion {
    if counts { signCount += 1 }
    let client = clientData("webauthn.get", challenge, changes)
    let data = data(0x05, changes)
    let message = changes.signedData ?? data + NativeHash.sha256(client)
    let signature: [UInt8]
    switch key {
    case .p256(let key): signature = Array(try key.signature(for: message).derRepresentation)
    case .ed25519(let key): signature = Array(try key.signature(for: message))
    }
    return .init(id: id, clientData: client, authenticatorData: data, signature: signature)
  }
}

/// SHA-256, by another way than the code under test takes.
enum NativeHash {
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
  static func sha256(_ text: String) -> [UInt8] { sha256(Array(text.utf8)) }
}
