import ClientCore
import MLSWire
import RoomRules

// Effects as the host reads them: Web/worker/meeting-codec.js has the same table.

extension [MeetingEffect] {
  /// All of them, one after the other.
  var wire: [UInt8] {
    var writer = WireWriter()
    for effect in self { effect.encode(into: &writer) }
    return writer.bytes
  }
}

extension MeetingEffect {
  fileprivate func encode(into writer: inout WireWriter) {
    switch self {
    case .send(let message): message.encode(into: &writer)
    case .joined: writer.write(UInt8(8))
    case .removedFromGroup(let remover):
      writer.write(UInt8(9))
      writer.write(remover)
    case .members(let members):
      var list = WireWriter()
      for member in members { list.write(member) }
      writer.write(10, list.bytes)
    case .security(let security):
      writer.write(UInt8(11))
      writer.write(security)
    case .added(let join, let by):
      writer.write(12, join)
      writer.write(by)
    case .removed(let join, let remover):
      writer.write(13, join)
      writer.write(remover)
    case .said(let from, let kind, let permissions, let content):
      writer.write(14, from)
      writer.write(kind.rawValue)
      writer.write(permissions.rawValue)
      writer.write(opaque: content)
    case .profile(let join, _, let body):
      writer.write(15, join)
      writer.write(opaque: body)
    case .comparison(let status):
      writer.write(16, UInt8(status == nil ? 0 : 1))
      guard let status else { return }
      writer.write(status.with)
      writer.write(status.step.rawValue)
      writer.write(opaque: status.digits)
    case .alarm(let alarm): writer.write(17, alarm.rawValue)
    case .alarmCleared(let alarm): writer.write(18, alarm.rawValue)
    case .notice(let notice): writer.write(19, notice.rawValue)
    case .newKeysForSending: writer.write(UInt8(20))
    case .link(let gate, let hasPassword):
      writer.write(23, UInt8(hasPassword ? 1 : 0))
      writer.write(opaque: gate)
    case .frozen(let by, let isOn):
      writer.write(21, UInt8(isOn ? 1 : 0))
      writer.write(optional: by)
    }
  }
}

extension MeetingMessage {
  fileprivate func encode(into writer: inout WireWriter) {
    switch self {
    case .keyPackage(let bytes): writer.write(1, bytes)
    case .group(let bytes): writer.write(2, bytes)
    case .commit(let bytes): writer.write(3, bytes)
    case .sync(let epoch):
      writer.write(UInt8(4))
      writer.write(UInt8(epoch == nil ? 0 : 1))
      if let epoch { writer.write(epoch) }
    case .ready(let epoch):
      writer.write(UInt8(5))
      writer.write(epoch)
    case .refuse(let epoch):
      writer.write(UInt8(6))
      writer.write(epoch)
    case .freeze(let call): writer.write(22, call)
    case .message(let bytes, let to, let isControl):
      writer.write(7, UInt8(isControl ? 1 : 0))
      writer.write(UInt8(to == nil ? 0 : 1))
      if let to { writer.write(vector: to) }
      writer.write(opaque: bytes)
    }
  }
}

extension WireWriter {
  fileprivate mutating func write(_ kind: UInt8, _ join: JoinID) {
    write(kind)
    write(join)
  }

  fileprivate mutating func write(_ kind: UInt8, _ value: UInt8) {
    write(kind)
    write(value)
  }

  fileprivate mutating func write(_ kind: UInt8, _ bytes: [UInt8]) {
    write(kind)
    write(opaque: bytes)
  }

  fileprivate mutating func write(_ member: MeetingMember) {
    write(member.join)
    write(member.leaf)
    let standing = member.standing
    write(standing.role.rawValue)
    var flags: UInt8 = member.isSelf ? 1 : 0
    if standing.isVeiled { flags |= 2 }
    if standing.goesOn { flags |= 4 }
    if standing.isNamed { flags |= 8 }
    write(flags)
    write(member.state.rawValue)
    write(standing.permissions.rawValue)
    write(standing.granted.rawValue)
    write(standing.denied.rawValue)
    write(optional: member.invitation)
    write(optional: member.invitedBy)
  }

  fileprivate mutating func write(_ security: MeetingSecurity) {
    write(security.epoch)
    write(opaque: security.digits)
    write(UInt16(clamping: security.count))
    write(security.door.rawValue)
    write(UInt8((security.isFrozen ? 1 : 0) | (security.veilsNewcomers ? 2 : 0)))
    write(UInt16(clamping: security.hosts))
    write(UInt16(clamping: security.standIns))
    write(security.speaker.rawValue)
    write(security.listener.rawValue)
    write(security.newcomer.rawValue)
    write(security.counter)
  }

  fileprivate mutating func write(_ remover: Remover) { write(UInt8(remover == .node ? 0 : 1)) }
}
