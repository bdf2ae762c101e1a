import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

/// Every role against every kind of commit, as the others judge it.
@Suite("Policy: role by role")
struct PolicyMatrixTests {
  enum Move: CaseIterable {
    case add, addThroughLobby, addWhileLocked, addInvited, addInvitedWhileLocked
    case enterByOneself, enterThroughLobby, enterWhileLocked
    case removeListener, removeSpeaker, removeCoHost, removeHost, removeNewcomer
    case makeHost, makeCoHost, makeListener, deny, grant, trust, freeze, veil, openDoor, lock, silenceAll, revoke, ban
    case oldRules, dropRules, forgedRules
    case update, pskAlone, foreignPSK, reInit, otherExtension

    var door: Door {
      switch self {
      case .addThroughLobby, .addInvited, .enterThroughLobby: .lobby
      case .addWhileLocked, .addInvitedWhileLocked, .enterWhileLocked: .locked
      default: .open
      }
    }

    /// What comes of it, by role: listener, speaker, co-host, host, newcomer. nil where all agree.
    var verdicts: [PolicyError?] {
      switch self {
      case .add, .addInvited, .enterByOneself, .update, .pskAlone: Self.byAll(nil)
      case .addThroughLobby: Self.byModerators(else: .notAdmitted)
      case .addWhileLocked, .addInvitedWhileLocked: Self.byModerators(else: .locked)
      case .enterThroughLobby: Self.byAll(.notAdmitted)
      case .enterWhileLocked: Self.byAll(.locked)
      case .removeListener, .removeSpeaker, .removeNewcomer: Self.byModerators(else: .removeNotAllowed)
      case .removeCoHost, .removeHost: Self.byHost(else: .removeNotAllowed)
      case .makeHost, .makeCoHost: Self.byHost(else: .rules(.signerNotAllowed))
      case .makeListener, .deny, .grant, .trust, .freeze, .veil, .openDoor, .lock, .silenceAll, .revoke, .ban:
        Self.byModerators(else: .rules(.signerNotAllowed))
      case .oldRules, .dropRules: Self.byAll(.rules(.rolledBack))
      case .forgedRules: Self.byAll(.rules(.badSignature))
      case .foreignPSK: Self.byAll(.foreignPSK)
      case .reInit: Self.byAll(.reInit)
      case .otherExtension: Self.byAll(.extensionsChanged)
      }
    }

    private static func byAll(_ error: PolicyError?) -> [PolicyError?] { [error, error, error, error, error] }
    private static func byModerators(else error: PolicyError) -> [PolicyError?] { [error, error, nil, nil, error] }
    private static func byHost(else error: PolicyError) -> [PolicyError?] { [error, error, error, nil, error] }
  }

  @Test("what a member may commit is what its role allows, and nothing else", arguments: Move.allCases)
  func matrix(_ move: Move) throws {
    let whole = try PolicyRoom.ofAllRoles(seed: 0x90_0000, door: move.door)
    for role in 0..<5 {
      var room = whole
      let message = try message(move, by: role, in: &room)
      // Whoever is removed judges too.
      for judge in 5..<10 {
        #expect(try room.verdict(message, at: judge) == move.verdicts[role], "role \(role), judge \(judge)")
      }
    }
  }

  private func message(_ move: Move, by role: Int, in room: inout PolicyRoom) throws -> MLSMessage {
    switch move {
    case .enterByOneself, .enterThroughLobby, .enterWhileLocked: return try room.external(room.person().1)
    default: return try room.commit(proposals(move, by: role, in: &room), by: role).message
    }
  }

  private func proposals(_ move: Move, by role: Int, in room: inout PolicyRoom) throws -> [Proposal] {
    let context = room.members[role].group.context
    switch move {
    case .add, .addThroughLobby, .addWhileLocked:
      let bundle = try room.bundle(try room.person().1)
      return [.add(bundle.keyPackage), room.psk()]
    case .addInvited, .addInvitedWhileLocked:
      return [.add(try room.invited(Invitations(room))), room.psk()]
    case .removeListener: return [.remove(LeafIndex(5))]
    case .removeSpeaker: return [.remove(LeafIndex(6))]
    case .removeCoHost: return [.remove(LeafIndex(7))]
    case .removeHost: return [.remove(LeafIndex(8))]
    case .removeNewcomer: return [.remove(LeafIndex(9))]
    case .update: return []
    case .pskAlone: return [room.psk()]
    case .foreignPSK:
      return [.preSharedKey(PreSharedKeyID(kind: .external(id: Array("another".utf8)), nonce: room.random.bytes(32)))]
    case .reInit:
      return [
        .reInit(
          ReInit(groupID: [9], version: .mls10, cipherSuite: TestSuite.suite, extensions: context.extensions))
      ]
    case .dropRules: return [.groupContextExtensions(room.policy.groupExtensions)]
    case .otherExtension:
      let own = ExternalSender(
        signatureKey: room.members[role].identity.signaturePublicKey, credential: room.members[role].join.credential)
      let senders = Extension(type: .externalSenders, data: ExternalSenders([own]).wire)
      return [.groupContextExtensions(context.extensions.filter { $0.type != .externalSenders } + [senders])]
    default: return [.groupContextExtensions(try rules(move, by: role, in: room))]
    }
  }

  /// The host's word by the host, else that of a co-host, or of somebody who plays one.
  private func rules(_ move: Move, by role: Int, in room: PolicyRoom) throws -> [Extension] {
    let other = room.members[6]
    let forger = move == .forgedRules ? nil : role == 3 ? nil : role
    var rules = try room.nextRules(by: forger, in: role) { rules in
      switch move {
      case .makeHost: rules.put(other.entry(.host))
      case .makeCoHost: rules.put(other.entry(.coHost))
      case .makeListener: rules.put(other.entry(.listener))
      case .deny:
        var entry = other.entry(.speaker)
        entry.denied = .microphone
        rules.put(entry)
      case .grant: rules.put(other.entry(.speaker, granted: .recording))
      case .trust: rules.put(other.entry(.speaker, granted: .trusted))
      case .freeze: rules.isFrozen = true
      case .veil: rules.veilsNewcomers = true
      case .openDoor: rules.door = .lobby
      case .lock: rules.door = .locked
      case .silenceAll: rules.speaker.remove(.microphone)
      case .revoke: rules.revoked = [other.join]
      case .ban: rules.banned = [other.join]
      case .oldRules: rules = room.members[role].group.rules ?? rules
      default: break
      }
    }
    if move == .oldRules { rules = try #require(room.members[role].group.rules) }
    if move == .forgedRules {
      rules.signature = try TestSuite.sign(
        privateKey: room.members[role].identity.signatureKey, message: rules.contentToSign)
    }
    return room.members[role].group.context.extensions.replacing(rules)
  }
}
