internal import Signaling

/// A participant of a room of Janus's videoroom plugin (1.x, subprotocol `janus-protocol`): one handle publishes, another
/// subscribes to all the feeds in one connection. Whoever comes first makes the room.
struct JanusConversation: Conversation {
  /// What the answer to a request is for, by the transaction's number.
  private enum Request {
    case session, publisher, subscriber, room, publish, subscribe, other
  }

  private let room: Int
  /// The own feed, from 1; nil of one who only receives.
  private let feed: Int?
  /// Feeds to subscribe to.
  private let feeds: [Int]
  /// Publishers in the room.
  private let publishers: Int
  private var offer: MediaOffer?
  private var requests: [Int: Request] = [:]
  private var transaction = 0
  private var session: Int?
  private var publishing: Int?
  private var subscribing: Int?
  private var ticks = 0
  private var isOver = false
  private var wantsToSubscribe = false

  private static let ticksOfKeepAlive = 100

  init(room: Int, feed: Int?, feeds: [Int], publishers: Int) {
    self.room = room
    self.feed = feed
    self.feeds = feeds
    self.publishers = publishers
  }

  mutating func begin(offer: MediaOffer?) -> [Step] {
    self.offer = offer
    return [ask(.session, "create")]
  }

  mutating func receive(_ message: [UInt8]) -> [Step] {
    guard !isOver, let value = try? JSONReader.read(message, most: 1 << 16), let kind = value["janus"]?.text else {
      return fail(.nonsense)
    }
    switch kind {
    case "success", "event": break
    case "error": return fail(.refusedByJanus)
    case "hangup", "timeout": return fail(.mediaLost)
    default: return []
    }
    let data = value["plugindata"]?["data"]
    let request = value["transaction"]?.text.flatMap { Int($0) }.flatMap { requests.removeValue(forKey: $0) }
    // The room that somebody else has made is no error (427).
    if let code = data?["error_code"]?.number, !(request == .room && code == 427) { return fail(.refusedByJanus) }
    if let sdp = value["jsep"]?["sdp"]?.text {
      return value["jsep"]?["type"]?.text == "offer" ? [.offered(sdp)] : [.joined, .answered(sdp)]
    }
    return request.map { proceed(from: $0, id: value["data"]?["id"]?.number) } ?? []
  }

  /// The request has been granted; `id` is what it made.
  private mutating func proceed(from request: Request, id: Int?) -> [Step] {
    switch request {
    case .session:
      session = id
      return [attach(.publisher)]
    case .publisher:
      publishing = id
      return [ask(.room, "message", handle: publishing, body: creation)]
    case .room:
      guard feed != nil else { return wantsToSubscribe ? [.joined, attach(.subscriber)] : [.joined] }
      return [ask(.publish, "message", handle: publishing, body: publication, jsep: ("offer", offer?.sdp ?? ""))]
    case .subscriber:
      subscribing = id
      return [ask(.subscribe, "message", handle: subscribing, body: subscription)]
    case .publish, .subscribe, .other: return []
    }
  }

  mutating func answer(_ sdp: String) -> [Step] {
    let start = [JSONMember("request", .string("start"))]
    return [ask(.other, "message", handle: subscribing, body: start, jsep: ("answer", sdp))]
  }

  mutating func sendersArePresent() -> [Step] {
    guard !feeds.isEmpty, !wantsToSubscribe else { return [] }
    wantsToSubscribe = true
    return publishing == nil ? [] : [attach(.subscriber)]
  }

  mutating func tick() -> [Step] {
    ticks += 1
    guard session != nil, ticks % Self.ticksOfKeepAlive == 0 else { return [] }
    return [ask(.other, "keepalive")]
  }

  mutating func leave() -> [Step] {
    isOver = true
    return [ask(.other, "destroy")]
  }

  private mutating func fail(_ fault: Fault) -> [Step] {
    guard !isOver else { return [] }
    isOver = true
    return [.failed(fault)]
  }
}

// MARK: - Requests

extension JanusConversation {
  private mutating func attach(_ request: Request) -> Step {
    ask(request, "attach", [JSONMember("plugin", .string("janus.plugin.videoroom"))])
  }

  private mutating func ask(
    _ request: Request, _ verb: String, handle: Int?, body: [JSONMember], jsep: (type: String, sdp: String)? = nil
  ) -> Step {
    var members = [JSONMember("body", .object(body))]
    if let handle { members.append(JSONMember("handle_id", .integer(Int64(handle)))) }
    if let jsep {
      members.append(
        JSONMember("jsep", .object([JSONMember("type", .string(jsep.type)), JSONMember("sdp", .string(jsep.sdp))])))
    }
    return ask(request, verb, members)
  }

  private mutating func ask(_ request: Request, _ verb: String, _ members: [JSONMember] = []) -> Step {
    transaction += 1
    requests[transaction] = request
    var all = [JSONMember("janus", .string(verb)), JSONMember("transaction", .string(String(transaction)))]
    if let session { all.append(JSONMember("session_id", .integer(Int64(session)))) }
    return .send(JSONValue.object(all + members).encoded())
  }

  /// No limit of Janus's own on the rate, and nothing that costs it beside forwarding.
  private var creation: [JSONMember] {
    [
      JSONMember("request", .string("create")), JSONMember("room", .integer(Int64(room))),
      JSONMember("publishers", .integer(Int64(publishers))), JSONMember("bitrate", .integer(0)),
      JSONMember("videocodec", .string("vp8")), JSONMember("audiocodec", .string("opus")),
      JSONMember("permanent", .bool(false)), JSONMember("notify_joining", .bool(false)),
    ]
  }

  private var publication: [JSONMember] {
    [
      JSONMember("request", .string("joinandconfigure")), JSONMember("ptype", .string("publisher")),
      JSONMember("room", .integer(Int64(room))), JSONMember("id", .integer(Int64(feed ?? 0))),
    ]
  }

  private var subscription: [JSONMember] {
    let streams = feeds.map { JSONValue.object([JSONMember("feed", .integer(Int64($0)))]) }
    return [
      JSONMember("request", .string("join")), JSONMember("ptype", .string("subscriber")),
      JSONMember("room", .integer(Int64(room))), JSONMember("streams", .array(streams)),
    ]
  }
}
