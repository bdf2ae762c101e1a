import Bytes
import ClientCore
import NIOCore
import NativeMLSCrypto

/// Participants of one room, the first of them its host.
struct Crowd: Sendable {
  let address: RoomAddress
  let visits: [Visit]
  let board = Board()

  /// A new room. `delay` is that of every byte, each way.
  init(of count: Int, at site: Site, delay: TimeAmount = .zero) throws {
    let seed = [UInt8].random(HostKey<NativeX25519Suite>.seedLength)
    let address = RoomAddress.fresh(host: try HostKey<NativeX25519Suite>(seed: seed).digest)
    let board = board
    self.address = address
    visits = try (0..<count).map { number in
      try Visit(
        number, in: address, at: site, hostSeed: number == 0 ? seed : nil, board: board, delay: delay)
    }
  }

  /// The host comes and opens the door, then all the others, one after the other and evenly over `span`. False when the room did
  /// not come to be.
  func join(within span: Duration) async throws -> Bool {
    guard try await visits[0].open() else { return false }
    let start = ContinuousClock.now
    for (number, visit) in visits.dropFirst().enumerated() {
      try await Task.sleep(until: start + span * number / max(1, visits.count - 2), clock: .continuous)
      visit.begin()
    }
    return true
  }

  /// Runs `body` where the participant lives.
  func on<Result: Sendable>(
    _ number: Int, _ body: @escaping @Sendable (Participant) -> Result
  ) async throws -> Result {
    try await visits[number].on(body)
  }

  /// Until nobody's epoch has changed for `calm`, or `limit` is over.
  func settle(_ calm: Duration, within limit: Duration) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end, Instant.now - board.changed < TimeDelta.milliseconds(calm.milliseconds) {
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// When each but the host has said hello.
  var hellos: [Instant] {
    get async throws {
      var hellos: [Instant] = []
      for visit in visits.dropFirst() {
        if let said = try await visit.connection.loop.submit({ visit.connection.saidHello }).get() {
          hellos.append(said)
        }
      }
      return hellos
    }
  }

  /// Alarms, errors and losses of the first `count`, by what they are.
  func complaints(of count: Int) async throws -> [String: Int] {
    var found: [String: Int] = [:]
    for number in 0..<count {
      let tally = try await on(number) { $0.tally }
      for error in tally.errors { found[error, default: 0] += 1 }
      if tally.alarms > 0 { found["alarm", default: 0] += tally.alarms }
    }
    return found
  }

  /// Everybody goes.
  func leave() async throws {
    for visit in visits { try await visit.on { $0.leave() } }
  }
}

extension Board {
  /// Until all of them seal in one epoch, as `expect` said. The moments since when each has, ascending; nil when that
  /// takes longer.
  func converge(within limit: Duration) async throws -> [Instant]? {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let reached { return reached }
      try await Task.sleep(for: .milliseconds(5))
    }
    return reached
  }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension [UInt8] {
  static func random(_ count: Int) -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }
}
