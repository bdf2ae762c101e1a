import AccountServices
import Glibc
package import Logging
import Rooms
import SFURuntime
import ServiceLifecycle
import Signaling
import Store
import UnixSignals

/// Everything that an operator can say about `tertulia serve`. The initial values are the defaults.
package struct ServeOptions: Equatable, Sendable {
  /// Name or address in links, and in the certificate that the node makes.
  package var host = "localhost"
  /// Address to listen on; nil for every one.
  package var bind: String?
  /// TCP for HTTPS and, the same number, UDP for media; 1...65535.
  package var port = 8443
  package var data = "data"
  package var web = ".build/web"
  /// Addresses that clients send media to; empty for those of the interfaces.
  package var publicAddresses: [String] = []
  package var tlsCertificate: String?
  package var tlsKey: String?
  package var maximumRooms = 200
  package var maximumParticipants = 100
  package var limits = NodeLimits()
  /// Threads for media, 1...16; nil for one less than there are CPUs.
  package var mediaThreads: Int?
  /// Address and TCP port that metrics are told on; 0 for nowhere.
  package var metricsBind = "127.0.0.1"
  package var metricsPort = 9464

  package init() {}

  /// What is wrong, in words for the operator.
  package func validate() throws(ServeError) {
    guard (1...65_535).contains(port) else { throw .invalid("--port must be between 1 and 65535.") }
    guard (1...100_000).contains(maximumRooms) else { throw .invalid("--max-rooms must be between 1 and 100000.") }
    guard (2...(Limits.index + 1)).contains(maximumParticipants) else {
      throw .invalid("--max-participants must be between 2 and \(Limits.index + 1).")
    }
    try limits.validate()
    guard (1...16).contains(mediaThreads ?? 1) else { throw .invalid("--media-threads must be between 1 and 16.") }
    guard (0...65_535).contains(metricsPort), metricsPort != port else {
      throw .invalid("--metrics-port must be between 1 and 65535 and not the port of HTTPS, or 0 for no metrics.")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw .invalid("--tls-cert and --tls-key belong together: give both, or neither.")
    }
    guard !host.isEmpty, host.allSatisfy({ $0.isASCII && !$0.isWhitespace && !"/#?@".contains($0) }) else {
      throw .invalid("--host must be a DNS name or an IP address, without https:// and without port.")
    }
  }
}

/// Why a node does not start. The description tells the operator what to do.
package enum ServeError: Error, Equatable, CustomStringConvertible {
  case invalid(String)
  case media(String)

  package var description: String {
    switch self {
    case .invalid(let text): text
    case .media(let text): "Media cannot start: \(text)."
    }
  }
}

/// `tertulia serve`: puts a node together from options and runs it until SIGINT or SIGTERM.
package enum Serve {
  /// Returns when the node has stopped gracefully. `onListening` is called once people can come.
  package static func run(
    _ options: ServeOptions, logger: Logger, onListening: @escaping @Sendable () -> Void
  ) async throws {
    try options.validate()
    raiseFileLimit(logger)
    LargeBlocks.takeOwnPages()
    let files = try StaticFiles(folder: options.web)
    let certificate = try certificate(options)
    let store = try Store.open(folder: options.data, as: .node)
    defer { try? store.close() }
    let archive = try await RoomArchive(store: store, maximumRooms: options.limits.keptRooms) {
      StoreReport.log($0, to: logger)
    }
    let events = MediaEvents()
    let plane = try plane(options, events)
    defer { plane.stop() }
    describe(plane, logger)
    var settings = NodeSettings(
      bind: options.bind ?? everyAddress, port: options.port, maximumRooms: options.maximumRooms,
      maximumParticipants: options.maximumParticipants)
    settings.maximumInvitations = options.limits.invitations
    settings.lobby.waiting = options.limits.waiting
    settings.knocks.perRoom = Int64(options.limits.knocksPerMinute)
    if options.metricsPort > 0 {
      settings.metrics = MetricsAddress(bind: options.metricsBind, port: options.metricsPort)
    }
    let node = Node(
      settings: settings,
      certificate: certificate, files: files, media: plane, events: events, archive: archive,
      keeper: ArchiveRoomKeeper(archive: archive),
      accounts: AccountService(store: store, settings: options.limits.accounts, logger: logger),
      logger: logger,
      onListening: { port in
        logger.info(
          "listening", metadata: ["port": "\(port)", "certificate": "\(certificate.isPublic ? "given" : "own")"])
        onListening()
      })
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .error)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [node], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
    logger.info("stopped")
  }

  /// One CPU is left to signalling and to the kernel.
  package static var defaultMediaThreads: Int { max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1, 16)) }

  /// What an operator may want to change about the machine.
  private static func describe(_ plane: MediaPlane, _ logger: Logger) {
    logger.info("media", metadata: ["port": "\(plane.port)", "threads": "\(plane.shardCount)"])
    let buffers = plane.buffers
    if buffers.isShort {
      logger.warning(
        "the kernel grants small socket buffers: bursts may be lost. `tertulia doctor` says what to write where",
        metadata: ["asked": "\(buffers.asked)", "receive": "\(buffers.receive)", "send": "\(buffers.send)"])
    }
    if let steering = plane.steeringStatus, steering.refusals > 0 {
      logger.notice("the kernel does not steer datagrams to media threads: they hand them over themselves")
    }
  }

  private static func certificate(_ options: ServeOptions) throws -> NodeCertificate {
    if let chain = options.tlsCertificate, let key = options.tlsKey {
      return try CertificateStore.load(chain: chain, key: key)
    }
    var names: [String] = []
    for name in [options.host, "localhost", "127.0.0.1", "::1"] + options.publicAddresses where !names.contains(name) {
      names.append(name)
    }
    return try CertificateStore.selfSigned(names: names, folder: options.data)
  }

  private static func plane(_ options: ServeOptions, _ events: MediaEvents) throws(ServeError) -> MediaPlane {
    let configuration = MediaPlaneConfiguration(
      bindAddress: options.bind, port: UInt16(options.port), advertisedAddresses: options.publicAddresses,
      shards: options.mediaThreads ?? defaultMediaThreads)
    do throws(MediaPlaneError) {
      return try MediaPlane(configuration: configuration) { events.post($0) }
    } catch {
      throw .media(error.description)
    }
  }

  /// `::` takes IPv4 as well, but a machine may have been made without IPv6.
  private static var everyAddress: String {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return "0.0.0.0" }
    close(descriptor)
    return "::"
  }

  /// The usual soft limit is a thousand files, less than the connections that this node takes.
  private static func raiseFileLimit(_ logger: Logger) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    if setrlimit(resource, &limit) != 0 { logger.warning("file limit could not be raised") }
  }
}
