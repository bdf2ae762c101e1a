import MLSWire
import RoomRules
import Rooms
import Signaling

// Certificates are read here: the book of a room knows only what they say.

extension Invitation {
  /// Of a chain that has been found valid, or was once.
  init(_ chain: InvitationChain, box: [UInt8], label: [UInt8]) {
    let last = chain.last
    self.init(
      id: last.id(as: NodeSigner.self).bytes, parent: last.issuer == .none ? nil : last.issuer.bytes,
      uses: Int(last.uses), expires: last.expires, chain: box, label: label)
  }

  /// Nil for a chain that cannot be read.
  init?(_ kept: KeptInvitation) {
    guard let chain = try? InvitationChain(wire: kept.chain) else { return nil }
    self.init(chain, box: kept.chain, label: kept.label)
    devices = kept.devices
    isRevoked = kept.isRevoked
  }
}

extension KeptInvitation {
  init(_ invitation: Invitation) {
    self.init(
      id: invitation.id, chain: invitation.chain, label: invitation.label, devices: invitation.devices,
      isRevoked: invitation.isRevoked)
  }
}

extension InvitationEntry {
  init(_ invitation: Invitation) {
    self.init(
      id: invitation.id, chain: invitation.chain, label: invitation.label, used: invitation.devices.count,
      devices: invitation.devices.count, revoked: invitation.isRevoked)
  }
}

extension Knock {
  init(_ place: LobbyPlace) {
    self.init(
      id: place.id, join: place.request.join.join, box: place.request.box, device: place.request.device,
      again: place.again)
  }
}

extension ErrorCode {
  init(_ refusal: RoomRefusal) {
    switch refusal {
    case .wrongGate: self = .wrongGate
    case .full: self = .roomFull
    case .joinTaken: self = .alreadyJoined
    case .screenBusy: self = .screenBusy
    case .notAllowed: self = .notAllowed
    case .rateLimited: self = .rateLimited
    case .refused: self = .refused
    case .banned: self = .banned
    case .roomLocked: self = .roomLocked
    case .knockLimit: self = .knockLimit
    case .invitationUsed: self = .invitationUsed
    case .invitationOver: self = .invitationOver
    case .noInvitation: self = .noInvitation
    }
  }
}

extension Doorway {
  /// The door that rules describe; without rules nobody has opened yet.
  init(_ rules: RoomRules?) {
    switch rules?.door {
    case .open: self = .open
    case .lobby: self = .lobby
    case .locked: self = .locked
    case nil: self = .notYet
    }
  }
}

extension ParticipantRights {
  init(_ permissions: Permissions) {
    self.init(
      microphone: permissions.contains(.microphone), camera: permissions.contains(.camera),
      screen: permissions.contains(.screen), content: !permissions.isDisjoint(with: .speech))
  }
}
