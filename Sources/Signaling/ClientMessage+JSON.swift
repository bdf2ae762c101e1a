import Bytes

extension ClientMessage {
  /// Reads one message. Total: any bytes give a message or an error, in time linear in their number.
  package static func decode(_ bytes: [UInt8]) throws(SignalingError) -> ClientMessage {
    guard bytes.count <= Limits.uploadMessage else { throw .tooLarge(member: "message") }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONReader.read(bytes)
    } catch {
      throw .json(error)
    }
    var reader = try MemberReader(value, "message")
    guard reader.optional("v") == .integer(Limits.version) else { throw .unknownVersion }
    guard case .string(let type) = reader.optional("type") else { throw .unknownType }
    guard bytes.count <= Limits.message || type == "group" || type == "commit" else {
      throw .tooLarge(member: "message")
    }
    let message = try decode(type, &reader)
    try reader.finish()
    return message
  }

  private static func decode(_ type: String, _ reader: inout MemberReader) throws(SignalingError) -> ClientMessage {
    switch type {
    case "hello": .hello(try Hello(&reader))
    case "offer": .offer(try Offer(&reader))
    case "media": .media(try MediaFlags(&reader))
    case "view": .view(try views(&reader))
    case "message":
      .message(
        try reader.bytes("box", upTo: Limits.box), to: try recipients(&reader),
        isControl: try reader.optionalBool("control") ?? false)
    case "key_package": .keyPackage(try reader.bytes("box", upTo: Limits.keyPackage))
    case "group": .group(try reader.bytes("box", upTo: Limits.upload))
    case "commit": .commit(try reader.bytes("box", upTo: Limits.upload))
    case "sync": .sync(epoch: try reader.optionalInteger("epoch", in: 0...Limits.epoch).map { UInt64($0) })
    case "ready": .ready(epoch: UInt64(try reader.integer("epoch", in: 0...Limits.epoch)))
    case "refuse": .refuse(epoch: UInt64(try reader.integer("epoch", in: 0...Limits.epoch)))
    case "admit": .admit(knocks: try knocks(&reader))
    case "turn_away": .turnAway(knocks: try knocks(&reader), ban: try reader.optionalBool("ban") ?? false)
    case "ban":
      .ban(index: try reader.integer("index", in: 0...Limits.index), branch: try reader.optionalBool("branch") ?? false)
    case "freeze": .freeze(try reader.bytes("box", upTo: Limits.freeze))
    case "invite":
      .invite(chain: try reader.bytes("box", upTo: Limits.chain), label: try reader.bytes("label", upTo: Limits.label))
    case "revoke": .revoke(try revocations(&reader))
    case "invitations": .invitations
    case "keep": .keep(try reader.bool("kept"))
    case "leave": .leave
    case "ping": .ping
    default: throw .unknownType
    }
  }

  private static func recipients(_ reader: inout MemberReader) throws(SignalingError) -> [Int]? {
    guard let elements = try reader.optionalArray("to", upTo: Limits.recipients) else { return nil }
    var indices: [Int] = []
    for element in elements {
      guard case .integer(let wide) = element, let index = Int(exactly: wide), (0...Limits.index).contains(index) else {
        throw .invalid(member: "to")
      }
      indices.append(index)
    }
    return indices
  }

  private static func knocks(_ reader: inout MemberReader) throws(SignalingError) -> [Int] {
    var knocks: [Int] = []
    for element in try reader.array("ids", upTo: Limits.decisions) {
      guard case .integer(let wide) = element, let knock = Int(exactly: wide), (0...Limits.knockID).contains(knock)
      else {
        throw .invalid(member: "ids")
      }
      knocks.append(knock)
    }
    return knocks
  }

  private static func revocations(_ reader: inout MemberReader) throws(SignalingError) -> [[UInt8]] {
    var ids: [[UInt8]] = []
    for element in try reader.array("ids", upTo: Limits.revocations) {
      guard case .string(let text) = element, let id = Base64URL.decode(text), id.count == Limits.invitation else {
        throw .invalid(member: "ids")
      }
      ids.append(id)
    }
    return ids
  }

  private static func views(_ reader: inout MemberReader) throws(SignalingError) -> [SlotView] {
    var views: [SlotView] = []
    for element in try reader.array("slots", upTo: Limits.slots) {
      let view = try SlotView(element)
      guard !views.contains(where: { $0.slot == view.slot }) else { throw .invalid(member: "slot") }
      views.append(view)
    }
    return views
  }
}

