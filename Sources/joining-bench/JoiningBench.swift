import Bytes
import ClientCore
import Foundation
import NIOCore

/// Many people join one room of a node within five seconds, over real TLS WebSockets and each with a whole `Meeting`;
/// then the host removes some of them. Prints what was measured as one JSON object.
@main
struct JoiningBench {
  private static let usage = """
    usage: joining-bench LINK PID [PEOPLE [REMOVALS]]

    PEOPLE (2...1,000, default 200) join the room of LINK, which `tertulia link` has printed, evenly over 5 s, at a node
    that is process PID and takes as many. Then the host removes REMOVALS of them (default 0), one after the other, with
    25 ms added to every message each way. Prints one JSON object (Report.swift), which Benchmarks/joining.py explains.

    """
  private static let span = Duration.seconds(5)
  private static let patience = Duration.seconds(60)

  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.dropFirst().map { Int($0) ?? 0 }
    let people = numbers.dropFirst().first ?? 200
    let removals = numbers.dropFirst(2).first ?? 0
    guard (2...4).contains(arguments.count), (2...1_000).contains(people), (0...people - 2).contains(removals) else {
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
    let crowd = try Crowd(link: arguments[0], count: people)
    var report = Report(people: people, node: numbers[0])
    guard try await join(crowd, &report) else {
      let complaints = try await crowd.complaints(of: people)
      FileHandle.standardError.write(Data("They did not all come into one epoch: \(complaints)\n".utf8))
      exit(1)
    }
    try await remove(removals, from: crowd, &report)
    report.complaints = try await crowd.complaints(of: people - removals)
    print(try report.json)
    // Nobody waits for goodbyes.
    exit(0)
  }

  /// False when they are not together within a minute.
  private static func join(_ crowd: Crowd, _ report: inout Report) async throws -> Bool {
    let people = crowd.participants.count
    crowd.board.expect(people)
    let start = Usage.now(node: report.node)
    report.nodeMemory.append(Usage.memory(of: report.node))
    try await crowd.join(within: span)
    let last = Usage.now(node: report.node)
    guard let since = try await crowd.converge(within: patience) else { return false }
    let end = Usage.now(node: report.node)
    report.nodeMemory.append(Usage.memory(of: report.node))
    for number in 0..<people {
      let tally = try await crowd.on(number) { $0.tally }
      report.bytesIn.append(tally.bytesIn)
      report.bytesOut.append(tally.bytesOut)
      for (kind, count) in tally.kinds { report.kinds[kind, default: 0] += count }
    }
    let hellos = try await crowd.hellos
    let hello = hellos.max() ?? .zero
    report.span = (hello - (hellos.min() ?? .zero)).seconds
    report.together = since.map { ($0 - hello).milliseconds }
    report.epoch = try await crowd.on(0) { $0.meeting.epoch } ?? 0
    report.whole = end - start
    report.tail = end - last
    (report.framesOpened, report.framesExpected) = try await crowd.exchangeFrames(senders: 5)
    return true
  }

  private static func remove(_ count: Int, from crowd: Crowd, _ report: inout Report) async throws {
    guard count > 0 else { return }
    try await crowd.settle(.seconds(3), within: patience)
    for participant in crowd.participants {
      _ = try await crowd.on(participant.number) { $0.delay = .milliseconds(25) }
    }
    for turn in 1...count {
      let left = crowd.participants.count - turn
      let victim = try await crowd.on(left) { $0.meeting.join }
      try await crowd.settle(.seconds(1), within: patience)
      crowd.board.expect(left)
      let click = try await crowd.on(0) { host in
        let click = Instant.now
        host.feed(.remove([victim]))
        return (at: click, cost: host.tally.commitCost)
      }
      guard let since = try await crowd.converge(within: patience) else { return }
      report.removals.append(
        Report.Removal(switched: since.map { ($0 - click.at).milliseconds }, hostCost: click.cost))
      for number in 1..<left { report.commitCosts.append(try await crowd.on(number) { $0.tally.commitCost }) }
    }
  }
}

extension Crowd {
  /// Alarms, errors and losses of the first `count`, by what they are.
  func complaints(of count: Int) async throws -> [String: Int] {
    var found: [String: Int] = [:]
    for number in 0..<count {
      let tally = try await on(number) { $0.tally }
      for error in tally.errors { found[error, default: 0] += 1 }
      if tally.alarms > 0 { found["alarm", default: 0] += tally.alarms }
    }
    return found
  }

  /// Some send a frame each; how many of the others could open it, and how many should.
  func exchangeFrames(senders: Int) async throws -> (opened: Int, expected: Int) {
    var opened = 0
    var expected = 0
    for turn in 0..<min(senders, participants.count) {
      let sender = turn * participants.count / min(senders, participants.count)
      let payload = Array("what \(sender) says".utf8)
      guard let frame = try await on(sender, { $0.seal(payload) }) else { continue }
      for receiver in participants.indices where receiver != sender {
        expected += 1
        if try await on(receiver, { $0.open(frame) }) == payload { opened += 1 }
      }
    }
    return (opened, expected)
  }
}
