import Bytes
import Crypto
import Signaling

/// The link of a room that nobody has opened yet. Whoever has it may come in; the server that it names never sees the part
/// after `#`, and this program forgets it as soon as it is printed.
package struct RoomLink: Sendable {
  /// Who governs the room.
  package enum Governance: Sendable {
    /// Whoever opens the link: it carries the seed of the host's key, which the page takes out of it.
    case reader
    /// Nobody: all who have the link are equal, and there is no lobby.
    case nobody
  }

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  /// 80 random bits.
  private static let roomCharacters = 16
  private static let secretBytes = 16
  /// Of SHA-256 of the host's public key; see docs/sealing.md.
  private static let digestBytes = 10
  /// Of the secret's meaning; see docs/protocol.md.
  private static let version = "1"

  /// `https://HOST/r/ROOM#1S`, and for a host `.H!SEED` behind it.
  package let text: String

  /// `host` is a DNS name or an address, an IPv6 one with or without brackets.
  package static func fresh(host: String, port: Int, governedBy governance: Governance) -> RoomLink {
    var random = SystemRandomNumberGenerator()
    let room = String((0..<roomCharacters).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    var fragment = version + Base64URL.encode(.random(count: secretBytes))
    if governance == .reader {
      let key = Curve25519.Signing.PrivateKey()
      let digest = SHA256.hash(data: key.publicKey.rawRepresentation).prefix(digestBytes)
      fragment += ".\(Base64URL.encode(Array(digest)))!\(Base64URL.encode(Array(key.rawRepresentation)))"
    }
    return RoomLink(text: "https://\(authority(host, port))/r/\(room)#\(fragment)")
  }

  /// What stands behind `https://`: the port is left out where it goes without saying.
  package static func authority(_ host: String, _ port: Int) -> String {
    let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return port == 443 ? name : "\(name):\(port)"
  }
}
