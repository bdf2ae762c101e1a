import Bytes
import MLS
import MLSWire
package import RoomRules

/// What a `hello` says beside room, gate and join, in a room with a host.
package struct HelloProofs: Equatable, Sendable {
  /// A public key and a signature by it, 32 and 64 bytes.
  package struct Proof: Equatable, Sendable {
    package let key: [UInt8]
    package let signature: [UInt8]
  }

  /// `H`, 10 bytes.
  package let governed: [UInt8]
  /// Where we are the host.
  package let host: Proof?
  /// The box with our name.
  package let knock: [UInt8]?
  /// Where we were invited.
  package let invitation: Proof?
}

/// A personal invitation that was made: the link is for who is invited, the rest for the node.
package struct MadeInvitation: Sendable {
  package let id: InvitationID
  /// The characters after `#`, as ASCII.
  package let fragment: [UInt8]
  package let chain: InvitationChain
  /// The box with whom it is for.
  package let label: [UInt8]
}

extension Meeting {
  /// What the next `hello` says, nil in a room that nobody governs. `room` is its id in ASCII, `device` the digest of this
  /// device's key for the room, nil where it has none, and `name` what whoever admits us is to read: JSON of the page.
  package mutating func hello(
    room: [UInt8], device: DeviceDigest?, name: [UInt8], using random: inout some RandomNumberGenerator
  ) -> HelloProofs? {
    guard let governed = link.hostKeyDigest else { return nil }
    var host: HelloProofs.Proof?
    if let hostKey, let signature = hostKey.sign(DoorProofs.host(room: room, join: join)) {
      host = HelloProofs.Proof(key: hostKey.publicKey, signature: signature)
    }
    var invited: HelloProofs.Proof?
    if let invitation, let device,
      let signature = invitation.sign(DoorProofs.use(room: room, join: join, device: device))
    {
      invited = HelloProofs.Proof(key: invitation.publicKey, signature: signature)
    }
    return HelloProofs(
      governed: governed, host: host, knock: keys.seal(name, for: .knock(join), using: &random), invitation: invited)
  }

  /// The node named the chain of our invitation. Members judge it in our leaf; what is not ours does not get there.
  mutating func use(invitation chain: [UInt8]) {
    guard let chain = try? InvitationChain(wire: chain), chain.last.key == invitation?.publicKey else {
      return tell(.notAllowed)
    }
    self.chain = chain
    if group == nil { bundle = nil }
  }

  /// What our leaf has to prove.
  var leafExtensions: [Extension] {
    let content = EntryProof.contentToSign(join: join, signatureKey: identity.signaturePublicKey)
    guard let chain = hostKey?.invitation ?? chain, let signature = hostKey?.sign(content) ?? invitation?.sign(content)
    else { return [] }
    return [Extension(type: EntryProof.type, data: EntryProof(chain: chain, signature: signature).wire)]
  }

  /// Makes a personal invitation; `label` is JSON of the page. nil where it is not ours to invite, or nothing fits.
  package mutating func invite(
    _ wish: InvitationWish, label: [UInt8], using random: inout some RandomNumberGenerator
  ) -> MadeInvitation? {
    let secret = random.bytes(MeetingLink.invitationLength)
    guard let inviter, let key = InvitationKey<Suite>(secret: secret),
      let chain = inviter.chain(for: key, wish, of: link),
      let label = keys.seal(label, for: .label, using: &random)
    else { return nil }
    return MadeInvitation(
      id: key.id, fragment: MeetingLink(link, invitation: secret).fragment, chain: chain, label: label)
  }

  private var inviter: Inviter<Suite>? {
    if let hostKey { return .host(hostKey) }
    guard let invitation, let chain, governance.own.permissions.contains(.invite) else { return nil }
    return .invited(invitation, chain)
  }
}
