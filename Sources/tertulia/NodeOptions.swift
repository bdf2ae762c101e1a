import AccountServices
import ArgumentParser
import Server

/// Where people find the node: common to serving and to making links.
struct AddressOptions: ParsableArguments {
  @Option(help: "Name or address in links, and in the certificate that the node makes. (default: localhost)")
  var host: String?

  @Option(help: "TCP port of HTTPS and, the same number, UDP port of media. (default: 8443)")
  var port: Int?

  @Option(help: ArgumentHelp("Settings in YAML or, ending in .json, JSON.", valueName: "file"))
  var config: String?

  func apply(_ settings: Settings, to options: inout ServeOptions) throws {
    options.host = host ?? settings.string("host") ?? options.host
    options.port = try port ?? settings.integer("port") ?? options.port
  }
}

/// What only a running node needs.
struct NodeOptions: ParsableArguments {
  @Option(help: "Address to listen on. (default: every address of this machine)")
  var bind: String?

  @Option(
    help: ArgumentHelp(
      "Folder of the node's own: its certificate and its database; see docs/data-inventory.md. (default: data)",
      valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("Folder of the web client. (default: .build/web)", valueName: "folder"))
  var web: String?

  @Option(
    help: ArgumentHelp(
      "IP address that clients send media to; repeat for more. Needed behind NAT. (default: this machine's addresses)",
      valueName: "ip"))
  var publicAddress: [String] = []

  @Option(help: ArgumentHelp("Certificate chain in PEM. (default: one that the node makes itself)", valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp("Private key of --tls-cert in PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(help: "Rooms at one time. (default: 200)")
  var maxRooms: Int?

  @Option(help: "Participants in one room. (default: 100)")
  var maxParticipants: Int?

  @Option(help: "Threads for media, 1 to 16. (default: one less than there are CPUs)")
  var mediaThreads: Int?

  @Option(help: "TCP port that metrics are told on, for Prometheus; 0 for none. (default: 9464)")
  var metricsPort: Int?

  @Option(help: "Address that metrics are told on. (default: 127.0.0.1)")
  var metricsBind: String?

  func apply(_ settings: Settings, to options: inout ServeOptions) throws {
    options.bind = bind ?? settings.string("bind")
    options.data = data ?? settings.string("data") ?? options.data
    options.web = web ?? settings.string("web") ?? options.web
    options.publicAddresses = publicAddress.isEmpty ? settings.strings("public-address") ?? [] : publicAddress
    options.tlsCertificate = tlsCert ?? settings.string("tls-cert")
    options.tlsKey = tlsKey ?? settings.string("tls-key")
    options.maximumRooms = try maxRooms ?? settings.integer("max-rooms") ?? options.maximumRooms
    options.maximumParticipants =
      try maxParticipants ?? settings.integer("max-participants") ?? options.maximumParticipants
    options.mediaThreads = try mediaThreads ?? settings.integer("media-threads")
    options.metricsPort = try metricsPort ?? settings.integer("metrics-port") ?? options.metricsPort
    options.metricsBind = metricsBind ?? settings.string("metrics-bind") ?? options.metricsBind
  }
}

/// How much of what strangers can make more of a node takes.
struct LimitOptions: ParsableArguments {
  @Option(help: "Rooms that are remembered when they are over. (default: 10000)")
  var maxKeptRooms: Int?

  @Option(help: "Personal invitations of one room, 0 to 256. (default: 256)")
  var maxInvitations: Int?

  @Option(help: "People before the door of one room at one time, 1 to 256. (default: 32)")
  var maxWaiting: Int?

  @Option(help: ArgumentHelp("Knocks at the door of one room, 1 to 1000. (default: 60)", valueName: "a minute"))
  var maxKnocks: Int?

  @Option(help: "Accounts. (default: 1000)")
  var maxAccounts: Int?

  @Option(help: "Who may make an account: open, invitation or closed. (default: invitation)")
  var registration: String?

  func apply(_ settings: Settings, to limits: inout NodeLimits) throws {
    limits.keptRooms = try maxKeptRooms ?? settings.integer("max-kept-rooms") ?? limits.keptRooms
    limits.invitations = try maxInvitations ?? settings.integer("max-invitations") ?? limits.invitations
    limits.waiting = try maxWaiting ?? settings.integer("max-waiting") ?? limits.waiting
    limits.knocksPerMinute = try maxKnocks ?? settings.integer("max-knocks") ?? limits.knocksPerMinute
    limits.accounts.limit = try maxAccounts ?? settings.integer("max-accounts") ?? limits.accounts.limit
    guard let word = registration ?? settings.string("registration") else { return }
    guard let policy = RegistrationPolicy(rawValue: word) else {
      throw ValidationError("--registration must be open, invitation or closed.")
    }
    limits.accounts.registration = policy
  }
}
