internal import Bytes
internal import SFU
internal import Signaling

/// A participant of our node (docs/protocol.md) that is never in the group: media does not ask for that, and the node waits
/// for nobody without a key package.
struct NodeConversation: Conversation {
  /// Values in a message at most: a welcome names everybody in the room.
  private static let mostValues = 1 << 16

  private let room: String
  private let gate: [UInt8]
  private let join: [UInt8]
  /// Pictures shown at most, and their height in pixels; 0 follows from how many there are.
  private let shown: Int
  private let height: Int
  /// Indices of those with a camera, in the order they came.
  private(set) var cameras: [Int] = []
  private var isViewDue = false
  private var isOver = false

  /// `gate` has 32 bytes, `join` 16.
  init(room: String, gate: [UInt8], join: [UInt8], shown: Int, height: Int) {
    self.room = room
    self.gate = gate
    self.join = join
    self.shown = shown
    self.height = height
  }

  mutating func begin(offer: MediaOffer?) -> [Step] {
    var steps = [
      say("hello", [("room", .string(room)), ("gate", .bytes(gate)), ("join", .bytes(join))])
    ]
    guard let offer else { return steps }
    steps.append(say("offer", [("sdp", .string(offer.sdp)), ("mids", offer.json)]))
    steps.append(
      say(
        "media",
        [
          ("mic", .bool(offer.mids.microphone != nil)), ("camera", .bool(offer.mids.camera != nil)),
          ("screen", .bool(offer.mids.screen != nil)), ("screenAudio", .bool(offer.mids.screenAudio != nil)),
        ]))
    return steps
  }

  mutating func receive(_ message: [UInt8]) -> [Step] {
    guard !isOver, let value = try? JSONReader.read(message, most: Self.mostValues) else { return fail(.nonsense) }
    switch value["type"]?.text {
    case "welcome":
      for entry in value["participants"]?.elements ?? [] { note(entry) }
      return [.joined]
    case "answer":
      guard let sdp = value["sdp"]?.text else { return fail(.nonsense) }
      return [.answered(sdp)]
    case "joined":
      if let entry = value["participant"] { note(entry) }
    case "updated": note(value)
    case "left":
      cameras.removeAll { $0 == value["index"]?.number }
      isViewDue = true
    case "layers":
      guard value["kind"]?.text == "camera", let layers = value["layers"]?.elements else { return [] }
      return [.layers(layers.map { $0 == .bool(true) })]
    case "connection":
      if value["state"]?.text == "lost" { return fail(.mediaLost) }
    case "error": return fail(Fault(refusal: value["code"]?.text ?? ""), isFatal: value["fatal"] == .bool(true))
    case "closing": return fail(.stopped)
    default: break
    }
    return []
  }

  mutating func answer(_ sdp: String) -> [Step] { [] }

  mutating func sendersArePresent() -> [Step] { [] }

  mutating func tick() -> [Step] {
    guard isViewDue, !isOver else { return [] }
    isViewDue = false
    let seen = cameras.prefix(shown)
    let tall = height > 0 ? height : seen.count > 4 ? 180 : seen.count > 1 ? 360 : 720
    let slots = seen.enumerated().map { slot, index in
      JSONValue.object([
        JSONMember("slot", .integer(Int64(slot))), JSONMember("index", .integer(Int64(index))),
        JSONMember("height", .integer(Int64(tall))), JSONMember("priority", .integer(0)),
      ])
    }
    return [say("view", [("slots", .array(slots))])]
  }

  mutating func leave() -> [Step] {
    isOver = true
    return [say("leave", [])]
  }

  private mutating func note(_ entry: JSONValue) {
    guard let index = entry["index"]?.number, let camera = entry["media"]?["camera"] else { return }
    let isKnown = cameras.contains(index)
    if camera == .bool(true), !isKnown { cameras.append(index) }
    if camera == .bool(false), isKnown { cameras.removeAll { $0 == index } }
    isViewDue = true
  }

  private mutating func fail(_ fault: Fault, isFatal: Bool = true) -> [Step] {
    guard !isOver else { return [] }
    isOver = isFatal
    return [.failed(fault)]
  }

  private func say(_ type: String, _ members: [(String, JSONValue)]) -> Step {
    let head = [JSONMember("v", .integer(Limits.version)), JSONMember("type", .string(type))]
    return .send(JSONValue.object(head + members.map { JSONMember($0.0, $0.1) }).encoded())
  }
}
