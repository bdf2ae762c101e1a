import ArgumentParser
import Bytes
import LoadGenerator

/// How many people there are, and how they come and go.
struct LoadPeopleOptions: ParsableArguments {
  @Option(help: "People in each room who send, and receive as well.")
  var senders = 2

  @Option(help: "People in each room who only receive.")
  var receivers = 8

  @Option(help: "Rooms. 2,000 people at most in all of them together.")
  var rooms = 1

  @Option(help: ArgumentHelp("Everybody joins within this time. (default: 20 people a second)", valueName: "seconds"))
  var joinStorm: Int?

  @Option(help: ArgumentHelp("Of measuring, 3,600 at most.", valueName: "seconds"))
  var duration = 30

  @Option(help: ArgumentHelp("People who leave each minute, each replaced by another.", valueName: "number"))
  var leaveRate = 0.0

  @Option(help: "How many in each room speak at a time. (default: everybody who sends, always)")
  var speakers: Int?

  @Option(help: ArgumentHelp("With --speakers: after this time the next one speaks.", valueName: "seconds"))
  var turn = 4

  func apply(to options: inout LoadOptions) {
    (options.senders, options.receivers, options.rooms) = (senders, receivers, rooms)
    options.joinStorm = joinStorm.map { .seconds(Int64($0.clamped)) }
    options.duration = .seconds(Int64(duration.clamped))
    options.leaveRate = leaveRate
    options.speakers = speakers
    options.turn = .seconds(Int64(turn.clamped))
  }
}

/// What is sent and shown.
struct LoadMediaOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Rate of each picture, of its largest layer; 0 sends none.", valueName: "kbit/s"))
  var video = 1_000

  @Option(help: "Pictures a second.")
  var fps = 30

  @Flag(inversion: .prefixedNo, help: "Three layers of each picture: 180, 360 and 720 pixels high.")
  var simulcast = true

  @Flag(inversion: .prefixedNo, help: "50 packets of sound a second from everybody who sends.")
  var audio = true

  @Option(help: "Pictures and voices that each receives at most.")
  var slots = 9

  @Option(
    help: ArgumentHelp("Height that pictures are shown at; 0 is as large as the page would.", valueName: "pixels"))
  var height = 0

  @Option(help: ArgumentHelp("Of datagrams, dropped by the clients each way, 0 to 90.", valueName: "percent"))
  var loss = 0.0

  @Option(help: "Threads that move media.")
  var threads = 1

  func apply(to options: inout LoadOptions) {
    options.video = .kilobits(Int64(video.clamped))
    options.frameRate = fps
    options.isSimulcast = simulcast
    options.hasAudio = audio
    options.slots = slots
    options.height = height
    options.loss = loss / 100
    options.threads = threads
  }
}

/// Limits for scripts.
struct LoadLimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("More packets than this are lost after recovery.", valueName: "percent"))
  var failOverLoss: Double?

  @Option(help: ArgumentHelp("The 99th percentile of the one-way delay is longer.", valueName: "ms"))
  var failOverDelay: Double?

  @Option(help: ArgumentHelp("Pictures stand still for a greater share of the time.", valueName: "percent"))
  var failOverFreezes: Double?

  @Option(help: ArgumentHelp("One in twenty waits longer for the first picture.", valueName: "ms"))
  var failOverJoin: Double?

  var limits: LoadLimits {
    var limits = LoadLimits()
    limits.loss = failOverLoss
    limits.delay = failOverDelay.map { TimeDelta(nanoseconds: Int64(clamping: Int($0.clamped * 1e6))) }
    limits.freezes = failOverFreezes
    limits.join = failOverJoin.map { TimeDelta(nanoseconds: Int64(clamping: Int($0.clamped * 1e6))) }
    return limits
  }
}

extension Int {
  /// Within what a time or rate can be computed with; whether it is allowed is checked later.
  fileprivate var clamped: Int { Swift.min(Swift.max(self, -1), 1_000_000_000) }
}

extension Double {
  fileprivate var clamped: Double { isNaN ? 0 : Swift.min(Swift.max(self, 0), 1e9) }
}
