import Bytes
import Delivery
import MLS
import MLSWire
import NativeCrypto
import NativeMLSCrypto
import RoomRules

@testable import ClientCore

typealias SimulatedMeeting = Meeting<NativeX25519Suite, NativeCrypto>

/// The node's primitives and its key as external sender.
struct SimulatedSigner: DeliverySigner {
  let seed: [UInt8]
  let publicKey: [UInt8]

  init(seed: [UInt8]) throws {
    self.seed = seed
    publicKey = try NativeX25519Suite.signaturePublicKey(privateKey: seed)
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    (try? NativeX25519Suite.sign(privateKey: seed, message: message)) ?? []
  }

  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    NativeX25519Suite.verify(publicKey: publicKey, message: message, signature: signature)
  }

  static func sha256(_ message: [UInt8]) -> [UInt8] { NativeX25519Suite.hash(message) }
}

/// Clients and the real delivery service over virtual time: every connection has a delay of its own and keeps the order of
/// what it carries; connections are lost with everything that is under way on them.
final class MeetingNetwork {
  struct Client {
    var meeting: SimulatedMeeting
    /// One way.
    let delay: TimeDelta
    var isConnected = true
    /// Left, or put out.
    var isGone = false
    /// Counts connections: what was sent on an old one is lost.
    var connection = 0
    var deadline = Instant.distantFuture
    var bytesIn = 0
    var bytesOut = 0
    var alarms: [MeetingAlarm] = []
    var said: [[UInt8]] = []
    var wasRemoved = false
    /// When the room was first frozen here.
    var frozenAt: Instant?
  }

  private enum Event {
    case up(Int, connection: Int, MeetingMessage)
    case down(Int, connection: Int, MeetingInput)
    case action(() -> Void)
  }

  private(set) var now = Instant.zero
  let wallClock: UInt64 = 1_800_000_000
  var random: SplitMix
  var clients: [Client] = []
  var delivery: DeliveryService<SimulatedSigner>
  private(set) var signer: SimulatedSigner
  let link: MeetingLink
  let hostSeed: [UInt8]?
  private let hostDigest: [UInt8]?
  /// When every client last heard who is here; the list is sent at most every 100 ms.
  private var rosterIsDue = false
  private var events = EventHeap<Event>()
  private var nextWake = Instant.distantFuture

  init(seed: UInt64, hasHost: Bool = false) throws {
    print("seed \(seed)")
    random = SplitMix(state: seed)
    hostSeed = hasHost ? random.bytes(32) : nil
    hostDigest = try hostSeed.map { try HostKey<NativeX25519Suite>(seed: $0).digest }
    link = MeetingLink(host: hostDigest, using: &random)
    signer = try SimulatedSigner(seed: random.bytes(32))
    delivery = DeliveryService(signer: signer, hostDigest: hostDigest)
  }

  // MARK: People

  /// Somebody enters; returns who.
  @discardableResult
  func join(delay: TimeDelta) throws -> Int {
    let index = clients.count
    let meeting = try SimulatedMeeting.open(link: link, hostSeed: index == 0 ? hostSeed : nil, using: &random)
    clients.append(Client(meeting: meeting, delay: delay))
    feed(index, .setProfile(Array("{\"name\":\"somebody called \(index)\"}".utf8)))
    if index == 0, hostSeed != nil { feed(0, .setRules(Self.anybodyEnters)) }
    connect(index)
    return index
  }

  /// These meetings are not about the door.
  private static var anybodyEnters: RulesPatch {
    var patch = RulesPatch()
    patch.door = .open
    patch.veilsNewcomers = false
    return patch
  }

  private func connect(_ index: Int) {
    clients[index].isConnected = true
    clients[index].isGone = false
    clients[index].connection += 1
    let isHost = index == 0 && hostDigest != nil
    perform(
      delivery.apply(.enter(join: clients[index].meeting.join.bytes, isHost: isHost), from: index, now: now))
    send(index, .entered(resumed: false, senderKey: signer.publicKey))
    announceRoster()
  }

  func leave(_ index: Int) {
    disconnect(index)
    clients[index].isGone = true
    perform(delivery.apply(.leave, from: index, now: now))
    announceRoster()
  }

  /// The connection breaks; the place is kept.
  func lose(_ index: Int) {
    disconnect(index)
    perform(delivery.apply(.lose, from: index, now: now))
  }

  func resume(_ index: Int) {
    guard !clients[index].isConnected, !clients[index].isGone else { return }
    clients[index].isConnected = true
    clients[index].connection += 1
    perform(delivery.apply(.resume, from: index, now: now))
    send(index, .entered(resumed: true, senderKey: signer.publicKey))
    announceRoster()
  }

  /// Comes back as somebody new, after it left or was removed.
  func comeAnew(_ index: Int) {
    feed(index, .newJoin)
    connect(index)
  }

  private func disconnect(_ index: Int) {
    clients[index].isConnected = false
    clients[index].connection += 1
    feed(index, .disconnected)
  }

  /// The node dies and another starts, knowing nobody: everybody comes back by and by.
  func crash(returningWithin span: TimeDelta) throws {
    signer = try SimulatedSigner(seed: random.bytes(32))
    delivery = DeliveryService(signer: signer, hostDigest: hostDigest)
    for index in clients.indices where !clients[index].isGone {
      disconnect(index)
      clients[index].isGone = true
      at(now + span.random(using: &random)) { [unowned self] in comeAnew(index) }
    }
  }

  // MARK: The node

  private func announceRoster() {
    guard !rosterIsDue else { return }
    rosterIsDue = true
    at(now + .milliseconds(100)) { [unowned self] in
      rosterIsDue = false
      let joins = clients.filter { !$0.isGone }.map(\.meeting.join)
      for index in clients.indices where clients[index].isConnected {
        send(index, .roster(joins.filter { $0 != clients[index].meeting.join }))
      }
    }
  }

