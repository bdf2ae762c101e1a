import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@testable import ClientCore

/// Every role against every kind of change, as the others judge it.
@Suite("Policy: role by role")
struct PolicyMatrixTests {
  enum Move: CaseIterable {
    case add, addWhileLocked, removeListener, removeSpeaker, removeCoHost, removeHost, update, makeCoHost, silence, lock
    case pskAlone, foreignPSK, reInit, dropRoles, otherExtension

    /// What comes of it, by role: listener, speaker, co-host, host. nil where all agree.
    var verdicts: [PolicyError?] {
      switch self {
      case .add, .update, .pskAlone: [nil, nil, nil, nil]
      case .addWhileLocked: [.locked, .locked, nil, nil]
      case .removeListener, .removeSpeaker: [.removeNotAllowed, .removeNotAllowed, nil, nil]
      case .removeCoHost, .removeHost: [.removeNotAllowed, .removeNotAllowed, .removeNotAllowed, nil]
      case .makeCoHost: [.signerNotAllowed, .signerNotAllowed, .signerNotAllowed, nil]
      case .silence, .lock: [.signerNotAllowed, .signerNotAllowed, nil, nil]
      case .foreignPSK: [.foreignPSK, .foreignPSK, .foreignPSK, .foreignPSK]
      case .reInit: [.reInit, .reInit, .reInit, .reInit]
      case .dropRoles: [.rolesRolledBack, .rolesRolledBack, .rolesRolledBack, .rolesRolledBack]
      case .otherExtension: [.extensionsChanged, .extensionsChanged, .extensionsChanged, .extensionsChanged]
      }
    }
  }

  @Test("what a member may do is what its role allows, and nothing else", arguments: Move.allCases)
  func matrix(_ move: Move) throws {
    for role in 0..<4 {
      var room = try PolicyRoom.ofAllRoles(seed: 0x90_0000 + UInt64(role))
      if move == .addWhileLocked {
        let locked = try room.roles(locked: true, by: .host(room.host), in: 3)
        try room.pass(room.commit([.groupContextExtensions(locked)], by: 3), by: 3)
      }
      let pending = try room.commit(proposals(move, by: role, in: &room), by: role)
      for judge in 4..<8 {
        // Whoever is removed judges too.
        #expect(try room.verdict(pending.message, at: judge) == move.verdicts[role], "role \(role), judge \(judge)")
      }
    }
  }

  private func proposals(_ move: Move, by role: Int, in room: inout PolicyRoom) throws -> [Proposal] {
    let context = room.members[role].group.context
    switch move {
    case .add, .addWhileLocked:
      let bundle = try room.bundle(try room.person().1)
      return [.add(bundle.keyPackage), room.psk()]
    case .removeListener: return [.remove(LeafIndex(4))]
    case .removeSpeaker: return [.remove(LeafIndex(5))]
    case .removeCoHost: return [.remove(LeafIndex(6))]
    case .removeHost: return [.remove(LeafIndex(7))]
    case .update: return []
    case .makeCoHost: return [try change(room.members[4].join, to: .coHost, by: role, in: room)]
    case .silence: return [try change(room.members[5].join, to: .listener, by: role, in: room)]
    case .lock: return [.groupContextExtensions(try room.roles(locked: true, by: signer(role, room), in: role))]
    case .pskAlone: return [room.psk()]
    case .foreignPSK:
      return [.preSharedKey(PreSharedKeyID(kind: .external(id: Array("another".utf8)), nonce: room.random.bytes(32)))]
    case .reInit:
      return [
        .reInit(
          ReInit(groupID: [9], version: .mls10, cipherSuite: TestSuite.suite, extensions: context.extensions))
      ]
    case .dropRoles: return [.groupContextExtensions(room.policy.groupExtensions)]
    case .otherExtension:
      let own = ExternalSender(
        signatureKey: room.members[role].identity.signaturePublicKey, credential: room.members[role].join.credential)
      let senders = Extension(type: .externalSenders, data: ExternalSenders([own]).wire)
      return [.groupContextExtensions(context.extensions.filter { $0.type != .externalSenders } + [senders])]
    }
  }

  /// The host's own word, a co-host's where it may sign, else what somebody writes who may not.
  private func change(_ join: JoinID, to role: Role, by author: Int, in room: PolicyRoom) throws -> Proposal {
    let extensions = room.members[author].group.context.extensions
    guard author < 3, role.moderates else {
      return .groupContextExtensions(try room.roles([(join, role)], by: signer(author, room), in: author))
    }
    let current = try #require(room.members[author].group.roles)
    let entries = current.entries.map { entry in
      (join: entry.join, key: entry.signatureKey, role: entry.join == join ? role.rawValue : entry.role.rawValue)
    }
    let forged = ForgedRoles(
      groupID: current.groupID, counter: current.counter + 1, hostKey: current.hostKey, entries: entries,
      signerKind: 1, signerJoin: room.members[author].join.bytes, basis: current.bytes)
    return .groupContextExtensions(
      extensions.with(roles: try forged.signed(with: room.members[author].identity.signatureKey)))
  }

  private func signer(_ role: Int, _ room: PolicyRoom) -> RolesSigner<TestSuite> {
    role == 3 ? .host(room.host) : room.coHost(role)
  }
}
