import Bytes
import Foundation
import RoomRules
import Testing

@testable import ClientCore

/// Whole meetings over virtual time, with the real delivery service and real messages.
@Suite("Meetings over a network")
struct MeetingSimulationTests {
  /// With `TERTULIA_SIMULATION=full` as many as the figure is about; fewer where a build without optimisation runs often.
  private static let crowd = ProcessInfo.processInfo.environment["TERTULIA_SIMULATION"] == "full" ? 200 : 40

  @Test("a crowd that joins within 5 s is in one epoch and hears each other within 2 s of the last join")
  func crowdJoins() throws {
    let network = try MeetingNetwork(seed: 2001)
    let count = Self.crowd
    for _ in 0..<count {
      let time = Instant.zero + TimeDelta.seconds(5).random(using: &network.random)
      let delay = TimeDelta.milliseconds(10) + TimeDelta.milliseconds(50).random(using: &network.random)
      network.at(time) { _ = try? network.join(delay: delay) }
    }
    network.run(until: .zero + .seconds(5))
    let isOne = network.run(until: .zero + .seconds(7)) { network.clients.count == count && network.hearsEachOther }
    #expect(isOne)
    print(
      "\(count) joins within 5 s: all hear each other \((network.now - Instant.zero).milliseconds) ms after the first")
    let before = network.clients.map { $0.bytesIn + $0.bytesOut }
    let mean = before.reduce(0, +) / count
    // With a pairwise key for every two, each join makes everybody seal a new key for everybody: 100 bytes at least.
    let pairwise = (1...count).reduce(0) { $0 + 2 * ($1 - 1) * 100 }
    print(
      "bytes per member: mean \(mean), most \(before.max() ?? 0); pairwise keys, each changed at each join: \(pairwise)"
    )
    network.run(until: .zero + .seconds(20))
    #expect(network.isConverged)
    #expect(network.haveSameKeys)
    for client in network.clients {
      #expect(client.alarms.isEmpty)
      #expect(Set(client.meeting.directory.seats.map(\.leaf)).count == count)
    }
  }

