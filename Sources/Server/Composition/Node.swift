import Bytes
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
package import NIOSSL
package import Rooms
import SFURuntime
import ServiceLifecycle
import Signaling
package import Store

/// Bounds and addresses of a node.
package struct NodeSettings: Sendable {
  /// Address that HTTPS listens on.
  package var bind: String
  /// TCP port of HTTPS; 0 takes a free one.
  package var port: Int
  package var maximumRooms: Int
  package var maximumParticipants: Int
  package var maximumInvitations = InvitationBook.maximum
  package var connections = ConnectionLimits()
  package var lobby = LobbyLimits()
  package var knocks = KnockLimits()
  /// Where metrics are told; nil for nowhere.
  package var metrics: MetricsAddress?

  package init(bind: String, port: Int, maximumRooms: Int = 200, maximumParticipants: Int = 100) {
    self.bind = bind
    self.port = port
    self.maximumRooms = maximumRooms
    self.maximumParticipants = maximumParticipants
  }
}

/// Where metrics are told: an address of this machine, and a TCP port of its own; 0 takes a free one.
package struct MetricsAddress: Equatable, Sendable {
  package var bind: String
  package var port: Int

  package init(bind: String, port: Int) {
    self.bind = bind
    self.port = port
  }
}

/// Certificate and key for HTTPS.
package struct NodeCertificate: Sendable {
  package var configuration: TLSConfiguration
  /// False for a certificate that the node made for itself.
  package var isPublic: Bool

  package init(configuration: TLSConfiguration, isPublic: Bool) {
    self.configuration = configuration
    self.isPublic = isPublic
  }
}

/// One `tertulia serve`: HTTPS, signalling and rooms over a media plane. Runs until it is told to stop, and then tells the
/// participants before it goes.
package struct Node: Service, CustomStringConvertible {
  /// Nothing of what it holds: whoever runs services writes them to logs.
  package var description: String { "node" }

  package let metrics: Metrics
  package let directory: RoomDirectory
  package let connections: Connections
  private let settings: NodeSettings
  private let certificate: NodeCertificate
  private let files: StaticFiles
  let media: any MediaService
  private let events: MediaEvents
  private let clock: NodeClock
  let archive: RoomArchive?
  private let accounts: AccountService?
  let logger: Logger
  private let onListening: @Sendable (_ port: Int) async -> Void
  let onMetrics: @Sendable (_ port: Int) async -> Void
  let started = Date.now.timeIntervalSince1970

  /// After `closing` was said: time for clients to go by themselves.
  private static let farewell = Duration.seconds(3)
  private static let reportPeriod = 60
  /// Of giving back memory, while people come and go.
  private static let tidyPeriod = 4

  package init(
    settings: NodeSettings, certificate: NodeCertificate, files: StaticFiles, media: any MediaService,
    events: MediaEvents, archive: RoomArchive? = nil, keeper: any RoomKeeping = MemoryRoomKeeper(),
    accounts: AccountService? = nil,
    clock: NodeClock = .continuous, logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in },
    onMetrics: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.settings = settings
    self.certificate = certificate
    self.files = files
    self.media = media
    self.events = events
    self.clock = clock
    self.archive = archive
    self.accounts = accounts
    self.logger = logger
    self.onListening = onListening
    self.onMetrics = onMetrics
    metrics = Metrics()
    connections = Connections(limits: settings.connections, metrics: metrics)
    let context = RoomContext(
      limits: RoomLimits(participants: settings.maximumParticipants, invitations: settings.maximumInvitations),
      media: media, metrics: metrics, clock: clock,
      instance: Base64URL.encode(.random(count: 12)), keeper: keeper, lobby: settings.lobby, knocks: settings.knocks)
    directory = RoomDirectory(context: context, maximumRooms: settings.maximumRooms)
  }

  package func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await events.forEachBatch { await directory.deliver($0) } }
      group.addTask { await tick() }
      group.addTask { await keepWriting() }
      if let accounts { group.addTask { await accounts.run() } }
      if let address = settings.metrics { group.addTask { await serveMetrics(address) } }
      let server = application
      try await withGracefulShutdownHandler {
        try await server.run()
      } onGracefulShutdown: {
        Task { await sayGoodbye() }
      }
      group.cancelAll()
    }
    // Last: what the final goodbyes changed.
    await archive?.flush()
  }

  /// On its own, so that a slow disk delays nothing else.
  private func keepWriting() async {
    guard let archive else { return }
    while (try? await Task.sleep(for: .seconds(1))) != nil { await archive.flush() }
  }

  private var application: Application<NodeResponder> {
    let services = ClientSession.Services(
      directory: directory, connections: connections, media: media, metrics: metrics, clock: clock)
    let tls = certificate.configuration
    // Its messages may name addresses: only what went wrong with the node itself is let through.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    return Application(
      responder: NodeResponder(
        files: files, accounts: accounts.map { AccountAPI(desk: $0.desk, clock: clock) },
        isPublic: certificate.isPublic),
      server: HTTPServerBuilder { responder in
        try TLSChannel(WebSocketChannel(responder: responder, services: services), tlsConfiguration: tls)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(settings.bind, port: settings.port), backlog: 1024,
        availableConnectionsDelegate: .maximum(settings.connections.connections * 2, logger: quiet)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? settings.port) },
      logger: quiet)
  }

  /// Once a second: everything that happens because time has passed.
  private func tick() async {
    var (ticks, tidied) = (0, connections.changes)
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      connections.sweep(now: clock.now)
      await directory.advance()
      ticks += 1
      if ticks % Self.reportPeriod == 0 { await report() }
      guard ticks % Self.tidyPeriod == 0, connections.changes != tidied else { continue }
      tidied = connections.changes
      LargeBlocks.giveBack()
    }
  }

  private func report() async {
    guard logger.logLevel <= .debug else { return }
    let snapshot = metrics.snapshot
    var metadata: Logger.Metadata = [
      "rooms": "\(await directory.count)", "connections": "\(connections.count)", "joins": "\(snapshot.joins)",
      "resumptions": "\(snapshot.resumptions)",
    ]
    for (code, count) in snapshot.refusals { metadata["refused_\(code.rawValue)"] = "\(count)" }
    for (closure, count) in snapshot.closures { metadata["closed_\(closure.rawValue)"] = "\(count)" }
    for (delivery, count) in snapshot.deliveries { metadata["group_\(delivery.rawValue)"] = "\(count)" }
    for (name, count) in await media.report() { metadata["media_\(name)"] = "\(count)" }
    logger.debug("counters", metadata: metadata)
  }

  private func sayGoodbye() async {
    logger.info("stopping", metadata: ["connections": "\(connections.count)"])
    connections.closeAll()
    try? await Task.sleep(for: Self.farewell)
    connections.abortAll()
  }
}
