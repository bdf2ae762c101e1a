import Bytes
import ClientCore
import NIOCore
import NIOPosix
import NIOSSL

/// A node, and the threads on which those live who visit it.
struct Site: Sendable {
  enum Failure: Error {
    /// Not `https://HOST:PORT`.
    case badOrigin
  }

  let workers = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
  let sockets = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  /// As `Host` names it.
  let authority: String
  private let name: String
  private let port: Int
  private let tls: NIOSSLContext

  init(origin: String) throws {
    let parts = origin.split(separator: "/").map(String.init)
    let address = parts.last?.split(separator: ":") ?? []
    guard parts.first == "https:", parts.count == 2, address.count == 2, let port = Int(address[1]) else {
      throw Failure.badOrigin
    }
    authority = parts[1]
    // By IPv4, as each participant comes from.
    name = address[0] == "localhost" ? "127.0.0.1" : String(address[0])
    self.port = port
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    tls = try NIOSSLContext(configuration: configuration)
  }

  /// Begins; whatever becomes of it the connection hears. Each participant comes from an address of its own, as people do who are
  /// not in one place: the node bounds hellos by source.
  func connect(_ connection: Connection, as number: Int) {
    let tls = tls
    guard let source = try? SocketAddress(ipAddress: "127.1.\(number / 250).\(number % 250 + 1)", port: 0) else {
      return connection.fail()
    }
    let bootstrap = ClientBootstrap(group: connection.loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(connection.lag)
        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
        try pipeline.addHandler(connection)
      }
    }
    bootstrap.bind(to: source).connect(host: name, port: port).whenFailure { _ in connection.fail() }
  }
}

/// A room with a host, as a link names it.
struct RoomAddress: Sendable {
  let room: String
  let link: MeetingLink

  /// One that nobody has opened yet. `host` is the digest of its host's key.
  static func fresh(host: [UInt8]) -> RoomAddress {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let room = String((0..<16).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] })
    return RoomAddress(room: room, link: MeetingLink(host: host, using: &random))
  }
}
