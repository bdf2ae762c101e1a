import ClientCore
import SFrame

// One session an instance: a worker that wants another starts another. The module is single-threaded, and no export calls
// out to the host while it holds the session.
nonisolated(unsafe) var mailbox: Mailbox?
nonisolated(unsafe) private var session: SecureSession<LinkKeySource<BoringCrypto>>?

/// Address of the mailbox.
@c(mailbox_address)
func mailboxAddress() -> UnsafeMutableRawPointer {
  if mailbox == nil { mailbox = Mailbox() }
  return mailbox!.address
}

/// Clears the mailbox; called after a key was copied out of it.
@c(mailbox_erase)
func mailboxErase() { mailbox?.erase() }

/// In: the link's fragment, `length` ASCII characters. Out: the gate, 32 bytes, and the join id, 16 bytes.
@c(session_open)
func sessionOpen(_ length: Int32) -> Int32 {
  guard let mailbox, let fragment = mailbox.read(length) else { return Status.badArgument.rawValue }
  mailbox.erase()
  guard let link = try? MeetingLink(fragment: fragment), let keys = try? LinkKeySource<BoringCrypto>(link: link) else {
    return Status.badLink.rawValue
  }
  var random = HostRandom()
  let opened = SecureSession(keys: keys, using: &random)
  session = opened
  return mailbox.write(keys.gate + opened.join.bytes)
}

/// Out: the new join id, 16 bytes.
@c(session_new_join)
func sessionNewJoin() -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  var random = HostRandom()
  session!.newJoin(using: &random)
  return mailbox.write(session!.join.bytes)
}

@c(session_set_self)
func sessionSetSelf(_ index: Int32) -> Int32 {
  guard session != nil else { return Status.notOpen.rawValue }
  guard let index = UInt16(exactly: index) else { return Status.indexOutOfRange.rawValue }
  do {
    try session!.setSelf(index: index)
    return 0
  } catch {
    return Status(error).rawValue
  }
}

/// In: `count` entries of a big-endian 16-bit index and 16 bytes of join id.
@c(session_set_roster)
func sessionSetRoster(_ count: Int32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard count >= 0, count <= Int32(Sender.maximumIndex), let bytes = mailbox.read(count * 18) else {
    return Status.badArgument.rawValue
  }
  var senders: [Sender] = []
  for start in stride(from: 0, to: bytes.count, by: 18) {
    let index = UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1])
    guard let join = JoinID(Array(bytes[(start + 2)..<(start + 18)])), let sender = Sender(index: index, join: join)
    else { return Status.indexOutOfRange.rawValue }
    senders.append(sender)
  }
  do {
    try session!.setRoster(senders)
    return 0
  } catch {
    return Status(error).rawValue
  }
}

/// In: the frame's first bytes, at least its clear ones. Out: a plan (see `write`).
@c(frame_plan_seal)
func framePlanSeal(_ context: Int32, _ kind: Int32, _ prefixLength: Int32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard let context = UInt8(exactly: context).flatMap(StreamContext.init(rawValue:)),
    let kind = UInt8(exactly: kind).flatMap(FrameKind.init(rawValue:)), let prefix = mailbox.read(prefixLength)
  else { return Status.badArgument.rawValue }
  do {
    return write(try session!.planSeal(context, kind, clear: prefix), to: mailbox)
  } catch {
    return Status(error).rawValue
  }
}

/// In: the frame's first bytes, up to 27; `length` is that of the whole frame. Out: a plan.
@c(frame_plan_open)
func framePlanOpen(_ kind: Int32, _ prefixLength: Int32, _ length: Int32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard let kind = UInt8(exactly: kind).flatMap(FrameKind.init(rawValue:)), let prefix = mailbox.read(prefixLength)
  else {
    return Status.badArgument.rawValue
  }
  do {
    return write(try session!.planOpen(kind, prefix: prefix, length: Int(length)), to: mailbox)
  } catch {
    return Status(error).rawValue
  }
}

/// Accepts a frame whose tag was verified. The counter comes back as the plan gave it.
@c(frame_commit)
func frameCommit(_ handle: UInt32, _ keyID: UInt64, _ counter: UInt64) -> Int32 {
  guard session != nil else { return Status.notOpen.rawValue }
  do {
    try session!.commit(SFrameHeader(keyID: keyID, counter: counter), openedWith: KeyHandle(handle))
    return 0
  } catch {
    return Status(error).rawValue
  }
}

/// Out: the raw key behind a handle, 16 bytes, once.
@c(key_take)
func keyTake(_ handle: UInt32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard let key = session!.takeKey(KeyHandle(handle)) else { return Status.noKey.rawValue }
  return mailbox.write(key)
}

/// In: content. Out: the box.
@c(message_seal)
func messageSeal(_ label: Int32, _ length: Int32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard let label = UInt8(exactly: label).flatMap(MessageLabel.init(rawValue:)) else {
    return Status.badArgument.rawValue
  }
  guard let content = mailbox.read(length) else { return Status.tooLarge.rawValue }
  do {
    return mailbox.write(try session!.seal(content, as: label))
  } catch {
    return Status(error).rawValue
  }
}

/// In: the box that the server says is from participant `index`. Out: its content.
@c(message_open)
func messageOpen(_ label: Int32, _ index: Int32, _ length: Int32) -> Int32 {
  guard let mailbox, session != nil else { return Status.notOpen.rawValue }
  guard let label = UInt8(exactly: label).flatMap(MessageLabel.init(rawValue:)), let index = UInt16(exactly: index)
  else {
    return Status.badArgument.rawValue
  }
  guard let box = mailbox.read(length) else { return Status.malformed.rawValue }
  do {
    return mailbox.write(try session!.open(box, as: label, from: index))
  } catch {
    return Status(error).rawValue
  }
}

/// A plan's layout, big-endian: handle (4), key id (8), counter (8), sender's index (2), clear length (1), header length
/// (1), nonce (12), additional data (rest, which begins with the header).
private func write(_ plan: FramePlan, to mailbox: Mailbox) -> Int32 {
  let index = StreamKeyID(plan.header.keyID)?.index ?? 0
  var bytes = bigEndianBytes(plan.key.value) + bigEndianBytes(plan.header.keyID) + bigEndianBytes(plan.header.counter)
  bytes += bigEndianBytes(index)
  bytes += [UInt8(plan.clearLength), UInt8(plan.header.length)]
  return mailbox.write(bytes + plan.nonce + plan.additionalData)
}
