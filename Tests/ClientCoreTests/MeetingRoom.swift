import Bytes
import Delivery
import MLS
import MLSWire
import NativeCrypto
import NativeMLSCrypto
import RoomRules
import SFrame

@testable import ClientCore

typealias TestMeeting = Meeting<NativeX25519Suite, NativeCrypto>

/// People in one meeting around a node. What is sent arrives at once and in order; time passes only by `advance`. The
/// node is honest until a test makes it otherwise: everything to and from it can be kept, dropped or replaced.
final class MeetingRoom {
  struct Person {
    var meeting: TestMeeting
    var isConnected = true
    /// Everything it was told, but for what it sent.
    var told: [MeetingEffect] = []
    var alarms: Set<MeetingAlarm> = []
    var members: [MeetingMember] = []
  }

  var people: [Person] = []
  var delivery: DeliveryService<NodeSigner>
  let signer: NodeSigner
  var random: SeededGenerator
  let link: MeetingLink
  let hostSeed: [UInt8]?
  private(set) var now = Instant.zero
  var wallClock: UInt64 = 1_800_000_000
  /// What goes to the node or comes from it, in place of a message; empty where nothing does.
  var upstream: (Int, MeetingMessage) -> [MeetingMessage] = { [$1] }
  var downstream: (Int, MeetingInput) -> [MeetingInput] = { [$1] }
  /// Everything that came up to the node, as it saw it.
  private(set) var seen: [(from: Int, message: MeetingMessage)] = []
  /// Who was put out by the node.
  private(set) var expelled: [Int] = []
  /// What is under way to people; nil closes the connection.
  private var queue: [(to: Int, input: MeetingInput?)] = []
  private var isRunning = false

  /// `count` people, let in and at rest. With a host the first of them governs the room, whose door is open unless given
  /// and where newcomers are not veiled.
  init(seed: UInt64, of count: Int, hasHost: Bool = false, door: Door = .open) throws {
    print("seed \(seed)")
    random = SeededGenerator(seed: seed)
    hostSeed = hasHost ? random.bytes(32) : nil
    link = MeetingLink(host: try hostSeed.map { try HostKey<NativeX25519Suite>(seed: $0).digest }, using: &random)
    signer = try NodeSigner(seed: random.bytes(32))
    delivery = DeliveryService(signer: signer)
    for number in 0..<count {
      try join()
      advance(by: .milliseconds(700))
      guard hasHost, number == 0 else { continue }
      var plain = RulesPatch.door(.open)
      plain.veilsNewcomers = false
      act(0, .setRules(plain))
    }
    if hasHost, door != .open { act(0, .setRules(.door(door))) }
  }

  subscript(person: Int) -> TestMeeting { people[person].meeting }

  // MARK: Coming and going

  /// Somebody opens the link and enters, with the chain of their invitation as the node has it; returns who.
  @discardableResult
  func join(
    link other: MeetingLink? = nil, password: [UInt8] = [], chain: InvitationChain? = nil, profile: Bool = true
  ) throws -> Int {
    let person = people.count
    let meeting = try TestMeeting.open(
      link: other ?? link, password: password, hostSeed: person == 0 ? hostSeed : nil, using: &random)
    people.append(Person(meeting: meeting))
    if let chain { feed(person, .invited(chain.wire)) }
    if profile { feed(person, .setProfile(Array("{\"name\":\"\(person)\"}".utf8))) }
    enter(person)
    return person
  }

  func enter(_ person: Int) {
    people[person].isConnected = true
    apply(.enter(join: self[person].join.bytes), from: person)
    feed(person, .entered(resumed: false, senderKey: signer.publicKey))
    tellRoster()
    run()
  }

  /// Closes the page.
  func leave(_ person: Int) {
    people[person].isConnected = false
    feed(person, .disconnected)
    apply(.leave, from: person)
    tellRoster()
    run()
  }

  func lose(_ person: Int) {
    people[person].isConnected = false
    feed(person, .disconnected)
    apply(.lose, from: person)
    run()
  }

  func resume(_ person: Int) {
    people[person].isConnected = true
    apply(.resume, from: person)
    feed(person, .entered(resumed: true, senderKey: signer.publicKey))
    tellRoster()
    run()
  }

  /// The node's list as everybody connected hears it; who has lost the connection is still on it.
  func tellRoster() {
    let joins = people.indices.filter { !gone.contains($0) }.map { self[$0].join } + invented
    for person in people.indices where people[person].isConnected {
      send(person, .roster(joins.filter { $0 != self[person].join }))
    }
  }

  var gone: Set<Int> = []
  /// Participants that the node makes up.
  var invented: [JoinID] = []

  // MARK: The node

  func apply(_ command: DeliveryCommand, from person: Int) {
    if case .leave = command { gone.insert(person) }
    perform(delivery.apply(command, from: person, now: now))
  }

  private func perform(_ effects: [DeliveryEffect]) {
    for effect in effects {
      switch effect {
      case .tell(let indices, let event): for index in indices { send(index, MeetingInput(event)) }
      case .expel(let index):
        expelled.append(index)
        gone.insert(index)
        queue.append((index, nil))
        tellRoster()
      }
    }
  }

