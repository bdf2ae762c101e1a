import Foundation
import Logging
import ServiceLifecycle

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

  private static func running(
    _ settings: NodeSettings, media: any MediaService, awaitsMetrics: Bool = false,
    _ body: @Sendable (Int, Int, ServiceGroup) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let web = try makeClient(in: folder)
    let certificate = try CertificateStore.selfSigned(names: ["localhost", "127.0.0.1"], folder: folder.path)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let (metricsPorts, metricsPort) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let node = Node(
      settings: settings, certificate: certificate, files: try StaticFiles(folder: web.path), media: media,
      events: MediaEvents(), logger: logger,
      onListening: {
        port.yield($0)
        port.finish()
      },
      onMetrics: {
        metricsPort.yield($0)
        metricsPort.finish()
      })
    let group = ServiceGroup(configuration: .init(services: [node], logger: logger))
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
