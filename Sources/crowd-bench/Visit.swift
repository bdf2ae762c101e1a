import Bytes
import ClientCore
import NIOCore
import NIOPosix
import RoomRules

/// Somebody in a room: who they are there, and the connection that they have to the node.
struct Visit: Sendable {
  let participant: Participant
  let connection: Connection
  private let site: Site

  /// `hostSeed` is nil for everybody but the host; `delay` that of every byte, each way.
  init(
    _ number: Int, in address: RoomAddress, at site: Site, hostSeed: [UInt8]? = nil, board: Board,
    delay: TimeAmount = .zero
  ) throws {
    let participant = try Participant(
      number: number, loop: site.workers.next(), link: address.link, hostSeed: hostSeed, board: board)
    self.participant = participant
    self.site = site
    connection = Connection(
      loop: site.sockets.next(), host: site.authority, hello: try participant.hello(room: address.room), delay: delay
    ) { messages in
      participant.loop.execute { participant.receive(messages) }
    }
    participant.connection = connection
  }

  /// Enters as soon as the connection stands.
  func begin() { site.connect(connection, as: participant.number) }

  /// Runs `body` where the participant lives.
  func on<Result: Sendable>(_ body: @escaping @Sendable (Participant) -> Result) async throws -> Result {
    let participant = participant
    return try await participant.loop.submit { body(participant) }.get()
  }

  func feed(_ input: MeetingInput) async throws { try await on { $0.feed(input) } }

  /// Looks every 50 ms, as a page does, whether it has come about. False when it has not within `limit`.
  func until(within limit: Duration, _ holds: @escaping @Sendable (Participant) -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      if try await on(holds) { return true }
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Makes a room as a host's page does: the group stands, its rules too, and its door is open. Steps as in
  /// Web/app/mover.js. False when that takes too long.
  func open() async throws -> Bool {
    begin()
    guard try await until(within: .seconds(20), { ($0.sight.security?.counter ?? 0) > 0 }) else { return false }
    var patch = RulesPatch()
    patch.door = .open
    patch.veilsNewcomers = false
    try await feed(.setRules(patch))
    return try await until(within: .seconds(8)) { $0.sight.security?.door == .open }
  }
}
