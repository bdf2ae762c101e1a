import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Store

extension Node {
  private static let metricsConnections = 16

  /// Serves the metrics until the node ends. That the port is taken is worth a warning and no more.
  func serveMetrics(_ address: MetricsAddress) async {
    var quiet = logger
    quiet.logLevel = .critical
    let server = Application(
      responder: MetricsResponder { await metricsPage.text },
      server: .http1(),
      configuration: ApplicationConfiguration(
        address: .hostname(address.bind, port: address.port),
        availableConnectionsDelegate: .maximum(Self.metricsConnections, logger: quiet)),
      onServerRunning: { channel in await onMetrics(channel.localAddress?.port ?? address.port) },
      logger: quiet)
    do {
      try await server.run()
    } catch {
      guard !Task.isCancelled else { return }
      logger.warning(
        "metrics are not served: their port is in use or not this machine's; see --metrics-port and --metrics-bind",
        metadata: ["port": "\(address.port)"])
    }
  }

  private var metricsPage: MetricsPage {
    get async {
      let halfOpen = connections.halfOpenCount
      let count = connections.count
      let waiting = connections.waitingCount
      return MetricsPage(
        signalling: metrics.snapshot, rooms: await directory.count, connections: count,
        participants: max(0, count - halfOpen - waiting), waiting: waiting, shards: await media.shardCounters(),
        steering: media.steeringStatus, archive: archive?.status, process: .now(), started: started)
    }
  }
}
