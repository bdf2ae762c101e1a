import Bytes
import ClientCore
import Foundation
import NIOCore
import NativeCrypto
import NativeMLSCrypto
import RoomRules

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
  var meeting: Meeting<NativeX25519Suite, NativeCrypto>
  private(set) var tally = Tally()
  private(set) var sight = Sight()
  /// What is said goes there.
  var connection: Connection?
  /// Called where it lives, with the order of a moderator to everybody's page.
  var hearOrder: (@Sendable (_ order: [UInt8]) -> Void)?
  private let board: Board
  var random = SystemRandomNumberGenerator()
  private var others: [Int: JoinID] = [:]
  private var indices: [JoinID: Int] = [:]
  private var rosterIsDue = false
  private var timer: (due: Instant, task: Scheduled<Void>)?
  private var alarms = Set<MeetingAlarm>()
  private let decoder = JSONDecoder()

  init(number: Int, loop: any EventLoop, link: MeetingLink, hostSeed: [UInt8]?, board: Board) throws {
    self.number = number
    self.loop = loop
    self.board = board
    meeting = try Meeting.open(link: link, hostSeed: hostSeed, using: &random)
    feed(.setProfile(profile))
  }

  /// Of the page's form and size, with the key of a device and its proof.
  private var profile: [UInt8] {
    let key = String(repeating: "k", count: 87)
    let proof = String(repeating: "p", count: 86)
    let body = #"Somebody called \#(number)\#u{0}{"hand":false,"device":"\#(key)","deviceProof":"\#(proof)"}"#
    return Array(body.utf8)
  }

  // MARK: The connection

  /// For complaints: how far it has come, and what troubles it.
  var standing: String {
    let alarms = alarms.map { "\($0)" }.sorted().joined(separator: " ")
    let place = meeting.epoch.map { "epoch \($0) of \(sight.members.count)" } ?? "outside"
    return "\(place), sends in \(meeting.sendingEpoch.map { "\($0)" } ?? "none"), can speak \(meeting.canSay) \(alarms)"
  }

  /// What the connection has to say: messages, or that it is over.
  func receive(_ messages: [[UInt8]]?) {
    guard let messages else { return lose() }
    for message in messages { take(message) }
    tellRoster()
  }

  /// Goes; what comes after that is not heard.
  func leave() {
    send(#"{"v":1,"type":"leave"}"#)
    connection = nil
    timer?.task.cancel()
    board.set(number, nil, members: 0, at: .now)
  }

  private func lose() {
    guard connection != nil else { return }
    connection = nil
    timer?.task.cancel()
    tally.errors.append("closed")
    board.set(number, nil, members: 0, at: .now)
  }

  private func send(_ text: String) {
    tally.bytesOut += text.utf8.count
    connection?.send(text)
  }

  /// Says what one sends: sound and pictures, or nothing.
  func setMedia(_ isOn: Bool) {
    send(#"{"v":1,"type":"media","mic":\#(isOn),"camera":\#(isOn),"screen":false,"screenAudio":false}"#)
  }

  // MARK: What the node says

  private func take(_ bytes: [UInt8]) {
    guard connection != nil else { return }
    tally.bytesIn += bytes.count
    if number != 0, Self.isAboutMedia(bytes) { return }
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
    case "updated":
      if let index = message.index, let media = message.media {
        sight.set(index, sends: media.isSomething, at: .now)
      }
    case "error": tally.errors.append(message.code ?? "")
    default: message.input { others[$0] }.map(feed)
    }
  }

  /// What others send only the first of all watches: fifty in one process would spend their time on reading it.
  private static func isAboutMedia(_ bytes: [UInt8]) -> Bool {
    bytes.prefix(32).firstRange(of: Array(#""updated""#.utf8)) != nil
  }

  private func learn(_ entry: NodeMessage.Entry) {
    guard let join = Base64URL.decode(entry.join).flatMap({ JoinID($0) }) else { return }
    others[entry.index] = join
    indices[join] = entry.index
    sight.set(entry.index, sends: entry.media.isSomething, at: .now)
    rosterIsDue = true
  }

  private func forget(_ index: Int) {
    if let join = others.removeValue(forKey: index) { indices[join] = nil }
    sight.set(index, sends: false, at: .now)
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
      case .security(let security): sight.security = security
      case .members(let members): sight.members = members.map(\.join)
      case .frozen(_, let isOn): sight.frozen = isOn ? .now : nil
      case .said(_, .order, _, let order): hearOrder?(order)
      case .removedFromGroup:
        sight.security = nil
        sight.members = []
      case .alarm(let alarm):
        tally.alarms += 1
        alarms.insert(alarm)
      case .alarmCleared(let alarm): alarms.remove(alarm)
      default: break
      }
    }
    let seals = meeting.sendingEpoch == meeting.epoch && !alarms.contains { $0.stopsSending }
    board.set(number, seals ? meeting.epochAuthenticator : nil, members: sight.members.count, at: .now)
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
}
