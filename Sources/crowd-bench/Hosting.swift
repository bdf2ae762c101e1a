import Bytes
import ClientCore
import NIOCore

/// What a host does in a room of fifty, when it has to be quick: freezes it, and moves it.
struct Hosting {
  static let people = 50
  static let intruders = 2
  static let freezes = 3
  /// Of every byte, each way: the round trip is twice that.
  static let delay = TimeAmount.milliseconds(25)
  private static let patience = Duration.seconds(60)

  /// What did not come about in time.
  enum Failure: Error {
    case notTogether, notOnAir, notFrozen, notResumed, notMade, notRemoved
    case notMoved(came: Int, together: Int, complaints: [String: Int])
  }

  let site: Site
  /// Process id.
  let node: Int

  /// The report as JSON, of `runs` rooms one after the other.
  func run(_ runs: Int) async throws -> String {
    var report = HostingReport()
    for _ in 0..<runs {
      let crowd = try Crowd(of: Self.people, at: site, delay: Self.delay)
      crowd.board.expect(Self.people)
      guard try await crowd.join(within: .seconds(2)), try await crowd.board.converge(within: Self.patience) != nil
      else { throw Failure.notTogether }
      for _ in 0..<Self.freezes { report.freezes.append(try await freeze(crowd)) }
      report.moves.append(try await move(crowd, &report))
      for (kind, count) in try await crowd.complaints(of: Self.people - Self.intruders) {
        report.complaints[kind, default: 0] += count
      }
    }
    return try report.json
  }

  /// Everybody sends, and the host stops it; then goes on.
  private func freeze(_ crowd: Crowd) async throws -> HostingReport.Freeze {
    try await crowd.settle(.seconds(1), within: Self.patience)
    for visit in crowd.visits { try await visit.on { $0.setMedia(true) } }
    let host = crowd.visits[0]
    let others = Self.people - 1
    let isOnAir = try await host.until(within: Self.patience) { $0.sight.sending.count == others }
    guard isOnAir else { throw Failure.notOnAir }
    let click = try await crowd.on(0) { host in
      let click = Instant.now
      host.feed(.freeze)
      return click
    }
    let isSilent = try await host.until(within: Self.patience) { $0.sight.sending.isEmpty }
    guard isSilent, try await all(of: crowd, { $0.sight.frozen != nil }) else { throw Failure.notFrozen }
    var freeze = HostingReport.Freeze()
    for visit in crowd.visits.dropFirst() {
      let seen = try await visit.on { $0.sight.frozen } ?? click
      freeze.seen.append((seen - click).milliseconds)
    }
    freeze.cut = (try await host.on { $0.sight.lastCut } - click).milliseconds
    var patch = RulesPatch()
    patch.isFrozen = false
    try await crowd.visits[0].feed(.setRules(patch))
    guard try await all(of: crowd, { $0.sight.frozen == nil }) else { throw Failure.notResumed }
    return freeze
  }

  private func move(_ crowd: Crowd, _ report: inout HostingReport) async throws -> Move.Times {
    try await crowd.settle(.seconds(1), within: Self.patience)
    for visit in crowd.visits { try await visit.on { $0.setMedia(true) } }
    let move = Move(from: crowd, without: Self.intruders, at: site, delay: Self.delay)
    let before = Usage.now(node: node)
    let times = try await move.lead()
    report.usage.append(Usage.now(node: node) - before)
    report.leaks += move.leaks
    try await move.end()
    return times
  }

  /// Whether it comes about for everybody.
  private func all(
    of crowd: Crowd, _ holds: @escaping @Sendable (Participant) -> Bool
  ) async throws -> Bool {
    let end = ContinuousClock.now + Self.patience
    for visit in crowd.visits {
      let left = end - .now
      guard try await visit.until(within: left, holds) else { return false }
    }
    return true
  }
}
