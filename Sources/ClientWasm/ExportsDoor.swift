import Bytes
import ClientCore
import MLSWire
import RoomRules

// What one needs before one is a member, and to invite others. Vectors as in RFC 9420 §2.1.

/// In: `opaque room<V>; opaque device<V>; opaque name<V>;`, the device's digest being 16 bytes or none.
/// Out: `opaque governed<V>; opaque host<V>; opaque knock<V>; opaque invitation<V>;`, proofs being key and signature, 96
/// bytes, or none. Nothing at all in a room that nobody governs.
@c(door_hello)
func doorHello(_ length: Int32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let fields = readFields(length, 3) else { return Status.badArgument.rawValue }
  var random = HostRandom()
  guard
    let proofs = meeting!.hello(room: fields[0], device: DeviceDigest(fields[1]), name: fields[2], using: &random)
  else { return 0 }
  var writer = WireWriter()
  writer.write(opaque: proofs.governed)
  writer.write(proofs.host)
  writer.write(opaque: proofs.knock ?? [])
  writer.write(proofs.invitation)
  return mailbox.write(writer.bytes)
}

/// In: `opaque label<V>;`. `flags`: role, and 2 where it delegates. Out: `opaque id[16]; opaque fragment<V>;
/// opaque chain<V>; opaque label<V>;`, or nothing where it is not ours to invite.
@c(door_invite)
func doorInvite(_ flags: Int32, _ uses: Int32, _ expires: Double, _ length: Int32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let fields = readFields(length, 1), let uses = UInt16(exactly: uses), let expires = UInt64(exactly: expires)
  else { return Status.badArgument.rawValue }
  var random = HostRandom()
  let wish = InvitationWish(
    role: flags & 1 == 0 ? .listener : .speaker, delegates: flags & 2 != 0, uses: uses, expires: expires)
  guard let made = meeting!.invite(wish, label: fields[0], using: &random) else { return 0 }
  var writer = WireWriter()
  writer.write(made.id)
  writer.write(opaque: made.fragment)
  writer.write(opaque: made.chain.wire)
  writer.write(opaque: made.label)
  return mailbox.write(writer.bytes)
}

/// In: `opaque box<V>; opaque join<V>;`, without a join for a label. Out: the text with its padding; nothing for a box that
/// is not for us.
@c(door_read)
func doorRead(_ length: Int32) -> Int32 {
  guard meeting != nil else { return Status.notOpen.rawValue }
  guard let fields = readFields(length, 2) else { return Status.badArgument.rawValue }
  let purpose: DoorPurpose
  if let join = JoinID(fields[1]) { purpose = .knock(join) } else { purpose = .label }
  return mailbox.write(meeting!.keys.open(fields[0], for: purpose) ?? [])
}

/// Exactly `count` vectors, and nothing after them.
private func readFields(_ length: Int32, _ count: Int) -> [[UInt8]]? {
  guard let bytes = mailbox.read(length) else { return nil }
  mailbox.erase()
  return bytes.withUnsafeBufferPointer { buffer in
    var reader = WireReader(UnsafeRawBufferPointer(buffer))
    var fields: [[UInt8]] = []
    for _ in 0..<count {
      guard let field = try? reader.opaque() else { return nil }
      fields.append(field)
    }
    return reader.isAtEnd ? fields : nil
  }
}

extension WireWriter {
  fileprivate mutating func write(_ proof: HelloProofs.Proof?) {
    write(opaque: proof.map { $0.key + $0.signature } ?? [])
  }
}
