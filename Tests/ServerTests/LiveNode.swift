import Foundation
import Logging
import ServiceLifecycle

@testable import Server

/// A node on a free port with a certificate and a client of its own, for as long as `body` takes.
enum LiveNode {
  static func running(
    connections: ConnectionLimits = ConnectionLimits(), _ body: @Sendable (Int, ServiceGroup) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
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
    let certificate = try CertificateStore.selfSigned(names: ["localhost", "127.0.0.1"], folder: folder.path)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var settings = NodeSettings(bind: "127.0.0.1", port: 0)
    settings.connections = connections
    let node = Node(
      settings: settings, certificate: certificate, files: try StaticFiles(folder: web.path), media: RecordingMedia(),
      events: MediaEvents(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      onListening: {
        port.yield($0)
        port.finish()
      })
    let group = ServiceGroup(
      configuration: .init(services: [node], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { port.finish() }
        try await group.run()
      }
      for await port in ports { try await body(port, group) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}
