import Bytes
import MLS

/// Why a link's fragment cannot be used.
package enum LinkError: Error, Equatable {
  /// Not `1S` or `1S.H` in canonical base64url: probably cut or mistyped.
  case malformed
  /// A version character this client does not know: the link was made by a newer one.
  case unknownVersion
}

/// What the fragment of a meeting link holds: `#1S[.H]`. Nothing of it is ever sent.
package struct MeetingLink: Equatable, Sendable {
  /// `S`: 16 random bytes, 22 characters.
  package let secret: [UInt8]
  /// `H`: the first 10 bytes of SHA-256 of the host's public key, 14 characters; nil where the meeting has no host.
  package let hostKeyDigest: [UInt8]?

  package static let secretLength = 16
  package static let hostKeyDigestLength = 10
  /// Longest fragment that is looked at, in bytes.
  package static let maximumFragmentLength = 64

  /// A new room's link. `host` is the digest of the key that governs it, nil for a room that nobody governs.
  package init(host: [UInt8]?, using random: inout some RandomNumberGenerator) {
    precondition(host == nil || host?.count == Self.hostKeyDigestLength)
    secret = random.bytes(Self.secretLength)
    hostKeyDigest = host
  }

  /// Reads the characters after `#`, given as ASCII.
  package init(fragment: [UInt8]) throws(LinkError) {
    guard let version = fragment.first, fragment.count <= Self.maximumFragmentLength else { throw .malformed }
    guard version == UInt8(ascii: "1") else { throw .unknownVersion }
    let parts = fragment.dropFirst().split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let secret = Base64URL.decode(parts[0]), secret.count == Self.secretLength else { throw .malformed }
    self.secret = secret
    guard parts.count == 2 else {
      hostKeyDigest = nil
      return
    }
    guard let digest = Base64URL.decode(parts[1]), digest.count == Self.hostKeyDigestLength else { throw .malformed }
    hostKeyDigest = digest
  }

  /// The characters after `#`, as ASCII.
  package var fragment: [UInt8] {
    let host = hostKeyDigest.map { [UInt8](utf8: ".") + [UInt8](utf8: Base64URL.encode($0)) } ?? []
    return [UInt8](utf8: "1") + [UInt8](utf8: Base64URL.encode(secret)) + host
  }
}
