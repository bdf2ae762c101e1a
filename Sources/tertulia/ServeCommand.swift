import ArgumentParser
import Foundation
import Logging
import Server
import Store

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run a node until SIGINT or SIGTERM.",
    discussion: """
      Each option can also be an environment variable, TERTULIA_ and its name in capitals (--max-rooms: \
      TERTULIA_MAX_ROOMS), or a line in the --config file under its name without dashes in front (max-rooms: 50). \
      A flag wins over the environment, the environment over the file.

      Without --tls-cert the node makes a certificate on its first start and keeps it in the data folder; browsers \
      warn about it once. The log goes to standard error and holds nothing about people.
      """)

  @OptionGroup(title: "Where people find it") var address: AddressOptions
  @OptionGroup(title: "The node") var node: NodeOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  @Flag(
    help: """
      Print the link of a new room, alone on one line of standard output, once people can come. Whoever opens it is the \
      room's host.
      """)
  var printLink = false

  @Flag(help: "With --print-link: a room that nobody governs.")
  var withoutHost = false

  @Option(help: "trace, debug, info, notice, warning, error or critical. (default: info)")
  var logLevel: String?

  @Option(help: "text, or json for one object a line. (default: text)")
  var logFormat: String?

  func run() async throws {
    let settings = try await Settings(file: address.config)
    var options = ServeOptions()
    try address.apply(settings, to: &options)
    try node.apply(settings, to: &options)
    try limits.apply(settings, to: &options.limits)
    let logger = try logger(settings)
    let governance: RoomLink.Governance = withoutHost ? .nobody : .reader
    let link = printLink ? RoomLink.fresh(host: options.host, port: options.port, governedBy: governance) : nil
    do {
      try await Serve.run(options, logger: logger) {
        if let link { FileHandle.standardOutput.write(Data("\(link.text)\n".utf8)) }
      }
    } catch let error as ServeError {
      throw ValidationError(error.description)
    } catch let error as StoreError {
      throw ValidationError(error.description)
    }
  }

  private func logger(_ settings: Settings) throws -> Logger {
    let levelName = logLevel ?? settings.string("log-level") ?? "info"
    guard let level = Logger.Level(rawValue: levelName) else {
      throw ValidationError("--log-level must be trace, debug, info, notice, warning, error or critical.")
    }
    let format = logFormat ?? settings.string("log-format") ?? "text"
    guard format == "text" || format == "json" else { throw ValidationError("--log-format must be text or json.") }
    var logger = Logger(label: "tertulia") { label -> any LogHandler in
      if format == "json" { return JSONLineHandler(label: label) }
      return StreamLogHandler.standardError(label: label)
    }
    logger.logLevel = level
    return logger
  }
}
