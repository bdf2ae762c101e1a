import Bytes
import ClientCore
import MLS
import MLSWire
import RoomRules
import SFrame

// One meeting an instance: a worker that wants another starts another. The module is single-threaded, and no export calls
// out to the host while it holds the meeting. It is used in place: a copy would cost as much code as a module of ours.
nonisolated(unsafe) var mailbox = Mailbox()
nonisolated(unsafe) var meeting: Meeting<BoringX25519Suite, BoringCrypto>?

/// Address of the mailbox, until the next call that writes to it.
@c(mailbox_address)
func mailboxAddress() -> UnsafeMutableRawPointer { mailbox.address }

/// Makes room for what the host is about to write. Returns 0.
@c(mailbox_reserve)
func mailboxReserve(_ count: Int32) -> Int32 { mailbox.reserve(Int(count)) ? 0 : Status.tooLarge.rawValue }

/// Clears the mailbox; called after a secret or somebody's words were copied out of it.
@c(mailbox_erase)
func mailboxErase() { mailbox.erase() }

/// In: a host's seed of 32 bytes, or nothing for a new one. Out: the seed, and what a link names it by, 10 bytes.
@c(host_create)
func hostCreate(_ length: Int32) -> Int32 {
  guard var seed = mailbox.read(length) else { return Status.badArgument.rawValue }
  var random = HostRandom()
  if seed.isEmpty { seed = JoinID(using: &random).bytes + JoinID(using: &random).bytes }
  guard let key = try? HostKey<BoringX25519Suite>(seed: seed) else { return Status.badArgument.rawValue }
  return mailbox.write(seed + key.digest)
}

/// In: the link's fragment in ASCII, a host's seed of 32 bytes if there is one, and what Argon2id made of the password, 32
/// bytes, where the link asks for one. Out: the gate, 32 bytes, and the join id, 16 bytes. A seed that is not that of the
/// link's host is ignored.
@c(meeting_open)
func meetingOpen(_ fragmentLength: Int32, _ seedLength: Int32, _ passwordLength: Int32) -> Int32 {
  guard fragmentLength >= 0, seedLength >= 0, passwordLength >= 0,
    let input = mailbox.read(fragmentLength &+ seedLength &+ passwordLength)
  else { return Status.badArgument.rawValue }
  mailbox.erase()
  let (seedStart, passwordStart) = (Int(fragmentLength), Int(fragmentLength) + Int(seedLength))
  guard let link = try? MeetingLink(fragment: Array(input[..<seedStart])) else { return Status.badLink.rawValue }
  let seed = seedLength > 0 ? Array(input[seedStart..<passwordStart]) : nil
  let password = Array(input[passwordStart...])
  guard !link.hasPassword || !password.isEmpty else { return Status.passwordNeeded.rawValue }
  var random = HostRandom()
  meeting = try? Meeting.open(link: link, password: password, hostSeed: seed, using: &random)
  if meeting == nil { meeting = try? Meeting.open(link: link, password: password, hostSeed: nil, using: &random) }
  guard meeting != nil else { return Status.badLink.rawValue }
  return mailbox.write(meeting!.gate + meeting!.join.bytes)
}

/// Out: the join id, 16 bytes; another after the input `newJoin`.
@c(meeting_join)
func meetingJoin() -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  return mailbox.write(meeting!.join.bytes)
}

/// Out: the group's id; nothing outside a group.
@c(meeting_group)
func meetingGroup() -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  return mailbox.write(meeting!.groupID ?? [])
}

/// In: an input of `kind`. Out: effects. Times in milliseconds of a monotonic clock and in seconds since 1970.
@c(meeting_handle)
func meetingHandle(_ kind: Int32, _ length: Int32, _ now: Double, _ wallClock: Double) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let kind = UInt8(exactly: kind), let bytes = mailbox.read(length), let time = Time(now, wallClock) else {
    return Status.badArgument.rawValue
  }
  mailbox.erase()
  guard let input = try? MeetingInput(kind: kind, bytes) else { return Status.malformed.rawValue }
  var random = HostRandom()
  return mailbox.write(meeting!.handle(input, now: time.now, wallClock: time.wallClock, using: &random).wire)
}

