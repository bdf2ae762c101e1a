import Bytes
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

/// Invitations in a whole meeting: people, their clients and an honest node.
@Suite("Invited to a meeting")
struct InvitedMeetingTests {
  /// The host's invitation, made as the page makes it.
  private func invite(
    in room: MeetingRoom, by person: Int = 0, role: Role = .speaker, delegates: Bool = false, uses: UInt16 = 1,
    expires: UInt64 = 0
  ) throws -> (link: MeetingLink, made: MadeInvitation) {
    let wish = InvitationWish(role: role, delegates: delegates, uses: uses, expires: expires)
    let made = try #require(
      room.people[person].meeting.invite(wish, label: Array("\"somebody\"".utf8), using: &room.random))
    return (try MeetingLink(fragment: made.fragment), made)
  }

  private func member(_ person: Int, seenBy other: Int, in room: MeetingRoom) -> MeetingMember? {
    room.people[other].members.first { $0.join == room[person].join }
  }

  /// A lobby with a host and one whom the host let in, who alone is asked to commit from then on.
  private func lobby(seed: UInt64) throws -> MeetingRoom {
    let room = try MeetingRoom(seed: seed, of: 2, hasHost: true, door: .lobby)
    room.advance(by: .seconds(1))
    #expect(room.agree([0, 1]))
    return room
  }

  @Test("while the host is away anybody lets in who was invited, and nobody who was not")
  func letIn() throws {
    let room = try lobby(seed: 0xa2_0201)
    let (link, made) = try invite(in: room, role: .listener)
    room.lose(0)
    let guest = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(2))
    #expect(room.agree([1, guest]))
    let shown = try #require(member(guest, seenBy: 1, in: room))
    #expect(shown.role == .listener && shown.invitation == made.id && shown.invitedBy == nil)
    #expect(!shown.standing.isNamed)
    #expect(member(guest, seenBy: guest, in: room)?.role == .listener)
    let stranger = try room.join()
    room.advance(by: .seconds(5))
    #expect(member(stranger, seenBy: 1, in: room) == nil)
    #expect(room[stranger].groupID == nil)
  }

  @Test("who has the chain but not the key is not let in, whatever their client says")
  func replayed() throws {
    let room = try lobby(seed: 0xa2_0202)
    let (_, made) = try invite(in: room)
    let (other, _) = try invite(in: room)
    room.lose(0)
    for link in [room.link, other] {
      let thief = try room.join(link: link, chain: made.chain)
      room.advance(by: .seconds(3))
      #expect(room.notices(of: thief).contains(.notAllowed))
      #expect(member(thief, seenBy: 1, in: room) == nil)
    }
  }

  @Test("an invitation of one use is at one leaf: a second one with the same link waits until the first is gone")
  func usedTwice() throws {
    let room = try lobby(seed: 0xa2_0203)
    let (link, made) = try invite(in: room)
    room.lose(0)
    let first = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(1))
    let second = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(2))
    #expect(room.agree([1, first]))
    #expect(member(second, seenBy: 1, in: room) == nil)
    room.leave(first)
    room.advance(by: .seconds(30))
    #expect(member(first, seenBy: 1, in: room) == nil)
    #expect(member(second, seenBy: 1, in: room)?.invitation == made.id)
  }

  @Test("who comes back by an external commit is still who was invited")
  func comesBack() throws {
    let room = try lobby(seed: 0xa2_0204)
    let (link, made) = try invite(in: room, role: .listener)
    let guest = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(1))
    #expect(room.agree([0, 1, guest]))
    let key = try #require(room[guest].group?.tree[room[guest].group!.ownLeaf]?.entryProof)
    // The node says that it cannot catch up.
    room.act(guest, .resync)
    room.advance(by: .seconds(2))
    #expect(room.agree([0, 1, guest]))
    let own = try #require(room[guest].group?.tree[room[guest].group!.ownLeaf])
    guard case .commit = own.source else {
      Issue.record("it did not come back by a commit of its own")
      return
    }
    #expect(own.entryProof == key)
    #expect(member(guest, seenBy: 0, in: room)?.invitation == made.id)
    #expect(member(guest, seenBy: 0, in: room)?.role == .listener)
  }

  @Test("an invitation that has expired opens nothing; who came in time stays")
  func expired() throws {
    let room = try lobby(seed: 0xa2_0205)
    let (link, made) = try invite(in: room, uses: 2, expires: room.wallClock + 60)
    room.lose(0)
    let early = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(1))
    room.wallClock += 60 + InvitationChain.tolerance + 1
    let late = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(3))
    #expect(room.agree([1, early]))
    #expect(member(early, seenBy: 1, in: room)?.invitation == made.id)
    #expect(member(late, seenBy: 1, in: room) == nil)
  }

  @Test("whom a guest invites hangs on the guest's branch; the branch taken back, none of it has an invitation")
  func branch() throws {
    let room = try lobby(seed: 0xa2_0206)
    let (link, made) = try invite(in: room, delegates: true)
    let guest = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(1))
    let wish = InvitationWish(role: .speaker, delegates: true, uses: 1, expires: 0)
    // The host has not given leave to invite.
    #expect(room.people[guest].meeting.invite(wish, label: [], using: &room.random) == nil)
    room.act(0, .setRules(.entry(.init(join: room[guest].join, granted: .invite))))
    room.advance(by: .seconds(1))
    let (second, child) = try invite(in: room, by: guest, delegates: true)
    #expect(child.chain.ids(as: TestVerifier.self) == [made.id, child.id])
    let friend = try room.join(link: second, chain: child.chain)
    room.advance(by: .seconds(1))
    let shown = try #require(member(friend, seenBy: 0, in: room))
    #expect(shown.invitation == child.id && shown.invitedBy == made.id)
    var patch = RulesPatch()
    patch.revoked = [made.id]
    room.act(0, .setRules(patch))
    room.act(0, .remove([room[guest].join, room[friend].join]))
    room.advance(by: .seconds(2))
    for person in [guest, friend] { #expect(member(person, seenBy: 1, in: room) == nil) }
    room.lose(0)
    let again = try room.join(link: second, chain: child.chain)
    room.advance(by: .seconds(3))
    #expect(member(again, seenBy: 1, in: room) == nil)
  }

  @Test("a member who gives its leaf another proof on the way is somebody else, and refused")
  func changedProof() throws {
    let room = try lobby(seed: 0xa2_0207)
    let (link, made) = try invite(in: room)
    let guest = try room.join(link: link, chain: made.chain)
    room.advance(by: .seconds(1))
    var group = try #require(room[guest].group)
    var options = CommitOptions([])
    options.welcomeHasTree = false
    options.leafExtensions = []
    let staged = try group.commit(
      options, psks: room[guest].keys.psks, now: room.wallClock, using: &room.random
    ).staged
    let policy = RolesPolicy<NativeX25519Suite>(
      link: room.link, nodeKey: room.signer.publicKey, now: room.wallClock)
    var nonces = ByteStringSet()
    let before = try #require(room[0].group)
    #expect(throws: PolicyError.changedIdentity) { try policy.judge(staged, in: before, nonces: &nonces) }
  }
}
