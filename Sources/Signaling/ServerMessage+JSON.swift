import Bytes

extension ServerMessage {
  /// This message as JSON in UTF-8.
  package func encoded() -> [UInt8] {
    let (type, members) = body
    return JSONValue.object(
      [JSONMember("v", .integer(Limits.version)), JSONMember("type", .string(type))] + members
    ).encoded()
  }

  private var body: (type: String, members: [JSONMember]) {
    switch self {
    case .welcome(let welcome): ("welcome", welcome.members)
    case .answer(let sdp): ("answer", [JSONMember("sdp", .string(sdp))])
    case .joined(let entry): ("joined", [JSONMember("participant", entry.json)])
    case .updated(let index, let media):
      ("updated", [JSONMember("index", .index(index)), JSONMember("media", media.json)])
    case .left(let index, let reason):
      ("left", [JSONMember("index", .index(index)), JSONMember("reason", .string(reason.rawValue))])
    case .slots(let sources, let screen):
      (
        "slots",
        [
          JSONMember("slots", .array(sources.enumerated().map { .slot($0.offset, source: $0.element) })),
          JSONMember("screen", .index(screen)),
        ]
      )
    case .message(let from, let box, let sequence):
      (
        "message",
        [
          JSONMember("from", .index(from)), JSONMember("box", .bytes(box)), JSONMember("seq", .integer(sequence)),
        ]
      )
    case .createGroup: ("create_group", [])
    case .commitRequest(let packages):
      ("commit_request", [JSONMember("packages", .array(packages.map { .bytes($0) }))])
    case .proposal(let box): ("proposal", [JSONMember("box", .bytes(box))])
    case .commit(let epoch, let from, let box):
      (
        "commit",
        [JSONMember("epoch", .epoch(epoch)), JSONMember("from", .index(from)), JSONMember("box", .bytes(box))]
      )
    case .commitRefused(let epoch): ("commit_refused", [JSONMember("epoch", .epoch(epoch))])
    case .groupWelcome(let welcome, let tree):
      ("group_welcome", [JSONMember("welcome", .bytes(welcome)), JSONMember("tree", .bytes(tree))])
    case .groupInfo(let info, let tree):
      ("group_info", [JSONMember("info", .bytes(info)), JSONMember("tree", .bytes(tree))])
    case .resync: ("resync", [])
    case .ready(let epoch): ("ready", [JSONMember("epoch", .epoch(epoch))])
    case .connection(let state): ("connection", [JSONMember("state", .string(state.rawValue))])
    case .layers(let picture, let layers, let isScalable):
      (
        "layers",
        [
          JSONMember("kind", .string(picture.rawValue)), JSONMember("layers", .array(layers.map { .bool($0) })),
          JSONMember("scalable", .bool(isScalable)),
        ]
      )
    case .path(let path): ("path", path.members)
    case .lobby(let state): ("lobby", [JSONMember("state", .string(state.rawValue))])
    case .knock(let knock): ("knock", knock.members)
    case .knockGone(let id): ("knock_gone", [JSONMember("id", .index(id))])
    case .frozen(let box): ("frozen", [JSONMember("box", .bytes(box))])
    case .invitations(let entries): ("invitations", [JSONMember("list", .array(entries.map { $0.json }))])
    case .error(let code, let fatal, let detail):
      (
        "error",
        [JSONMember("code", .string(code.rawValue)), JSONMember("fatal", .bool(fatal))]
          + (detail.map { [JSONMember("detail", .string($0.text))] } ?? [])
      )
    case .closing: ("closing", [JSONMember("reason", .string("restart"))])
    case .pong: ("pong", [])
    }
  }
}

extension Welcome {
  fileprivate var members: [JSONMember] {
    [
      JSONMember("index", .index(index)),
      JSONMember("resume", .string(resume)),
      JSONMember("resumed", .bool(resumed)),
      JSONMember("participants", .array(participants.map { $0.json })),
      JSONMember(
        "limits",
        .object([
          JSONMember("participants", .integer(Int64(maximumParticipants))),
          JSONMember("message", .integer(Int64(Limits.box))),
        ])),
      JSONMember("instance", .string(instance)),
      JSONMember("sender_key", .bytes(senderKey)),
    ] + (invitation.map { [JSONMember("invitation", .bytes($0))] } ?? [])
  }
}

extension Knock {
  fileprivate var members: [JSONMember] {
    [
      JSONMember("id", .index(id)), JSONMember("join", .bytes(join)), JSONMember("device", .bytes(device)),
      JSONMember("again", .bool(again)),
    ] + (box.map { [JSONMember("box", .bytes($0))] } ?? [])
  }
}

extension InvitationEntry {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("id", .bytes(id)), JSONMember("box", .bytes(chain)), JSONMember("label", .bytes(label)),
      JSONMember("used", .index(used)), JSONMember("devices", .index(devices)), JSONMember("revoked", .bool(revoked)),
    ])
  }
}

extension DownPath {
  fileprivate var members: [JSONMember] {
    [
      JSONMember("state", .string(state.rawValue)), JSONMember("down", .integer(down)),
      JSONMember("proposal", .string(proposal.rawValue)),
    ]
  }
}

extension ParticipantEntry {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("index", .index(index)), JSONMember("join", .bytes(join)), JSONMember("media", media.json),
    ])
  }
}

extension MediaFlags {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("mic", .bool(mic)), JSONMember("camera", .bool(camera)), JSONMember("screen", .bool(screen)),
      JSONMember("screenAudio", .bool(screenAudio)),
    ])
  }
}

extension JSONValue {
  fileprivate static func bytes(_ bytes: [UInt8]) -> JSONValue { .string(Base64URL.encode(bytes)) }

  /// Clamped: an epoch beyond the integers of JSON is one that somebody made up.
  fileprivate static func epoch(_ epoch: UInt64) -> JSONValue { .integer(Int64(min(epoch, UInt64(Limits.epoch)))) }

  fileprivate static func index(_ index: Int?) -> JSONValue { index.map { .integer(Int64($0)) } ?? .null }

  fileprivate static func slot(_ slot: Int, source: Int?) -> JSONValue {
    .object([JSONMember("slot", .integer(Int64(slot))), JSONMember("index", .index(source))])
  }
}
