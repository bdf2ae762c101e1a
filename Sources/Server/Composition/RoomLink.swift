import Bytes
import Signaling

/// The link of a room that nobody has opened yet. Whoever has it may come in; the server that it names never sees the part
/// after `#`, and this program forgets it as soon as it is printed.
package struct RoomLink: Sendable {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  /// 80 random bits.
  private static let roomCharacters = 16
  private static let secretBytes = 16
  /// Of the secret's meaning; see docs/protocol.md.
  private static let version = "1"

  package let text: String

  /// `host` is a DNS name or an address, an IPv6 one with or without brackets.
  package static func fresh(host: String, port: Int) -> RoomLink {
    var random = SystemRandomNumberGenerator()
    let room = String((0..<roomCharacters).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    let secret = version + Base64URL.encode(.random(count: secretBytes))
    return RoomLink(text: "https://\(authority(host, port))/r/\(room)#\(secret)")
  }

  private static func authority(_ host: String, _ port: Int) -> String {
    let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return port == 443 ? name : "\(name):\(port)"
  }
}
