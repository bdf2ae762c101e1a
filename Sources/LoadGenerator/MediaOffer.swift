internal import Bytes
internal import SFU
internal import Signaling

/// What a client offers, and which section is what.
struct MediaOffer: Sendable {
  let sdp: String
  let mids: OfferedMids

  /// `mids` of the protocol's `offer`.
  var json: JSONValue {
    var members: [JSONMember] = []
    func add(_ name: String, _ mid: String?) {
      if let mid { members.append(JSONMember(name, .string(mid))) }
    }
    add("mic", mids.microphone)
    add("camera", mids.camera)
    add("screen", mids.screen)
    add("screenAudio", mids.screenAudio)
    members.append(JSONMember("slots", .array(mids.slots.map(Self.json))))
    if let slot = mids.screenSlot { members.append(JSONMember("screenSlot", Self.json(slot))) }
    return .object(members)
  }

  private static func json(_ slot: SlotMids) -> JSONValue {
    .object(
      [("audio", slot.audio), ("video", slot.video)].compactMap { name, mid in
        mid.map { JSONMember(name, .string($0)) }
      })
  }
}

extension JSONValue {
  static func bytes(_ bytes: [UInt8]) -> JSONValue { .string(Base64URL.encode(bytes)) }

  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  var number: Int? {
    guard case .integer(let number) = self else { return nil }
    return Int(exactly: number)
  }

  var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}
