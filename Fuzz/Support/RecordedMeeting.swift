import Bytes
import ClientCore
import Delivery
import RoomRules

/// A meeting of three with its delivery service, governed by the first, and what was said honestly from some moment on: to the third, who has not
/// read it, and by all to the service, which has not seen it. What fuzzers begin to change from.
struct RecordedMeeting {
  typealias Client = Meeting<TrustingSuite, TrustingCrypto>

  /// At the moment; `now` is its time.
  private(set) var reader: Client
  private(set) var service: DeliveryService<TrustingSigner>
  private(set) var now = Instant.zero
  private(set) var inputs: [MeetingInput] = []
  private(set) var commands: [(from: Int, DeliveryCommand)] = []

  static let people = 4
  private static let host = [UInt8](repeating: 5, count: 32)

  init() throws {
    var stage = try Stage(host: Self.host)
    for index in 0..<3 { try stage.enter(index) }
    stage.run(for: .seconds(8))
    guard stage.clients[2].groupID != nil, stage.service.rules != nil else { throw MeetingError.badHostSeed }
    reader = stage.clients[2]
    service = stage.service
    now = stage.now
    stage.recording = true
    stage.feed(0, .say([1, 2, 3], kind: .chat, to: nil))
    stage.feed(0, .compare(stage.clients[2].join))
    stage.feed(1, .setProfile([4]))
    try stage.enter(3)
    stage.run(for: .seconds(2))
    var patch = RulesPatch()
    patch.door = .locked
    stage.feed(0, .setRules(patch))
    stage.run(for: .seconds(2))
    stage.feed(0, .freeze)
    stage.run(for: .seconds(2))
    stage.feed(0, .remove([stage.clients[1].join]))
    stage.leave(3)
    stage.run(for: .seconds(2))
    inputs = stage.inputs
    commands = stage.commands
  }
}

/// Plays a meeting without delay or loss.
private struct Stage {
  var clients: [RecordedMeeting.Client] = []
  var service: DeliveryService<TrustingSigner>
  var now = Instant.zero
  var recording = false
  var inputs: [MeetingInput] = []
  var commands: [(from: Int, DeliveryCommand)] = []
  private var random = FixedGenerator(state: 11)
  private let link: MeetingLink
  private let host: [UInt8]
  private var queue: [(to: Int, MeetingInput)] = []

  init(host: [UInt8]) throws {
    self.host = host
    let digest = try HostKey<TrustingSuite>(seed: host).digest
    link = MeetingLink(host: digest, using: &random)
    service = DeliveryService(signer: TrustingSigner(), hostDigest: digest)
  }

  mutating func enter(_ index: Int) throws {
    clients.append(try .open(link: link, hostSeed: index == 0 ? host : nil, using: &random))
    if index == 0 {
      var open = RulesPatch()
      open.door = .open
      feed(0, .setRules(open))
    }
    command(.enter(join: clients[index].join.bytes, isHost: index == 0), from: index)
    feed(index, .entered(resumed: false, senderKey: TrustingSigner().publicKey))
    for to in clients.indices {
      queue.append((to, .roster(clients.indices.filter { $0 != to }.map { clients[$0].join })))
    }
  }

  mutating func leave(_ index: Int) { command(.leave, from: index) }

  /// In steps of 100 ms.
  mutating func run(for time: TimeDelta) {
    let end = now + time
    while now < end {
      drain()
      now = now + .milliseconds(100)
      perform(service.advance(to: now))
      for index in clients.indices where isLive(index) {
        perform(clients[index].advance(to: now, wallClock: fuzzNow, using: &random), by: index)
      }
    }
  }

  mutating func feed(_ index: Int, _ input: MeetingInput) {
    if recording && index == 2 { inputs.append(input) }
    guard isLive(index) else { return }
    perform(clients[index].handle(input, now: now, wallClock: fuzzNow, using: &random), by: index)
  }

  /// The third reads nothing any more once it is recorded what there would be to read.
  private func isLive(_ index: Int) -> Bool { !(recording && index == 2) }

  private mutating func drain() {
    while !queue.isEmpty {
      let (to, input) = queue.removeFirst()
      feed(to, input)
    }
  }

  private mutating func command(_ command: DeliveryCommand, from index: Int) {
    if recording { commands.append((index, command)) }
    perform(service.apply(command, from: index, now: now))
  }

  private mutating func perform(_ effects: [MeetingEffect], by index: Int) {
    for case .send(let message) in effects {
      switch message {
      case .keyPackage(let box): command(.keyPackage(box), from: index)
      case .group(let box): command(.create(box), from: index)
      case .commit(let box): command(.commit(box), from: index)
      case .sync(let epoch): command(.sync(epoch: epoch), from: index)
      case .ready(let epoch): command(.ready(epoch: epoch), from: index)
      case .refuse(let epoch): command(.refuse(epoch: epoch), from: index)
      case .freeze(let call):
        for to in clients.indices where to != index { queue.append((to, .frozen(call))) }
      case .message(let box, _, _):
        for to in clients.indices where to != index { queue.append((to, .message(box, from: clients[index].join))) }
      }
    }
  }

  private mutating func perform(_ effects: [DeliveryEffect]) {
    for case .tell(let indices, let event) in effects {
      for index in indices { queue.append((index, MeetingInput(event))) }
    }
  }
}

extension MeetingInput {
  fileprivate init(_ event: DeliveryEvent) {
    switch event {
    case .createGroup: self = .createGroup
    case .commitRequest(let packages): self = .commitRequest(packages)
    case .proposal(let box): self = .proposal(box)
    case .commit(let epoch, _, let box): self = .commit(epoch: epoch, box)
    case .commitRefused(let epoch): self = .commitRefused(epoch: epoch)
    case .groupWelcome(let welcome, let tree): self = .groupWelcome(welcome: welcome, tree: tree)
    case .groupInfo(let info, let tree): self = .groupInfo(info: info, tree: tree)
    case .resync: self = .resync
    case .ready(let epoch): self = .ready(epoch: epoch)
    }
  }
}
