import AccountServices
import Foundation
import Logging
import ServiceLifecycle
import Store
import Synchronization

@testable import Server

/// A node on free ports with a certificate and a client of its own, for as long as `body` takes.
enum LiveNode {
  /// `body` is given the port of HTTPS.
  static func running(
    connections: ConnectionLimits = ConnectionLimits(), _ body: @Sendable (Int, ServiceGroup) async throws -> Void
  ) async throws {
    var settings = NodeSettings(bind: "127.0.0.1", port: 0)
    settings.connections = connections
    try await running(settings, media: RecordingMedia()) { port, _, group in try await body(port, group) }
  }

  /// `body` is given the port of HTTPS and that of the metrics, 0 when it is not awaited.
  static func running(
    media: any MediaService, metricsPort: Int = 0, awaitsMetrics: Bool = true,
    _ body: @Sendable (_ port: Int, _ metrics: Int) async throws -> Void
  ) async throws {
    var settings = NodeSettings(bind: "127.0.0.1", port: 0)
    settings.metrics = MetricsAddress(bind: "127.0.0.1", port: metricsPort)
    try await running(settings, media: media, awaitsMetrics: awaitsMetrics) { port, metrics, _ in
      try await body(port, metrics)
    }
  }

  /// A node with accounts, which tells `log` what it has to say.
  static func running(
    registration: RegistrationPolicy, log: RecordedLog = RecordedLog(),
    _ body: @Sendable (Int, ServiceGroup) async throws -> Void
  ) async throws {
    try await running(
      NodeSettings(bind: "127.0.0.1", port: 0), media: RecordingMedia(), registration: registration, log: log
    ) { port, _, group in try await body(port, group) }
  }

  private static func running(
    _ settings: NodeSettings, media: any MediaService, awaitsMetrics: Bool = false,
    registration: RegistrationPolicy? = nil, log: RecordedLog = RecordedLog(),
    _ body: @Sendable (Int, Int, ServiceGroup) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let web = try makeClient(in: folder)
    let certificate = try CertificateStore.selfSigned(names: ["localhost", "127.0.0.1"], folder: folder.path)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let (metricsPorts, metricsPort) = AsyncStream.makeStream(of: Int.self)
    let logger = log.logger
    let accounts = try registration.map { registration in
      AccountService(
        store: try Store.open(folder: folder.appending(path: "data").path, as: .node),
        settings: AccountSettings(registration: registration), logger: logger)
    }
    let node = Node(
      settings: settings, certificate: certificate, files: try StaticFiles(folder: web.path), media: media,
      events: MediaEvents(), accounts: accounts, logger: logger,
      onListening: {
        port.yield($0)
        port.finish()
      },
      onMetrics: {
        metricsPort.yield($0)
        metricsPort.finish()
      })
    // As in `Serve`: at lower levels the library prints the services that it runs, their addresses included.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    let group = ServiceGroup(configuration: .init(services: [node], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer {
          port.finish()
          metricsPort.finish()
        }
        try await group.run()
      }
      var metrics = 0
      if awaitsMetrics { for await port in metricsPorts { metrics = port } }
      for await port in ports { try await body(port, metrics, group) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// The folder of a small client.
  private static func makeClient(in folder: URL) throws -> URL {
    let web = folder.appending(path: "web")
    try FileManager.default.createDirectory(at: web.appending(path: "app"), withIntermediateDirectories: true)
    for (path, text) in [
      "index.html": "<!doctype html>index", "app/main.js": "plain", "app/main.js.gz": "compressed",
      "core.wasm.br": "brotli", "core.wasm.gz": "gzip", ".secret": "no",
      "core.wasm": "wasm",
    ] {
      try Data(text.utf8).write(to: web.appending(path: path))
    }
    try Data("outside".utf8).write(to: folder.appending(path: "outside.txt"))
    return web
  }
}

/// Keeps everything that is logged, down to the finest level.
final class RecordedLog: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  var logger: Logger {
    var logger = Logger(label: "test", factory: { _ in Handler(log: self) })
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let log: RecordedLog
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      log.lines.withLock { $0.append("\(event.message) \(metadata) \(event.metadata ?? [:])") }
    }
  }
}