  private func perform(_ effects: [DeliveryEffect]) {
    for effect in effects {
      switch effect {
      case .tell(let indices, let event): for index in indices { send(index, MeetingInput(event)) }
      case .expel(let index):
        clients[index].isGone = true
        let connection = clients[index].connection
        at(now + clients[index].delay) { [unowned self] in
          if clients[index].connection == connection { clients[index].isConnected = false }
        }
        announceRoster()
      }
    }
  }

  private func send(_ index: Int, _ input: MeetingInput) {
    let due = now + clients[index].delay
    events.push(.down(index, connection: clients[index].connection, input), at: due)
  }

  private func receive(_ message: MeetingMessage, from index: Int) {
    switch message {
    case .keyPackage(let box): perform(delivery.apply(.keyPackage(box), from: index, now: now))
    case .group(let box): perform(delivery.apply(.create(box), from: index, now: now))
    case .commit(let box): perform(delivery.apply(.commit(box), from: index, now: now))
    case .sync(let epoch): perform(delivery.apply(.sync(epoch: epoch), from: index, now: now))
    case .ready(let epoch): perform(delivery.apply(.ready(epoch: epoch), from: index, now: now))
    case .refuse(let epoch): perform(delivery.apply(.refuse(epoch: epoch), from: index, now: now))
    case .freeze(let call):
      for other in clients.indices where other != index && clients[other].isConnected { send(other, .frozen(call)) }
    case .message(let box, let to, _):
      let chosen = to.map { Set($0) }
      for other in clients.indices where other != index && clients[other].isConnected {
        if chosen?.contains(clients[other].meeting.join) ?? true {
          send(other, .message(box, from: clients[index].meeting.join))
        }
      }
    }
  }

  // MARK: Time

  func at(_ time: Instant, _ action: @escaping () -> Void) { events.push(.action(action), at: time) }

  func act(_ index: Int, _ input: MeetingInput) { feed(index, input) }

  private func feed(_ index: Int, _ input: MeetingInput) {
    take(clients[index].meeting.handle(input, now: now, wallClock: wallClock, using: &random), from: index)
  }

  private func take(_ effects: [MeetingEffect], from index: Int) {
    for effect in effects {
      switch effect {
      case .send(let message):
        guard clients[index].isConnected else { continue }
        clients[index].bytesOut += message.size
        events.push(
          .up(index, connection: clients[index].connection, message), at: now + clients[index].delay)
      case .alarm(let alarm): clients[index].alarms.append(alarm)
      case .said(_, _, _, let bytes): clients[index].said.append(bytes)
      case .removedFromGroup: clients[index].wasRemoved = true
      case .frozen(_, true): clients[index].frozenAt = clients[index].frozenAt ?? now
      default: break
      }
    }
    clients[index].deadline = clients[index].meeting.nextDeadline
    nextWake = min(nextWake, clients[index].deadline)
  }

  /// Runs until `end`, or until `isDone` holds after something happened; true when it does.
  @discardableResult
  func run(until end: Instant, or isDone: () -> Bool = { false }) -> Bool {
    while true {
      let next = min(events.first ?? .distantFuture, min(nextWake, delivery.nextDeadline))
      guard next <= end else { break }
      now = max(now, next)
      while let event = events.pop(until: now) { perform(event) }
      if delivery.nextDeadline <= now { perform(delivery.advance(to: now)) }
      if nextWake <= now { wake() }
      if isDone() { return true }
    }
    now = end
    return isDone()
  }

  private func wake() {
    for index in clients.indices where clients[index].deadline <= now {
      take(clients[index].meeting.advance(to: now, wallClock: wallClock, using: &random), from: index)
    }
    nextWake = clients.map(\.deadline).min() ?? .distantFuture
  }

  private func perform(_ event: Event) {
    switch event {
    case .up(let index, let connection, let message):
      guard clients[index].connection == connection else { return }
      receive(message, from: index)
    case .down(let index, let connection, let input):
      guard clients[index].connection == connection, clients[index].isConnected else { return }
      clients[index].bytesIn += input.size
      feed(index, input)
    case .action(let action): action()
    }
  }

  // MARK: Looking

  var present: [Int] { clients.indices.filter { clients[$0].isConnected && !clients[$0].isGone } }

  /// Whether all who are connected are in one epoch of one group: then all have the same media keys for the same leaves.
  var isConverged: Bool {
    guard let first = present.first, clients[first].meeting.epochAuthenticator != nil else { return false }
    let model = clients[first].meeting
    return present.allSatisfy { index in
      let meeting = clients[index].meeting
      return meeting.epochAuthenticator == model.epochAuthenticator
        && meeting.frames.newestEpoch == model.frames.newestEpoch
        && meeting.directory.seats.count == present.count
    }
  }

  /// Whether everybody derives the same key as everybody else for every member.
  var haveSameKeys: Bool {
    guard let model = present.first.map({ clients[$0].meeting }) else { return false }
    return model.directory.seats.allSatisfy { seat in
      let leaf = UInt16(seat.leaf.rawValue)
      let keys = present.map { clients[$0].meeting.frames.epochs.last?.baseKey(of: leaf, as: NativeX25519Suite.self) }
      return keys.allSatisfy { $0 != nil && $0 == keys[0] }
    }
  }

  /// Whether everybody seals in the epoch that everybody is in.
  var hearsEachOther: Bool {
    isConverged && present.allSatisfy { clients[$0].meeting.sendingEpoch == clients[$0].meeting.epoch }
  }
}