  @Test(
    "people come, go, lose their connections and talk: all who stay agree, and nobody is alarmed", arguments: [1, 2, 3])
  func churn(seed: UInt64) throws {
    let network = try MeetingNetwork(seed: 3000 + seed)
    for _ in 0..<6 { try network.join(delay: .milliseconds(20)) }
    network.run(until: .zero + .seconds(5))
    var said = 0
    for step in 0..<40 {
      let dice = network.random.next(upperBound: UInt64(10))
      let present = network.present
      let someone = present.randomElement(using: &network.random)
      switch dice {
      case 0...2 where present.count < 14:
        try network.join(delay: .milliseconds(5) + TimeDelta.milliseconds(120).random(using: &network.random))
      case 3, 4:
        if let someone, present.count > 3 { network.leave(someone) }
      case 5, 6, 7:
        guard let someone else { break }
        network.lose(someone)
        let away = TimeDelta.milliseconds(200) + TimeDelta.seconds(12).random(using: &network.random)
        network.at(network.now + away) { network.resume(someone) }
      default:
        if let someone {
          network.act(someone, .say(Array("word \(step)".utf8), kind: .chat, to: nil))
          said += 1
        }
      }
      network.run(until: network.now + TimeDelta.seconds(6).random(using: &network.random))
    }
    network.run(until: network.now + .seconds(30))
    #expect(network.isConverged)
    for (index, client) in network.clients.enumerated() { #expect(client.alarms.isEmpty, "client \(index)") }
    #expect(said > 0)
    #expect(network.clients.contains { !$0.said.isEmpty })
  }

  @Test("what is said while members come and go arrives at everybody who was there before and after")
  func nothingIsLost() throws {
    let network = try MeetingNetwork(seed: 4001)
    for _ in 0..<4 { try network.join(delay: .milliseconds(40)) }
    network.run(until: .zero + .seconds(3))
    for step in 0..<60 {
      network.act(step % 3, .say([UInt8(step)], kind: .chat, to: nil))
      if step % 6 == 0 { try network.join(delay: .milliseconds(40)) }
      if step % 6 == 3, let last = network.present.last, last > 3 { network.leave(last) }
      network.run(until: network.now + .milliseconds(100))
    }
    network.run(until: network.now + .seconds(10))
    let expected = (0..<60).map { [UInt8($0)] }
    for listener in 0..<4 {
      let own = expected.enumerated().filter { listener < 3 && $0.offset % 3 == listener }.map(\.element)
      let heard = network.clients[listener].said.sorted { $0[0] < $1[0] }
      #expect(heard == expected.filter { !own.contains($0) })
    }
  }

  @Test("a node that dies and starts again: everybody is in a new group within seconds")
  func crash() throws {
    let network = try MeetingNetwork(seed: 5001, hasHost: true)
    for _ in 0..<12 { try network.join(delay: .milliseconds(30)) }
    network.run(until: .zero + .seconds(5))
    #expect(network.isConverged)
    let before = network.clients[0].meeting.groupID
    try network.crash(returningWithin: .seconds(3))
    let start = network.now
    let isOne = network.run(until: start + .seconds(8)) { network.present.count == 12 && network.hearsEachOther }
    #expect(isOne)
    print(
      "12 people in a new group \((network.now - start).milliseconds) ms after the node died, 3 s of which to reconnect"
    )
    #expect(network.clients[0].meeting.groupID != before)
    network.run(until: network.now + .seconds(15))
    #expect(network.clients.allSatisfy { $0.alarms.isEmpty })
    #expect(network.clients[5].meeting.directory.seats.count == 12)
  }

  @Test("a whole room that loses its connections finds itself again in the same group, or in one")
  func everybodyAway() throws {
    let network = try MeetingNetwork(seed: 6001)
    for _ in 0..<5 { try network.join(delay: .milliseconds(30)) }
    network.run(until: .zero + .seconds(5))
    for index in 0..<5 { network.lose(index) }
    network.run(until: network.now + .seconds(6))
    for index in 0..<5 { network.resume(index) }
    network.run(until: network.now + .seconds(20))
    #expect(network.isConverged)
    #expect(network.clients.allSatisfy { $0.alarms.isEmpty })
  }

  @Test("the last sender that stays has switched keys within 300 ms of the host's click, at 50 ms round trip")
  func removal() throws {
    let network = try MeetingNetwork(seed: 7001, hasHost: true)
    for _ in 0..<20 { try network.join(delay: .milliseconds(25)) }
    network.run(until: .zero + .seconds(10))
    #expect(network.isConverged)
    let epoch = try #require(network.clients[0].meeting.epoch)
    let click = network.now
    network.act(0, .remove([network.clients[13].meeting.join]))
    let stay = (0..<20).filter { $0 != 13 }
    let done = network.run(until: click + .seconds(2)) {
      stay.allSatisfy { (network.clients[$0].meeting.sendingEpoch ?? 0) > epoch }
    }
    #expect(done)
    let milliseconds = (network.now - click).milliseconds
    print("a Remove: the last of 19 senders has switched \(milliseconds) ms after the click")
    #expect(milliseconds <= 300)
    network.run(until: network.now + .seconds(3))
    #expect(network.clients[13].wasRemoved)
    #expect(network.isConverged)
  }

  @Test("a freeze reaches 50 participants within 300 ms at 50 ms round trip, and the rules say it within a second")
  func freeze() throws {
    let network = try MeetingNetwork(seed: 8001, hasHost: true)
    for _ in 0..<50 { try network.join(delay: .milliseconds(25)) }
    network.run(until: .zero + .seconds(20))
    #expect(network.isConverged)
    var patch = RulesPatch()
    patch.entries = [.init(join: network.clients[30].meeting.join, granted: .trusted)]
    network.act(0, .setRules(patch))
    network.run(until: network.now + .seconds(2))
    let start = network.now
    network.act(30, .freeze)
    let isEverywhere = network.run(until: start + .milliseconds(300)) {
      network.clients.allSatisfy { $0.frozenAt != nil }
    }
    #expect(isEverywhere)
    print("a freeze reached 50 participants in \((network.now - start).milliseconds) ms at 50 ms round trip")
    for index in network.clients.indices where index != 0 {
      #expect(throws: FrameError.notAllowed) {
        try network.clients[index].meeting.planSeal(.mic, .opus, clear: [])
      }
    }
    network.run(until: start + .seconds(1))
    #expect(network.clients.allSatisfy { $0.meeting.group?.rules?.isFrozen == true })
  }
}
