import Bytes
import ClientCore
import NIOCore
import NIOPosix
import NIOSSL
import NativeMLSCrypto

/// Participants of one room over TLS, the first of them its host.
struct Crowd {
  enum Failure: Error {
    /// Not `https://HOST:PORT/r/ROOM#1S`.
    case badLink
  }

  private let workers = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
  private let sockets = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let address: (name: String, port: Int)
  private let tls: NIOSSLContext
  let participants: [Participant]
  let connections: [Connection]
  let board = Board()

  /// `link` without a host: one is added.
  init(link: String, count: Int) throws {
    let parts = link.split(separator: "#")
    let place = parts[0].split(separator: "/").map(String.init)
    let address = place.dropFirst().first?.split(separator: ":") ?? []
    guard parts.count == 2, place.count == 4, place[2] == "r", address.count == 2, let port = Int(address[1]) else {
      throw Failure.badLink
    }
    self.address = (String(address[0]), port)
    var random = SystemRandomNumberGenerator()
    let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    let digest = Base64URL.encode(try HostKey<NativeX25519Suite>(seed: seed).digest)
    let governed = try MeetingLink(fragment: Array("\(parts[1]).\(digest)".utf8))
    let (board, workers, sockets) = (board, workers, sockets)
    participants = try (0..<count).map { number in
      try Participant(
        number: number, loop: workers.next(), link: governed, hostSeed: number == 0 ? seed : nil, board: board)
    }
    connections = participants.map { participant in
      Connection(loop: sockets.next(), host: place[1], hello: participant.hello(room: place[3])) { messages in
        participant.loop.execute { participant.receive(messages) }
      }
    }
    for (participant, connection) in zip(participants, connections) { participant.connection = connection }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    tls = try NIOSSLContext(configuration: configuration)
  }

  /// Connects them one after the other, evenly over `span`. Each enters as soon as its connection stands.
  func join(within span: Duration) async throws {
    let start = ContinuousClock.now
    for (number, connection) in connections.enumerated() {
      try await Task.sleep(until: start + span * number / max(1, connections.count - 1), clock: .continuous)
      let tls = tls
      _ = ClientBootstrap(group: connection.loop).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
          try pipeline.addHandler(connection)
        }
      }.connect(host: address.name, port: address.port)
    }
  }

  /// Runs `body` where the participant lives.
  func on<Result: Sendable>(
    _ number: Int, _ body: @escaping @Sendable (Participant) -> Result
  ) async throws -> Result {
    let participant = participants[number]
    return try await participant.loop.submit { body(participant) }.get()
  }

  /// Until all of them seal in one epoch, as `board.expect` said. The moments since when each has, ascending; nil when
  /// that takes longer.
  func converge(within limit: Duration) async throws -> [Instant]? {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let reached = board.reached { return reached }
      try await Task.sleep(for: .milliseconds(5))
    }
    return board.reached
  }

  /// Until nobody's epoch has changed for `calm`, or `limit` is over.
  func settle(_ calm: Duration, within limit: Duration) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end, Instant.now - board.changed < TimeDelta.milliseconds(calm.milliseconds) {
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// When each has said hello.
  var hellos: [Instant] {
    get async throws {
      var hellos: [Instant] = []
      for connection in connections {
        if let said = try await connection.loop.submit({ connection.saidHello }).get() { hellos.append(said) }
      }
      return hellos
    }
  }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
