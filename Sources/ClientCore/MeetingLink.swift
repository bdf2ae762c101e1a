import Bytes
import MLS

/// Why a link's fragment cannot be used.
package enum LinkError: Error, Equatable {
  /// Not of the shape that its version has, in canonical base64url: probably cut or mistyped.
  case malformed
  /// A version character this client does not know: the link was made by a newer one.
  case unknownVersion
}

/// What the fragment of a meeting link holds: `#1S[.H[.I]]`, or `#2S.H[.I]` where the room has a password. Nothing of it
/// is ever sent.
package struct MeetingLink: Equatable, Sendable {
  /// `S`: 16 random bytes, 22 characters.
  package let secret: [UInt8]
  /// `H`: the first 10 bytes of SHA-256 of the host's public key, 14 characters; nil where the meeting has no host.
  package let hostKeyDigest: [UInt8]?
  /// `I`: 16 random bytes of a personal invitation, 22 characters; nil for the room's link.
  package let invitation: [UInt8]?
  /// Version 2: the keys need a password too. Only rooms with a host have one.
  package internal(set) var hasPassword: Bool

  package static let secretLength = 16
  package static let hostKeyDigestLength = 10
  package static let invitationLength = 16
  /// Longest fragment that is looked at, in bytes.
  package static let maximumFragmentLength = 64

  /// A new room's link. `host` is the digest of the key that governs it, nil for a room that nobody governs.
  package init(host: [UInt8]?, hasPassword: Bool = false, using random: inout some RandomNumberGenerator) {
    precondition(host == nil ? !hasPassword : host?.count == Self.hostKeyDigestLength)
    secret = random.bytes(Self.secretLength)
    hostKeyDigest = host
    invitation = nil
    self.hasPassword = hasPassword
  }

  /// The link to the same room for whoever is invited by `invitation`, 16 bytes.
  package init(_ room: MeetingLink, invitation: [UInt8]) {
    secret = room.secret
    hostKeyDigest = room.hostKeyDigest
    hasPassword = room.hasPassword
    self.invitation = invitation
  }

  /// Reads the characters after `#`, given as ASCII.
  package init(fragment: [UInt8]) throws(LinkError) {
    guard let version = fragment.first, fragment.count <= Self.maximumFragmentLength else { throw .malformed }
    guard version == UInt8(ascii: "1") || version == UInt8(ascii: "2") else { throw .unknownVersion }
    hasPassword = version == UInt8(ascii: "2")
    let parts = fragment.dropFirst().split(
      separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
    secret = try Self.decode(parts[0], Self.secretLength)
    hostKeyDigest = parts.count > 1 ? try Self.decode(parts[1], Self.hostKeyDigestLength) : nil
    invitation = parts.count > 2 ? try Self.decode(parts[2], Self.invitationLength) : nil
    guard !hasPassword || hostKeyDigest != nil else { throw .malformed }
  }

  private static func decode(_ part: ArraySlice<UInt8>, _ length: Int) throws(LinkError) -> [UInt8] {
    guard let bytes = Base64URL.decode(part), bytes.count == length else { throw .malformed }
    return bytes
  }

  /// The characters after `#`, as ASCII.
  package var fragment: [UInt8] {
    var text = [UInt8](utf8: hasPassword ? "2" : "1") + Base64URL.ascii(of: secret)
    if let hostKeyDigest { text += [UInt8](utf8: ".") + Base64URL.ascii(of: hostKeyDigest) }
    if let invitation { text += [UInt8](utf8: ".") + Base64URL.ascii(of: invitation) }
    return text
  }
}
