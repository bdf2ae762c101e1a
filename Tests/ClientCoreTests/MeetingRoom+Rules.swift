import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import SFrame

@testable import ClientCore

extension MeetingRoom {
  /// One of each role, the second trusted to stand in: 0 host, 1 co-host, 2 speaker, 3 listener, 4 newcomer, 5 a speaker
  /// whom the host trusts.
  static func ofAllRoles(seed: UInt64) throws -> MeetingRoom {
    let room = try MeetingRoom(seed: seed, of: 6, hasHost: true)
    var patch = RulesPatch.entry(.init(join: room[1].join, role: .coHost))
    patch.entries.append(.init(join: room[2].join, role: .speaker))
    patch.entries.append(.init(join: room[3].join, role: .listener))
    patch.entries.append(.init(join: room[5].join, role: .speaker, granted: .trusted))
    patch.veilsNewcomers = true
    room.act(0, .setRules(patch))
    return room
  }

  /// A client that was changed says something without asking whether it may.
  func say(unasked person: Int, _ kind: SaidKind, _ text: String = "unasked") throws {
    try seal(unasked: person, .said, [kind.rawValue] + Array(text.utf8))
  }

  /// The same with any content.
  func seal(unasked person: Int, _ label: ContentLabel, _ payload: [UInt8]) throws {
    guard let content = MeetingContent(label, payload),
      let sealed = try people[person].meeting.group?.seal(content.data, padding: content.padding, using: &random)
    else { throw MLSError.group(.removed) }
    for other in people.indices where other != person && people[other].isConnected {
      send(other, .message(sealed.wire, from: self[person].join))
    }
    run()
  }

  /// What a listener makes of a frame that a changed client seals without asking; nil when it is opened.
  func verdict(of listener: Int, on context: StreamContext, by speaker: Int) throws -> FrameError? {
    var free = people[speaker].meeting.frames
    free.permit([])
    let kind: FrameKind = context.carries(.opus) ? .opus : .vp8Delta
    let clear = [UInt8](repeating: 1, count: kind.clearLength)
    let plan = try free.planSeal(context, kind, clear: clear)
    people[speaker].meeting.frames = free
    people[speaker].meeting.place()
    let frame = clear + plan.header.encoded() + [UInt8](repeating: 0, count: 32)
    do throws(FrameError) {
      _ = try people[listener].meeting.planOpen(kind, prefix: frame, length: frame.count)
      return nil
    } catch { return error }
  }

  /// A call as somebody signs it, in the name of `caller`.
  func freezeCall(by signer: Int, inNameOf caller: Int? = nil, counter: UInt64? = nil) throws -> [UInt8] {
    let group = self[signer].group
    var call = FreezeCall(
      groupID: group?.groupID ?? [], counter: counter ?? group?.rules?.counter ?? 0, join: self[caller ?? signer].join)
    call.signature = try NativeX25519Suite.sign(
      privateKey: self[signer].identity.signatureKey, message: call.contentToSign)
    return call.wire
  }

  func member(_ person: Int, seenBy other: Int) -> MeetingMember? {
    people[other].members.first { $0.join == self[person].join }
  }

  func permissions(of person: Int, seenBy other: Int) -> Permissions {
    member(person, seenBy: other)?.standing.permissions ?? .none
  }

  func security(of person: Int) -> MeetingSecurity? {
    var last: MeetingSecurity?
    for case .security(let security) in people[person].told { last = security }
    return last
  }

  /// Whether the room is frozen for a person, as it was told last.
  func isFrozen(for person: Int) -> Bool {
    var last = false
    for case .frozen(_, let isOn) in people[person].told { last = isOn }
    return last
  }
}
