import Bytes
import ClientCore
import Foundation
import NIOCore
import NativeCrypto
import NativeMLSCrypto
import RoomRules
import SFrame

/// One person without media: a `Meeting` on an event loop and touched nowhere else, which shares the processors with those
/// of the others but waits for no socket.
final class Participant: @unchecked Sendable {
  /// What one of them has seen.
  struct Tally {
    var bytesIn = 0
    var bytesOut = 0
    /// Bytes in by the type of the message.
    var kinds: [String: Int] = [:]
    var alarms = 0
    /// Errors that the node told, and the loss of the connection.
    var errors: [String] = []
    /// Processor time of the latest commit, in milliseconds: made where we ask for one, else processed.
    var commitCost = 0.0
  }

  let number: Int
  let loop: any EventLoop
  private(set) var meeting: Meeting<NativeX25519Suite, NativeCrypto>
  private(set) var tally = Tally()
  /// Of every message, each way.
  var delay = TimeAmount.zero
  /// What is said goes there.
  var connection: Connection?
  private let board: Board
  private var random = SystemRandomNumberGenerator()
  private var others: [Int: JoinID] = [:]
  private var indices: [JoinID: Int] = [:]
  private var rosterIsDue = false
  private var timer: (due: Instant, task: Scheduled<Void>)?
  private var members = 0
  private var alarms = Set<MeetingAlarm>()
  private let decoder = JSONDecoder()

  init(number: Int, loop: any EventLoop, link: MeetingLink, hostSeed: [UInt8]?, board: Board) throws {
    self.number = number
    self.loop = loop
    self.board = board
    meeting = try Meeting.open(link: link, hostSeed: hostSeed, using: &random)
    feed(.setProfile(profile))
    guard hostSeed != nil else { return }
    // Joining is what is measured, not how fast somebody lets in.
    var open = RulesPatch()
    open.door = .open
    feed(.setRules(open))
  }

  /// Of the page's form and size, with the key of a device and its proof.
  private var profile: [UInt8] {
    let key = String(repeating: "k", count: 87)
    let proof = String(repeating: "p", count: 86)
    let body = #"Somebody called \#(number)\#u{0}{"hand":false,"device":"\#(key)","deviceProof":"\#(proof)"}"#
    return Array(body.utf8)
  }

  /// The first message of a connection.
  func hello(room: String) -> String {
    let gate = Base64URL.encode(meeting.gate)
    let join = Base64URL.encode(meeting.join.bytes)
    return #"{"v":1,"type":"hello","room":"\#(room)","gate":"\#(gate)","join":"\#(join)"}"#
  }

  // MARK: The connection

  /// What the connection has to say: messages, or that it is over.
  func receive(_ messages: [[UInt8]]?) {
    guard let messages else { return lose() }
    after(delay) { participant in
      for message in messages { participant.take(message) }
      participant.tellRoster()
    }
  }

  private func lose() {
    connection = nil
    timer?.task.cancel()
    tally.errors.append("closed")
    board.set(number, nil, members: 0, at: .now)
  }

  private func send(_ text: String) {
    tally.bytesOut += text.utf8.count
    after(delay) { $0.connection?.send(text) }
  }

  /// At once without a delay, so that nothing is measured that is not there.
  private func after(_ delay: TimeAmount, _ action: @escaping @Sendable (Participant) -> Void) {
    guard delay > .zero else { return action(self) }
    loop.scheduleTask(in: delay) { action(self) }
  }

  // MARK: What the node says

  private func take(_ bytes: [UInt8]) {
    tally.bytesIn += bytes.count
    guard let message = try? decoder.decode(NodeMessage.self, from: Data(bytes)) else {
      return tally.errors.append("unreadable")
    }
    tally.kinds[message.type, default: 0] += bytes.count
    switch message.type {
    case "welcome":
      for entry in message.participants ?? [] { learn(entry) }
      feed(.entered(resumed: message.resumed ?? false, senderKey: message.bytes(message.senderKey)))
      rosterIsDue = true
    case "joined": message.participant.map(learn)
    case "left": forget(message.index ?? -1)
    case "error": tally.errors.append(message.code ?? "")
    default: message.input { others[$0] }.map(feed)
    }
  }

  private func learn(_ entry: NodeMessage.Entry) {
    guard let join = Base64URL.decode(entry.join).flatMap({ JoinID($0) }) else { return }
    others[entry.index] = join
    indices[join] = entry.index
    rosterIsDue = true
  }

  private func forget(_ index: Int) {
    if let join = others.removeValue(forKey: index) { indices[join] = nil }
    rosterIsDue = true
  }

  private func tellRoster() {
    guard rosterIsDue else { return }
    rosterIsDue = false
    feed(.roster(Array(others.values)))
  }

  // MARK: The meeting

  func feed(_ input: MeetingInput) {
    let before = threadMilliseconds()
    let effects = meeting.handle(input, now: .now, wallClock: wallClock, using: &random)
    switch input {
    case .commit, .remove: tally.commitCost = threadMilliseconds() - before
    default: break
    }
    perform(effects)
  }

  private var wallClock: UInt64 { UInt64(Date().timeIntervalSince1970) }

  private func perform(_ effects: [MeetingEffect]) {
    for effect in effects {
      switch effect {
      case .send(let message): send(message.json { indices[$0] })
      case .security(let security): members = security.count
      case .alarm(let alarm):
        tally.alarms += 1
        alarms.insert(alarm)
      case .alarmCleared(let alarm): alarms.remove(alarm)
      default: break
      }
    }
    let seals = meeting.sendingEpoch == meeting.epoch && !alarms.contains { $0.stopsSending }
    board.set(number, seals ? meeting.epochAuthenticator : nil, members: members, at: .now)
    setTimer()
  }

  private func setTimer() {
    let due = meeting.nextDeadline
    guard connection != nil, due < timer?.due ?? .distantFuture else { return }
    timer?.task.cancel()
    let wait = TimeAmount.nanoseconds(max(0, (due - .now).nanoseconds))
    timer = (due, loop.scheduleTask(in: wait) { self.ring() })
  }

  private func ring() {
    timer = nil
    perform(meeting.advance(to: .now, wallClock: wallClock, using: &random))
    setTimer()
  }

  // MARK: Frames

  /// A sealed frame of Opus as it goes over the wire; nil where nothing can be sealed.
  func seal(_ payload: [UInt8]) -> [UInt8]? {
    guard let plan = try? meeting.planSeal(.mic, .opus, clear: []), let key = meeting.takeKey(plan.key),
      let sealed = try? NativeCrypto.aeadSeal(
        key: key, nonce: plan.nonce, additionalData: plan.additionalData, plaintext: payload)
    else { return nil }
    return plan.header.encoded() + sealed
  }

  /// What was sealed; nil where it cannot be opened.
  func open(_ frame: [UInt8]) -> [UInt8]? {
    let prefix = Array(frame.prefix(FramePlan.maximumPrefixLength))
    guard let plan = try? meeting.planOpen(.opus, prefix: prefix, length: frame.count),
      let key = meeting.takeKey(plan.key),
      let opened = try? NativeCrypto.aeadOpen(
        key: key, nonce: plan.nonce, additionalData: plan.additionalData,
        sealed: Array(frame.dropFirst(plan.header.encoded().count))),
      (try? meeting.commit(plan.header, openedWith: plan.key)) != nil
    else { return nil }
    return opened
  }
}