extension Hello {
  fileprivate init(_ reader: inout MemberReader) throws(SignalingError) {
    room = try reader.string("room", upTo: Limits.room.upperBound)
    guard Hello.isRoom(room) else { throw .invalid(member: "room") }
    gate = try reader.bytes("gate", exactly: Limits.gate)
    join = try reader.bytes("join", exactly: Limits.join)
    resume = try reader.optionalString("resume", in: Limits.resume)
    if let digest = try reader.optionalBytes("governed", upTo: Limits.hostDigest) {
      guard digest.count == Limits.hostDigest else { throw .invalid(member: "governed") }
      governance = try Governance(&reader, hostDigest: digest)
    }
  }

  /// True for `Limits.room` digits and capital letters of Crockford's base 32 (no I, L, O or U).
  package static func isRoom(_ text: String) -> Bool {
    guard Limits.room.contains(text.utf8.count) else { return false }
    for character in text.utf8 {
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): continue
      case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "O"), UInt8(ascii: "U"): return false
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
      default: return false
      }
    }
    return true
  }
}

extension Hello.Governance {
  fileprivate init(_ reader: inout MemberReader, hostDigest: [UInt8]) throws(SignalingError) {
    self.hostDigest = hostDigest
    host = try Hello.Proof(&reader, "host", key: Limits.edwardsKey)
    guard let device = try Hello.Proof(&reader, "device", key: Limits.deviceKey) else {
      throw .invalid(member: "device")
    }
    self.device = device
    knock = try reader.optionalBytes("knock", upTo: Limits.knock)
    invitation = try Hello.Proof(&reader, "invitation", key: Limits.edwardsKey)
  }
}

extension Hello.Proof {
  /// Nil when the member is absent.
  fileprivate init?(
    _ reader: inout MemberReader, _ name: MemberName, key length: Int
  ) throws(SignalingError) {
    guard let value = reader.optional(name) else { return nil }
    var proof = try MemberReader(value, name)
    key = try proof.bytes("key", exactly: length)
    signature = try proof.bytes("signature", exactly: Limits.signature)
    try proof.finish()
  }
}

extension Offer {
  fileprivate init(_ reader: inout MemberReader) throws(SignalingError) {
    sdp = try reader.string("sdp", upTo: Limits.sdp)
    var mids = try MemberReader(try reader.required("mids"), "mids")
    mic = try mids.optionalString("mic", in: Limits.mid)
    camera = try mids.optionalString("camera", in: Limits.mid)
    screen = try mids.optionalString("screen", in: Limits.mid)
    screenAudio = try mids.optionalString("screenAudio", in: Limits.mid)
    slots = []
    for element in try mids.array("slots", upTo: Limits.slots) { slots.append(try Slot(element)) }
    if let slot = mids.optional("screenSlot") { screenSlot = try Slot(slot) }
    try mids.finish()
  }
}

extension Offer.Slot {
  fileprivate init(_ value: JSONValue) throws(SignalingError) {
    var reader = try MemberReader(value, "slots")
    audio = try reader.optionalString("audio", in: Limits.mid)
    video = try reader.optionalString("video", in: Limits.mid)
    try reader.finish()
  }
}

extension MediaFlags {
  fileprivate init(_ reader: inout MemberReader) throws(SignalingError) {
    mic = try reader.bool("mic")
    camera = try reader.bool("camera")
    screen = try reader.bool("screen")
    screenAudio = try reader.bool("screenAudio")
  }
}

extension SlotView {
  fileprivate init(_ value: JSONValue) throws(SignalingError) {
    var reader = try MemberReader(value, "slots")
    slot = try reader.integer("slot", in: 0...(Limits.slots - 1))
    index = try reader.optionalInteger("index", in: 0...Limits.index)
    height = try reader.integer("height", in: 0...Limits.height)
    priority = try reader.integer("priority", in: 0...Limits.priority)
    try reader.finish()
  }
}
