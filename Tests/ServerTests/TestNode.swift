import Bytes
import RTCCore
import Rooms
import SFU
import SFURuntime
import Synchronization

@testable import Server
@testable import Signaling

/// Time that passes only when a test says so.
final class TestClock: Sendable {
  private let instant = Mutex(Instant.zero + .seconds(1_000))

  var clock: NodeClock { NodeClock { self.instant.withLock { $0 } } }
  var now: Instant { instant.withLock { $0 } }

  func pass(_ time: TimeDelta) { instant.withLock { $0 = $0 + time } }
}

/// A media plane that only remembers what it was told.
final class RecordingMedia: MediaService {
  private let posted = Mutex<[MediaCommand]>([])

  let description: LocalDescription = {
    let digest = [UInt8](repeating: 5, count: CertificateFingerprint.length)
    guard let fingerprint = digest.withUnsafeBytes(CertificateFingerprint.init(digest:)) else { fatalError("32 bytes") }
    return LocalDescription(
      fingerprint: fingerprint, candidates: ["1 1 udp 2130706431 127.0.0.1 8443 typ host"])
  }()

  func post(_ command: MediaCommand, in room: RoomID) { posted.withLock { $0.append(command) } }

  /// What is counted, as one shard's.
  let counters = Mutex(MediaPlaneCounters())
  /// Rooms that were entered and not left.
  private let entered = Mutex<[RoomID]>([])

  let steeringStatus: SteeringStatus? = nil

  func enter(_ room: RoomID) -> LocalDescription {
    entered.withLock { $0.append(room) }
    return description
  }

  func leave(_ room: RoomID) {
    entered.withLock { entered in
      if let index = entered.firstIndex(of: room) { entered.remove(at: index) }
    }
  }

  var heldRooms: Int { entered.withLock { $0.count } }

  func shardCounters() async -> [MediaPlaneCounters] { [counters.withLock { $0 }] }

  /// What was posted since the last call.
  func take() -> [MediaCommand] {
    posted.withLock { posted in
      defer { posted = [] }
      return posted
    }
  }
}

/// The signalling half of a node without sockets, under a clock that is turned by hand.
struct TestNode {
  let time = TestClock()
  let media = RecordingMedia()
  let metrics = Metrics()
  let connections: Connections
  let directory: RoomDirectory
  let services: ClientSession.Services

  init(
    participants: Int = 10, rooms: Int = 10, limits: ConnectionLimits = ConnectionLimits(),
    keeper: any RoomKeeping = MemoryRoomKeeper()
  ) {
    connections = Connections(limits: limits, metrics: metrics)
    let context = RoomContext(
      limits: .init(participants: participants), media: media, metrics: metrics, clock: time.clock,
      instance: "instance", keeper: keeper, unixTime: { 1_800_000_000 })
    directory = RoomDirectory(context: context, maximumRooms: rooms)
    services = ClientSession.Services(
      directory: directory, connections: connections, media: media, metrics: metrics, clock: time.clock)
  }

  /// What happens by itself in that time, second by second.
  func pass(seconds: Int) async {
    for _ in 0..<seconds {
      time.pass(.seconds(1))
      connections.sweep(now: time.now)
      await directory.advance()
    }
  }
}

/// One client, from the node's side of the socket.
final class TestClient {
  let outbox: Outbox
  let id: ConnectionID?
  private var session: ClientSession?
  private var iterator: AsyncStream<OutgoingFrame>.AsyncIterator
  private var marks: UInt8 = 0
  private(set) var isCut = false

  init(_ node: TestNode, source: SourceDigest? = nil) {
    outbox = Outbox { _ in }
    iterator = outbox.stream.makeAsyncIterator()
    id = node.connections.open(outbox, now: node.time.now)
    session = id.map { ClientSession(Peer(id: $0, outbox: outbox, source: source), node.services) }
  }

  /// False when the conversation is over.
  @discardableResult
  func say(_ text: String) async -> Bool { await say(Array(text.utf8)) }

  @discardableResult
  func say(_ bytes: [UInt8]) async -> Bool { await session?.receive(bytes) ?? false }

  func lose() async { await session?.close() }

  /// Frames that wait to be written, in order; nothing that is still to come.
  func frames() async -> [OutgoingFrame] {
    marks &+= 1
    let mark = OutgoingFrame.pong([0xEE, marks])
    outbox.send(mark)
    var frames: [OutgoingFrame] = []
    while let frame = await iterator.next(), frame != mark { frames.append(frame) }
    return frames
  }

  /// Messages that wait to be written; pings and closing left out.
  func messages() async throws -> [JSONValue] {
    var messages: [JSONValue] = []
    for case .text(let bytes) in await frames() { messages.append(try JSONReader.read(bytes)) }
    return messages
  }

  /// Takes what waits, and gives the type of each message.
  func types() async throws -> [String] { try await messages().map { $0.text("type") } }
}

extension JSONValue {
  func text(_ name: String) -> String {
    guard case .string(let text)? = self[name] else { return "" }
    return text
  }

  func number(_ name: String) -> Int? {
    guard case .integer(let value)? = self[name] else { return nil }
    return Int(value)
  }
}

/// Counts calls from any thread.
final class Counter: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock { $0 } }

  func add() { value.withLock { $0 += 1 } }
}

/// What an `error` message says.
struct Refusal: Equatable {
  let code: String
  var detail = ""
  let fatal: Bool

  init(_ code: String, _ detail: String = "", fatal: Bool) {
    self.code = code
    self.detail = detail
    self.fatal = fatal
  }
}

extension TestClient {
  /// Takes what waits, and gives the last error in it.
  func lastRefusal() async throws -> Refusal? {
    for message in try await messages().reversed() where message.text("type") == "error" {
      return Refusal(message.text("code"), message.text("detail"), fatal: message["fatal"] == .bool(true))
    }
    return nil
  }
}
