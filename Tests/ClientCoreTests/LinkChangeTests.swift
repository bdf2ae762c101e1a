import Bytes
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

@Suite("A password that is changed during the meeting")
struct LinkChangeTests {
  private static let first = [UInt8](repeating: 1, count: 32)
  private static let second = [UInt8](repeating: 2, count: 32)

  private func gate(_ room: MeetingRoom, _ password: [UInt8]) -> [UInt8] {
    var link = room.link
    link.hasPassword = !password.isEmpty
    return LinkKeys<NativeX25519Suite>(link, password: password).gate
  }

  private func links(told person: Int, _ room: MeetingRoom) -> [MeetingEffect] {
    room.people[person].told.filter { if case .link = $0 { true } else { false } }
  }

  @Test("set, changed and taken away: everybody inside has the new keys, and nobody's meeting is disturbed")
  func everybodyFollows() throws {
    let room = try MeetingRoom(seed: 0x9c_0001, of: 4, hasHost: true)
    for password in [Self.first, Self.second, []] {
      let epoch = try #require(room[0].epoch)
      room.act(0, .setPassword(password))
      #expect(room[0].epoch == epoch + 1, "one commit")
      let told = MeetingEffect.link(gate: gate(room, password), hasPassword: !password.isEmpty)
      for person in 0..<4 {
        #expect(room[person].gate == gate(room, password))
        #expect(links(told: person, room).last == told)
        #expect(room[person].link.hasPassword == !password.isEmpty)
        #expect(room[person].group?.rules?.gate == NativeX25519Suite.hash(room[person].gate))
      }
      #expect(room.agree())
    }
    #expect(room.people.allSatisfy { $0.alarms.isEmpty })
    for person in 0..<4 { #expect(room.notices(of: person).isEmpty && links(told: person, room).count == 3) }
  }

  @Test("whoever has the new password is let in by members who never heard it; whoever has the old one is not")
  func newcomers() throws {
    let room = try MeetingRoom(seed: 0x9c_0002, of: 3, hasHost: true)
    room.act(0, .setPassword(Self.first))
    var link = room.link
    link.hasPassword = true
    let late = try room.join(link: link, password: Self.first)
    room.advance(by: .seconds(1))
    #expect(room[late].epoch != nil && room.agree())
    #expect(links(told: late, room).isEmpty)
    let old = try room.join()
    room.advance(by: .seconds(1))
    #expect(room[old].epoch == nil)
    #expect(room.people[old].alarms.contains(.badWelcome))
    #expect(room.people[..<old].allSatisfy { $0.alarms.isEmpty })
  }

  @Test("who lost the connection meanwhile has the new keys as soon as it is back")
  func lostMeanwhile() throws {
    let room = try MeetingRoom(seed: 0x9c_0003, of: 4, hasHost: true)
    room.lose(2)
    room.act(0, .setPassword(Self.first))
    room.act(0, .setPassword(Self.second))
    #expect(room[2].gate == gate(room, []))
    room.resume(2)
    room.advance(by: .seconds(1))
    #expect(room[2].gate == gate(room, Self.second))
    #expect(room.agree() && room.people[2].alarms.isEmpty)
  }

  @Test("who can be told nothing any more of what it missed is told that its link is of no use, and makes no commit")
  func missedForGood() throws {
    let room = try MeetingRoom(seed: 0x9c_0004, of: 3, hasHost: true)
    room.lose(2)
    room.act(0, .setPassword(Self.first))
    room.downstream = { person, input in
      if person == 2, case .commit = input { return [.resync] }
      return [input]
    }
    let commits = room.commits.count
    room.resume(2)
    room.advance(by: .milliseconds(600))
    #expect(links(told: 2, room).last == .link(gate: [], hasPassword: false))
    #expect(room[2].epoch == nil && room.commits.count == commits)
    #expect(!room.people[2].told.contains(.removedFromGroup(by: .node)))
  }

  @Test("only the host changes it, whoever else moderates or is trusted")
  func onlyTheHost() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x9c_0005)
    let epoch = room[0].epoch
    for person in 1..<6 {
      room.act(person, .setPassword(Self.first))
      #expect(room.notices(of: person) == [.notAllowed])
    }
    room.act(0, .setPassword([1, 2, 3]))
    #expect(room.notices(of: 0) == [.notAllowed])
    #expect(room[0].epoch == epoch)
  }

  @Test("a co-host with all its keys who names another gate is refused by everybody")
  func forgedByCoHost() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x9c_0006)
    let group = try #require(room[1].group)
    let current = try #require(group.rules)
    var forged = current
    forged.counter += 1
    forged.signer = .coHost(room[1].join)
    forged.basis = current.hostsWord
    forged.gate = [UInt8](repeating: 7, count: 32)
    forged.signature = try NativeX25519Suite.sign(
      privateKey: room[1].identity.signatureKey, message: forged.contentToSign)
    let commit = try room.insider(1, [.groupContextExtensions(group.context.extensions.replacing(forged))])
    for person in [0, 2, 3] {
      let before = room[person].epoch
      room.send(person, .commit(epoch: group.epoch, commit))
      room.run()
      #expect(room[person].epoch == before && room.people[person].alarms.contains(.badCommit))
    }
  }

  @Test("a gate without keys that fit is refused, though the host signs it: nobody is left behind with keys of nothing")
  func keysThatDoNotFit() throws {
    let room = try MeetingRoom(seed: 0x9c_0007, of: 3, hasHost: true)
    let group = try #require(room[0].group)
    let host = try HostKey<NativeX25519Suite>(seed: try #require(room.hostSeed))
    for newKeys in [[], [UInt8](repeating: 0, count: 61)] {
      var rules = try #require(group.rules)
      rules.counter += 1
      rules.gate = [UInt8](repeating: 9, count: 32)
      rules.newKeys = newKeys
      rules.signature = try #require(host.sign(rules.contentToSign))
      let commit = try room.insider(0, [.groupContextExtensions(group.context.extensions.replacing(rules))])
      room.send(newKeys.isEmpty ? 1 : 2, .commit(epoch: group.epoch, commit))
      room.run()
    }
    for person in [1, 2] {
      #expect(room[person].epoch == group.epoch && room.people[person].alarms.contains(.badCommit))
      #expect(room[person].gate == gate(room, []))
    }
  }

  @Test("who is removed at the same time is gone before the keys are sealed")
  func removedMeanwhile() throws {
    let room = try MeetingRoom(seed: 0x9c_0008, of: 4, hasHost: true)
    room.upstream = { _, message in if case .commit = message { [] } else { [message] } }
    room.act(0, .remove([room[2].join]))
    room.act(0, .setPassword(Self.first))
    room.upstream = { [$1] }
    room.advance(by: .seconds(5))
    #expect(room[2].epoch == nil && room[2].gate == gate(room, []))
    for person in [0, 1, 3] { #expect(room[person].gate == gate(room, Self.first)) }
    let changes = room.commits.compactMap { upload -> Int? in
      guard case .publicMessage(let message)? = try? MLSMessage(wire: upload.commit),
        case .commit(let commit) = message.content.content,
        commit.proposals.contains(where: { if case .proposal(.groupContextExtensions) = $0 { true } else { false } })
      else { return nil }
      return commit.proposals.count
    }
    #expect(changes.last == 1, "the change goes alone")
  }

  @Test("two moderators at once: the host's change comes after the other's rules, and both hold")
  func beside() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x9c_0009)
    room.act(together: [(1, .setRules(.door(.locked))), (0, .setPassword(Self.first))])
    room.advance(by: .seconds(3))
    for person in 0..<6 {
      #expect(room[person].gate == gate(room, Self.first))
      #expect(room.security(of: person)?.door == .locked)
    }
    room.act(1, .setRules(.door(.open)))
    #expect(room.security(of: 3)?.door == .open && room[3].group?.rules?.newKeys.isEmpty == true)
    #expect(room.agree() && room.people.allSatisfy { $0.alarms.isEmpty })
  }

  @Test("the password that it has already is no change, and is said at once")
  func same() throws {
    let room = try MeetingRoom(seed: 0x9c_000a, of: 2, hasHost: true)
    room.act(0, .setPassword(Self.first))
    let commits = room.commits.count
    room.act(0, .setPassword(Self.first))
    #expect(room.commits.count == commits)
    #expect(links(told: 0, room).count == 2 && links(told: 1, room).count == 1)
  }

  @Test("whom invitations are for can be read after the change, and links of new ones ask for the password")
  func invitations() throws {
    let room = try MeetingRoom(seed: 0x9c_000b, of: 2, hasHost: true)
    let wish = InvitationWish(role: .speaker, delegates: false, uses: 1, expires: 0)
    let before = try #require(
      room.people[0].meeting.invite(wish, label: Array("\"Ana\"".utf8), using: &room.random))
    room.act(0, .setPassword(Self.first))
    #expect(room[0].keys.open(before.label, for: .label)?.starts(with: Array("\"Ana\"".utf8)) == true)
    let after = try #require(room.people[0].meeting.invite(wish, label: [], using: &room.random))
    #expect(before.fragment.first == UInt8(ascii: "1") && after.fragment.first == UInt8(ascii: "2"))
  }
}
