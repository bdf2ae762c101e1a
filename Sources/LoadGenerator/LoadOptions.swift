package import Bytes
internal import MediaClient

/// What a run generates and for how long.
package struct LoadOptions: Sendable {
  package var target: LoadTarget
  /// Of each room. Who sends receives as well.
  package var senders = 2
  package var receivers = 8
  package var rooms = 1
  package var isSimulcast = true
  /// Bits of picture a second of the largest layer; 0 is no picture.
  package var video = DataRate.kilobits(1_000)
  package var frameRate = 30
  package var hasAudio = true
  /// Pictures and voices that each receives at most, as a page has slots.
  package var slots = 9
  /// Pixels that pictures are shown at; 0 follows from how many there are, as in the page.
  package var height = 0
  /// Share of datagrams dropped each way, 0...1.
  package var loss = 0.0
  /// Everybody joins within this; nil is 20 a second.
  package var joinStorm: TimeDelta?
  /// How many speak at a time in each room, and for how long; nil is all of them, all the time.
  package var speakers: Int?
  package var turn = TimeDelta.seconds(4)
  /// Of measuring, once everybody is there.
  package var duration = TimeDelta.seconds(30)
  /// Participants that leave and come again, each minute.
  package var leaveRate = 0.0
  /// Takes any certificate.
  package var isInsecure = false
  /// Threads that move media; signalling has one more.
  package var threads = 1
  package var limits = LoadLimits()

  package static let mostClients = 2_000

  package init(target: LoadTarget) { self.target = target }

  package var clients: Int { (senders + receivers) * rooms }

  /// Says what is out of bounds.
  package func validate() throws(LoadOptionError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(LoadOptionError) {
      guard range.contains(value) else { throw .outOfBounds(name, range) }
    }
    try check("--senders", senders, 0...Self.mostClients)
    try check("--receivers", receivers, 0...Self.mostClients)
    try check("--rooms", rooms, 1...1_000)
    guard (1...Self.mostClients).contains(clients) else { throw .clients(clients) }
    try check("--video", Int(clamping: video.bitsPerSecond / 1_000), 0...20_000)
    try check("--fps", frameRate, 1...60)
    try check("--slots", slots, 0...32)
    try check("--height", height, 0...4_320)
    try check("--turn", Int(turn.seconds), 1...3_600)
    try check("--duration", Int(duration.seconds), 1...3_600)
    try check("--threads", threads, 1...64)
    if let joinStorm { try check("--join-storm", Int(joinStorm.seconds), 0...3_600) }
    if let speakers { try check("--speakers", speakers, 0...max(0, senders)) }
    guard (0...0.9).contains(loss) else { throw .outOfBounds("--loss", 0...90) }
    guard (0...6_000).contains(leaveRate) else { throw .outOfBounds("--leave-rate", 0...6_000) }
    guard hasAudio || video.bitsPerSecond > 0 || senders == 0 else { throw .nothingToSend }
    if case .janus = target, leaveRate > 0 { throw .notWithJanus("--leave-rate") }
  }

  /// What a participant's client sends and receives. With Janus, whoever sends receives by another client.
  func configuration(sends: Bool) -> ClientConfiguration {
    var configuration = ClientConfiguration.listener(personSlots: slots)
    if case .janus = target { configuration = .listener(personSlots: 0) }
    configuration.hasScreenSlot = target.isNode
    guard sends else { return configuration }
    configuration.sendsMicrophone = hasAudio
    configuration.sendsCamera = video.bitsPerSecond > 0
    configuration.speaks = speakers == nil
    configuration.camera = camera
    return configuration
  }

  private var camera: VideoProfile {
    let bits = Int(clamping: video.bitsPerSecond)
    let largest = VideoProfile.Layer(rid: isSimulcast ? "f" : nil, width: 1_280, height: 720, bitrate: bits)
    guard isSimulcast else { return VideoProfile(frameRate: frameRate, layers: [largest]) }
    let small = VideoProfile.Layer(rid: "q", width: 320, height: 180, bitrate: bits / 10)
    let middle = VideoProfile.Layer(rid: "h", width: 640, height: 360, bitrate: bits / 3)
    return VideoProfile(frameRate: frameRate, layers: [small, middle, largest])
  }
}

/// Where a run fails: nil is nowhere.
package struct LoadLimits: Sendable {
  /// Packets that were not recovered, in percent.
  package var loss: Double?
  /// 99th percentile of the one-way delay.
  package var delay: TimeDelta?
  /// Share of time that pictures stood still, in percent.
  package var freezes: Double?
  /// 95th percentile from hello to the first picture.
  package var join: TimeDelta?

  package init() {}
}

/// Why options cannot be used; the description tells what to change.
package enum LoadOptionError: Error, Equatable, CustomStringConvertible {
  case outOfBounds(String, ClosedRange<Int>)
  case clients(Int)
  case nothingToSend
  case notWithJanus(String)

  package var description: String {
    switch self {
    case .outOfBounds(let name, let range): "\(name) must be from \(range.lowerBound) to \(range.upperBound)."
    case .clients(let count):
      """
      (senders + receivers) x rooms is \(count); from 1 to \(LoadOptions.mostClients) clients can be made. Run the \
      generator on several machines for more.
      """
    case .nothingToSend: "Senders need --audio or a --video above 0."
    case .notWithJanus(let name): "\(name) cannot be used with --janus."
    }
  }
}
