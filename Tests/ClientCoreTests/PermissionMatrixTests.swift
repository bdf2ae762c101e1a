import MLS
import MLSWire
import RoomRules
import SFrame
import Testing

@testable import ClientCore

/// Every role against everything that is said and sent, by clients that do not ask whether they may.
@Suite("Permissions: role by role")
struct PermissionMatrixTests {
  private static let roles: [Role] = [.host, .coHost, .speaker, .listener, .newcomer]

  private func expected(_ kind: SaidKind, of role: Role) -> Bool {
    switch role {
    case .host, .coHost: true
    case .speaker: kind != .order
    case .listener: [.chat, .direct, .reaction, .other].contains(kind)
    case .newcomer: [.chat, .reaction, .other].contains(kind)
    }
  }

  @Test("what somebody says is heard where the role allows it, and refused by everybody where it does not")
  func said() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0001)
    for (author, role) in Self.roles.enumerated() {
      #expect(room.member(author, seenBy: 5)?.role == role)
      for kind in SaidKind.allCases {
        let word = "\(role) \(kind)"
        try room.say(unasked: author, kind, word)
        for listener in 0..<6 where listener != author {
          #expect(room.said(to: listener).contains(word) == expected(kind, of: role), "\(word) to \(listener)")
        }
        // An honest client does not even send it.
        let count = room.seen.count
        room.act(author, .say(Array(word.utf8), kind: kind, to: nil))
        #expect((room.seen.count > count) == expected(kind, of: role), "\(word)")
      }
    }
  }

  @Test(
    "another name is taken where the role allows it, and refused by everybody where it does not; a hand takes no leave")
  func renames() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0008)
    func bodies(of author: Int, to listener: Int) -> [[UInt8]] {
      room.people[listener].told.compactMap { effect in
        guard case .profile(room[author].join, _, let body) = effect else { return nil }
        return body
      }
    }
    for (author, role) in Self.roles.enumerated() {
      let (renamed, raised) = (Array("another\0{}".utf8), Array("{\"name\":\"\(author)\"}\0{}".utf8))
      for (version, body) in [(98, raised), (99, renamed)] as [(UInt64, [UInt8])] {
        let profile = try SignedProfile(
          join: room[author].join, version: version, body: body, groupID: room[author].groupID ?? [],
          signatureKey: room[author].identity.signatureKey, as: TestSuite.self)
        try room.seal(unasked: author, .profile, profile.wire)
      }
      for listener in 0..<6 where listener != author {
        #expect(bodies(of: author, to: listener).contains(raised), "\(role) to \(listener)")
        #expect(bodies(of: author, to: listener).contains(renamed) == (role != .newcomer), "\(role) to \(listener)")
      }
      // An honest client does not even send it.
      let count = room.seen.count
      room.act(author, .setProfile(Array("third\0{}".utf8)))
      #expect((room.seen.count > count) == (role != .newcomer))
    }
  }

  @Test("each permission takes what it is for and nothing else; recording, for which there is nothing, takes nothing")
  func permissionByPermission() throws {
    let kinds: [UInt32: Set<SaidKind>] = [
      3: [.chat, .linkedChat], 4: [.direct], 5: [.linkedChat], 6: [.file], 7: [.whiteboard], 8: [.reaction],
    ]
    let streams: [UInt32: Set<StreamContext>] = [
      0: [.mic], 1: [.camera0, .camera1, .camera2], 2: [.screen, .screenAudio],
    ]
    let everybody = SaidKind.allCases.filter { $0 != .order }
    for bit in 0..<13 as Range<UInt32> {
      var rules = RoomRules(groupID: [1], counter: 1, hostKey: [])
      rules.newcomer = .all.subtracting(Permissions(rawValue: 1 << bit))
      let standing = rules.standing(of: .none, signatureKey: [], invited: nil)
      let lost = Set(everybody.filter { !standing.maySay($0) })
      #expect(lost == kinds[bit] ?? [], "bit \(bit)")
      let cut = Set(StreamContext.allCases.filter { !standing.permissions.contains($0.permission) })
      #expect(cut == streams[bit] ?? [], "bit \(bit)")
    }
  }

  @Test("frames of a stream are opened where the role allows it", arguments: StreamContext.allCases)
  func frames(_ context: StreamContext) throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0002)
    for (author, role) in Self.roles.enumerated() {
      let kind: FrameKind = context.carries(.opus) ? .opus : .vp8Delta
      let clear = [UInt8](repeating: 1, count: kind.clearLength)
      let isAllowed = role != .listener
      let sealed = try? room.people[author].meeting.planSeal(context, kind, clear: clear)
      #expect((sealed != nil) == isAllowed, "\(role)")
      for listener in 0..<6 where listener != author {
        #expect(try room.verdict(of: listener, on: context, by: author) == (isAllowed ? nil : .notAllowed), "\(role)")
      }
    }
  }

  @Test("in a frozen room only moderators, and who goes on, say and send", arguments: Role.allCases)
  func frozen(role: Role) throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0003)
    let author = try #require(Self.roles.firstIndex(of: role))
    for goesOn in [false, true] {
      var patch = RulesPatch.frozen(true)
      patch.entries = [.init(join: room[author].join, goesOn: goesOn)]
      room.act(0, .setRules(patch))
      for kind in SaidKind.allCases {
        let word = "\(role) \(kind) \(goesOn)"
        try room.say(unasked: author, kind, word)
        let isAllowed = kind == .other || ((goesOn || role.moderates) && expected(kind, of: role))
        #expect(room.said(to: 5).contains(word) == isAllowed, "\(word)")
      }
      for context in StreamContext.allCases {
        let isAllowed = role.moderates || (goesOn && role != .listener)
        #expect(try room.verdict(of: 5, on: context, by: author) == (isAllowed ? nil : .notAllowed))
      }
    }
  }

  @Test("muted while speaking: frames are refused from the very commit on, whatever epoch they are sealed in")
  func mutedWhileSpeaking() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0004)
    var modified = room[2].frames
    modified.permit([])
    let plan = try modified.planSeal(.mic, .opus, clear: [])
    let frame = plan.header.encoded() + [UInt8](repeating: 0, count: 32)
    let opening = try room.people[5].meeting.planOpen(.opus, prefix: frame, length: frame.count)
    room.act(0, .setRules(.entry(.init(join: room[2].join, denied: .microphone))))
    #expect(throws: FrameError.notAllowed) {
      try room.people[5].meeting.commit(opening.header, openedWith: opening.key)
    }
    #expect(throws: FrameError.notAllowed) {
      try room.people[5].meeting.planOpen(.opus, prefix: frame, length: frame.count)
    }
    #expect(try room.verdict(of: 5, on: .mic, by: 2) == .notAllowed)
    #expect(try room.verdict(of: 5, on: .camera0, by: 2) == nil)
  }

  @Test("everybody muted in one document, one given leave again, then all")
  func muteAll() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0005)
    var patch = RulesPatch()
    patch.speaker = .speakerDefault.subtracting(.microphone)
    patch.newcomer = .newcomerDefault.subtracting(.microphone)
    room.act(1, .setRules(patch))
    for author in [2, 4, 5] { #expect(try room.verdict(of: 3, on: .mic, by: author) == .notAllowed) }
    for author in [0, 1] { #expect(try room.verdict(of: 3, on: .mic, by: author) == nil) }
    room.act(0, .setRules(.entry(.init(join: room[2].join, granted: .microphone))))
    #expect(try room.verdict(of: 3, on: .mic, by: 2) == nil)
    #expect(try room.verdict(of: 3, on: .mic, by: 5) == .notAllowed)
    patch.speaker = .speakerDefault
    room.act(0, .setRules(patch))
    #expect(try room.verdict(of: 3, on: .mic, by: 5) == nil)
    #expect(room.agree())
  }

  @Test("a message is its author's, whoever the node says sent it")
  func forgedSender() throws {
    let room = try MeetingRoom.ofAllRoles(seed: 0x93_0006)
    let host = room[0].join
    room.downstream = { person, input in
      guard case .message(let box, _) = input else { return [input] }
      return [.message(box, from: host)]
    }
    room.act(2, .say(Array("I am the host".utf8), kind: .chat, to: nil))
    try room.say(unasked: 2, .order, "{\"clear\":true}")
    var authors: [JoinID] = []
    for case .said(let from, _, let permissions, _) in room.people[3].told {
      authors.append(from)
      #expect(permissions == .speakerDefault)
    }
    #expect(authors == [room[2].join])
    #expect(room.notices(of: 3) == [.notPermitted])
  }

  @Test("content that says no kind, or an unknown one, is refused")
  func unknownKind() throws {
    let room = try MeetingRoom(seed: 0x93_0007, of: 2)
    try room.seal(unasked: 1, .said, [])
    try room.seal(unasked: 1, .said, [8, 1])
    #expect(room.notices(of: 0) == [.badMessage, .badMessage])
    #expect(room.said(to: 0).isEmpty)
  }
}