  /// Queues what the node says to somebody.
  func send(_ person: Int, _ input: MeetingInput) { queue.append((person, input)) }

  private func receive(_ message: MeetingMessage, from person: Int) {
    switch message {
    case .keyPackage(let box): apply(.keyPackage(box), from: person)
    case .group(let box): apply(.create(box), from: person)
    case .commit(let box): apply(.commit(box), from: person)
    case .sync(let epoch): apply(.sync(epoch: epoch), from: person)
    case .ready(let epoch): apply(.ready(epoch: epoch), from: person)
    case .refuse(let epoch): apply(.refuse(epoch: epoch), from: person)
    case .freeze(let call):
      for other in people.indices where other != person && people[other].isConnected { send(other, .frozen(call)) }
    case .message(let box, let to, _):
      for other in people.indices where other != person && people[other].isConnected {
        if to?.contains(self[other].join) ?? true { send(other, .message(box, from: self[person].join)) }
      }
    }
  }

  // MARK: Running

  /// Something a person does, and all that follows from it at once.
  func act(_ person: Int, _ input: MeetingInput) {
    feed(person, input)
    run()
  }

  /// What several do at once, before anything of it has come back from the node.
  func act(together acts: [(Int, MeetingInput)]) {
    for (person, input) in acts { feed(person, input) }
    run()
  }

  private func feed(_ person: Int, _ input: MeetingInput) {
    take(people[person].meeting.handle(input, now: now, wallClock: wallClock, using: &random), from: person)
  }

  private func take(_ effects: [MeetingEffect], from person: Int) {
    for effect in effects {
      switch effect {
      case .send(let message):
        guard people[person].isConnected else { continue }
        for message in upstream(person, message) {
          seen.append((person, message))
          receive(message, from: person)
        }
        continue
      case .alarm(let alarm): people[person].alarms.insert(alarm)
      case .alarmCleared(let alarm): people[person].alarms.remove(alarm)
      case .members(let members): people[person].members = members
      default: break
      }
      people[person].told.append(effect)
    }
  }

  /// Until nothing is under way.
  func run() {
    guard !isRunning else { return }
    isRunning = true
    while !queue.isEmpty {
      let (person, input) = queue.removeFirst()
      guard people.indices.contains(person), people[person].isConnected else { continue }
      guard let input else {
        people[person].isConnected = false
        continue
      }
      for input in downstream(person, input) { feed(person, input) }
    }
    isRunning = false
  }

  /// Lets time pass, in the steps that somebody waits for.
  func advance(by span: TimeDelta) {
    let end = now + span
    run()
    while true {
      let next = people.map { $0.meeting.nextDeadline }.reduce(delivery.nextDeadline, min)
      guard next <= end else { break }
      now = max(now, next)
      perform(delivery.advance(to: now))
      for person in people.indices where self[person].nextDeadline <= now {
        take(people[person].meeting.advance(to: now, wallClock: wallClock, using: &random), from: person)
      }
      run()
    }
    now = end
  }

  // MARK: Looking

  /// Whether these, or all who are connected, are in one epoch of one group.
  func agree(_ persons: [Int]? = nil) -> Bool {
    let persons = persons ?? people.indices.filter { people[$0].isConnected }
    guard let first = persons.first, self[first].epochAuthenticator != nil else { return false }
    return persons.allSatisfy { self[$0].epochAuthenticator == self[first].epochAuthenticator }
  }

  func said(to person: Int) -> [String] {
    people[person].told.compactMap {
      guard case .said(_, _, _, let bytes) = $0 else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  func notices(of person: Int) -> [MeetingNotice] {
    people[person].told.compactMap {
      guard case .notice(let notice) = $0 else { return nil }
      return notice
    }
  }

  /// The commits that went up, as uploads.
  var commits: [CommitUpload] {
    seen.compactMap {
      guard case .commit(let box) = $0.message else { return nil }
      return try? CommitUpload(wire: box)
    }
  }

  /// A server that keeps a leaf of its own in the group: it proposes no Removes, and asks for no commit of them.
  func keepGhosts() {
    downstream = { _, input in
      switch input {
      case .proposal, .commitRequest([]): []
      default: [input]
      }
    }
  }

  /// Whether frames sealed by one are opened by the other: both plan with the same key.
  func hears(_ listener: Int, _ speaker: Int) throws -> Bool {
    let plan = try people[speaker].meeting.planSeal(.mic, .opus, clear: [])
    let frame = plan.header.encoded() + [UInt8](repeating: 0, count: 32)
    let opening = try people[listener].meeting.planOpen(.opus, prefix: frame, length: frame.count)
    keys[speaker, default: [:]][plan.key] = people[speaker].meeting.takeKey(plan.key) ?? keys[speaker]?[plan.key]
    keys[listener, default: [:]][opening.key] =
      people[listener].meeting.takeKey(opening.key) ?? keys[listener]?[opening.key]
    return keys[speaker]?[plan.key] != nil && keys[speaker]?[plan.key] == keys[listener]?[opening.key]
  }

  private var keys: [Int: [KeyHandle: [UInt8]]] = [:]
}
