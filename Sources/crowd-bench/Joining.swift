import Bytes
import ClientCore
import Foundation
import NIOCore

/// Many people join one room of a node within five seconds; then the host removes some of them.
enum Joining {
  private static let span = Duration.seconds(5)
  private static let patience = Duration.seconds(60)

  /// The report as JSON; nil when they did not come together. `node` is a process id.
  static func run(at site: Site, node: Int, people: Int, removals: Int) async throws -> String? {
    let crowd = try Crowd(of: people, at: site)
    var report = JoiningReport(people: people, node: node)
    guard try await join(crowd, &report) else {
      let complaints = try await crowd.complaints(of: people)
      FileHandle.standardError.write(Data("They did not all come into one epoch: \(complaints)\n".utf8))
      return nil
    }
    try await remove(removals, from: crowd, &report)
    report.complaints = try await crowd.complaints(of: people - removals)
    return try report.json
  }

  /// False when they are not together within a minute.
  private static func join(_ crowd: Crowd, _ report: inout JoiningReport) async throws -> Bool {
    let people = crowd.visits.count
    crowd.board.expect(people)
    let start = Usage.now(node: report.node)
    report.nodeMemory.append(Usage.memory(of: report.node))
    guard try await crowd.join(within: span) else { return false }
    let last = Usage.now(node: report.node)
    guard let since = try await crowd.board.converge(within: patience) else { return false }
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

  private static func remove(_ count: Int, from crowd: Crowd, _ report: inout JoiningReport) async throws {
    guard count > 0 else { return }
    try await crowd.settle(.seconds(3), within: patience)
    for visit in crowd.visits {
      try await visit.connection.loop.submit { visit.connection.lag.delay = .milliseconds(25) }.get()
    }
    for turn in 1...count {
      let left = crowd.visits.count - turn
      let victim = try await crowd.on(left) { $0.meeting.join }
      try await crowd.settle(.seconds(1), within: patience)
      crowd.board.expect(left)
      let click = try await crowd.on(0) { host in
        let click = Instant.now
        host.feed(.remove([victim]))
        return (at: click, cost: host.tally.commitCost)
      }
      guard let since = try await crowd.board.converge(within: patience) else { return }
      report.removals.append(
        JoiningReport.Removal(switched: since.map { ($0 - click.at).milliseconds }, hostCost: click.cost))
      for number in 1..<left { report.commitCosts.append(try await crowd.on(number) { $0.tally.commitCost }) }
    }
  }
}

extension Crowd {
  /// Some send a frame each; how many of the others could open it, and how many should.
  func exchangeFrames(senders: Int) async throws -> (opened: Int, expected: Int) {
    var opened = 0
    var expected = 0
    for turn in 0..<min(senders, visits.count) {
      let sender = turn * visits.count / min(senders, visits.count)
      let payload = Array("what \(sender) says".utf8)
      guard let frame = try await on(sender, { $0.seal(payload) }) else { continue }
      for receiver in visits.indices where receiver != sender {
        expected += 1
        if try await on(receiver, { $0.open(frame) }) == payload { opened += 1 }
      }
    }
    return (opened, expected)
  }
}