/// Out: effects of time having passed.
@c(meeting_advance)
func meetingAdvance(_ now: Double, _ wallClock: Double) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let time = Time(now, wallClock) else { return Status.badArgument.rawValue }
  var random = HostRandom()
  return mailbox.write(meeting!.advance(to: time.now, wallClock: time.wallClock, using: &random).wire)
}

/// When `meeting_advance` is due next, in milliseconds of the monotonic clock; infinite when nothing is.
@c(meeting_deadline)
func meetingDeadline() -> Double {
  guard meeting != nil else { return .infinity }
  let deadline = meeting!.nextDeadline
  guard deadline < .distantFuture else { return .infinity }
  return Double(deadline.nanoseconds) / 1e6
}

/// 1 when what is said now is sealed at once, 0 when it would wait.
@c(meeting_can_say)
func meetingCanSay() -> Int32 {
  guard meeting != nil else { return 0 }
  return canSay(&meeting!) ? 1 : 0
}

/// Inout, so that nothing is copied.
private func canSay(_ meeting: inout Meeting<BoringX25519Suite, BoringCrypto>) -> Bool { meeting.canSay }

/// Gives up every key there is.
@c(meeting_forget)
func meetingForget() { meeting = nil }

/// In: the frame's first bytes, at least its clear ones. Out: a plan (see `write`).
@c(frame_plan_seal)
func framePlanSeal(_ context: Int32, _ kind: Int32, _ prefixLength: Int32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let context = UInt8(exactly: context).flatMap(StreamContext.init(rawValue:)),
    let kind = UInt8(exactly: kind).flatMap(FrameKind.init(rawValue:)), let prefix = mailbox.read(prefixLength)
  else { return Status.badArgument.rawValue }
  do {
    return write(try meeting!.planSeal(context, kind, clear: prefix))
  } catch {
    return Status(error).rawValue
  }
}

/// In: the frame's first bytes, up to 27; `length` is that of the whole frame. Out: a plan.
@c(frame_plan_open)
func framePlanOpen(_ kind: Int32, _ prefixLength: Int32, _ length: Int32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let kind = UInt8(exactly: kind).flatMap(FrameKind.init(rawValue:)), let prefix = mailbox.read(prefixLength)
  else {
    return Status.badArgument.rawValue
  }
  do {
    return write(try meeting!.planOpen(kind, prefix: prefix, length: Int(length)))
  } catch {
    return Status(error).rawValue
  }
}

/// Accepts a frame whose tag was verified. The counter comes back as the plan gave it.
@c(frame_commit)
func frameCommit(_ handle: UInt32, _ keyID: UInt64, _ counter: UInt64) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  do {
    try meeting!.commit(SFrameHeader(keyID: keyID, counter: counter), openedWith: KeyHandle(handle))
    return 0
  } catch {
    return Status(error).rawValue
  }
}

/// Out: the raw key behind a handle, 16 bytes, once.
@c(key_take)
func keyTake(_ handle: UInt32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let key = meeting!.takeKey(KeyHandle(handle)) else { return Status.noKey.rawValue }
  return mailbox.write(key)
}

/// Out: handles of keys that are of no more use since the last call, 4 bytes each.
@c(key_take_retired)
func keyTakeRetired() -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  return mailbox.write(meeting!.takeRetiredHandles().flatMap { bigEndianBytes($0.value) })
}

/// The host's two clocks.
private struct Time {
  let now: Instant
  let wallClock: UInt64

  /// nil for what no clock shows.
  init?(_ milliseconds: Double, _ seconds: Double) {
    guard let nanoseconds = Int64(exactly: (milliseconds * 1e6).rounded()),
      let wallClock = UInt64(exactly: seconds.rounded(.down))
    else { return nil }
    now = Instant(nanoseconds: nanoseconds)
    self.wallClock = wallClock
  }
}

/// A plan's layout, big-endian: handle (4), key id (8), counter (8), sender's leaf (2), clear length (1), header length
/// (1), nonce (12), additional data (rest, which begins with the header).
private func write(_ plan: FramePlan) -> Int32 {
  var bytes = bigEndianBytes(plan.key.value) + bigEndianBytes(plan.header.keyID) + bigEndianBytes(plan.header.counter)
  bytes += bigEndianBytes(plan.leaf)
  bytes += [UInt8(plan.clearLength), UInt8(plan.header.length)]
  return mailbox.write(bytes + plan.nonce + plan.additionalData)
}
