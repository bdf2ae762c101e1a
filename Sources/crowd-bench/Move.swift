import Bytes
import ClientCore
import Foundation
import NIOCore
import NativeMLSCrypto
import RoomRules
import Synchronization

/// A host takes everybody but a few to a new room: the steps of Web/app/mover.js, by all whom they concern.
final class Move: Sendable {
  /// Since the host decided, in milliseconds.
  struct Times: Sendable {
    /// The new room stands, its door open.
    let made: Int64
    /// Those who are not wanted are gone from the old group.
    let removed: Int64
    /// Of each who came along and of the host: since when it has been in one epoch of the new group with all of them. Ascending.
    let together: [Int64]
    /// Of the new group.
    let epoch: UInt64
  }

  /// What a host's page says to the others'.
  private struct Order: Codable {
    struct Place: Codable {
      let room: String
      let fragment: String
    }
    var t = "order"
    var v = 1
    let move: Place
  }

  private static let patience = Duration.seconds(8)
  /// As long as a page waits for those who were called.
  private static let arrivals = Duration.seconds(30)

  private let site: Site
  private let old: Crowd
  private let delay: TimeAmount
  /// Numbers of those who come along, but for the host.
  private let wanted: Range<Int>
  private let unwanted: Range<Int>
  private let board = Board()
  private let arrived = Mutex<[Visit]>([])
  private let overheard = Mutex(0)

  /// The last `unwanted` are left behind; `delay` is that of every byte, each way.
  init(from old: Crowd, without unwanted: Int, at site: Site, delay: TimeAmount) {
    self.old = old
    self.site = site
    self.delay = delay
    wanted = 1..<old.visits.count - unwanted
    self.unwanted = wanted.upperBound..<old.visits.count
  }

  /// How often somebody who is left behind heard where the others went.
  var leaks: Int { overheard.withLock { $0 } }

  /// Throws when a step takes longer than a page would wait.
  func lead() async throws -> Times {
    try await listen()
    board.expect(wanted.count + 1)
    let here = old.visits[0]
    let seed = [UInt8].random(HostKey<NativeX25519Suite>.seedLength)
    let start = Instant.now
    let address = RoomAddress.fresh(host: try HostKey<NativeX25519Suite>(seed: seed).digest)
    let next = try Visit(0, in: address, at: site, hostSeed: seed, board: board, delay: delay)
    arrived.withLock { $0.append(next) }
    guard try await next.open() else { throw Hosting.Failure.notMade }
    let made = Instant.now

    var joins: [JoinID] = []
    for number in unwanted { joins.append(try await old.on(number) { $0.meeting.join }) }
    let intruders = joins
    try await here.feed(.remove(intruders))
    let isRid = try await here.until(within: Self.patience) { host in
      !host.sight.members.contains { intruders.contains($0) }
    }
    guard isRid else { throw Hosting.Failure.notRemoved }
    let removed = Instant.now

    let place = Order.Place(room: address.room, fragment: String(decoding: address.link.fragment, as: UTF8.self))
    let order = try JSONEncoder().encode(Order(move: place))
    try await here.feed(.say(Array(order), kind: .order, to: nil))
    guard let together = try await board.converge(within: Self.arrivals) else {
      throw try await Hosting.Failure.notMoved(
        came: arrived.withLock { $0.count }, together: board.together, complaints: complaints)
    }
    return Times(
      made: (made - start).milliseconds, removed: (removed - start).milliseconds,
      together: together.map { ($0 - start).milliseconds }, epoch: try await next.on { $0.meeting.epoch } ?? 0)
  }

  /// Of those in the new room and of the host in the old one.
  private var complaints: [String: Int] {
    get async throws {
      var found: [String: Int] = [:]
      for visit in arrived.withLock({ $0 }) + [old.visits[0]] {
        let (errors, state) = try await visit.on { ($0.tally.errors, $0.standing) }
        for error in errors + [state] { found[error, default: 0] += 1 }
      }
      return found
    }
  }

  /// Everybody goes, from wherever they are.
  func end() async throws {
    for visit in arrived.withLock({ $0 }) { try await visit.on { $0.leave() } }
    try await old.leave()
  }

  private func listen() async throws {
    for number in wanted {
      try await old.on(number) { participant in
        participant.hearOrder = { order in self.follow(order, as: number) }
      }
    }
    for number in unwanted {
      try await old.on(number) { participant in
        participant.hearOrder = { _ in self.overheard.withLock { $0 += 1 } }
      }
    }
  }

  /// Enters the new room, sends there, and then leaves the old one.
  private func follow(_ order: [UInt8], as number: Int) {
    guard let order = try? JSONDecoder().decode(Order.self, from: Data(order)),
      let link = try? MeetingLink(fragment: Array(order.move.fragment.utf8)),
      let visit = try? Visit(
        number, in: RoomAddress(room: order.move.room, link: link), at: site, board: board, delay: delay)
    else { return }
    arrived.withLock { $0.append(visit) }
    visit.begin()
    Task {
      guard try await visit.until(within: .seconds(20), { $0.sight.security != nil }) else { return }
      try await visit.on { $0.setMedia(true) }
      try await self.old.on(number) { $0.leave() }
    }
  }
}
