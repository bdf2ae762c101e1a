import Bytes
import Testing

@testable import Server
@testable import Signaling

@Suite("How often one may knock")
struct KnockMeterTests {
  let node = TestNode()
  let room = HostedRoom()

  @Test("knocking is bounded by room and by source, right or wrong; a host comes in all the same")
  func floods() async throws {
    var node = TestNode()
    let host = try await hosted(node, room)
    var codes: [String] = []
    for number in 0..<70 {
      var card = HostedRoom.Card(2)
      card.join = UInt8(100 + number)
      let guest = try Guest(node, room, card)
      try await guest.hello(gate: number % 2 == 0 ? 98 : nil)
      if let code = try await guest.client.lastRefusal()?.code { codes.append(code) }
      await guest.client.lose()
    }
    #expect(codes == Array(repeating: "knock_limit", count: 10))
    var card = HostedRoom.Card(99)
    card.isHost = true
    let second = try Guest(node, room, card)
    #expect(try await second.hello())
    _ = try await host.settle()

    node = TestNode()
    let source = node.directory.sources.digest(of: [192, 0, 2, 1])
    for number in 0..<22 {
      // Another room each time: what is counted is where they come from.
      let other = HostedRoom(room: "0123456789AB" + String(number))
      let guest = try Guest(node, other, HostedRoom.Card(2), source: source)
      #expect(try await guest.hello() == (number < 20))
    }
    let elsewhere = node.directory.sources.digest(of: [192, 0, 2, 2])
    #expect(try await Guest(node, room, HostedRoom.Card(3), source: elsewhere).hello())
    // A minute on, some may come again.
    node.time.pass(.seconds(61))
    #expect(try await Guest(node, room, HostedRoom.Card(4), source: source).hello())
  }

  @Test("as many wait as may; the next is told so")
  func full() async throws {
    _ = try await hosted(node, room)
    var waiting: [Guest] = []
    for number in 0..<32 as Range<UInt8> {
      let guest = try Guest(node, room, HostedRoom.Card(100 + number))
      #expect(try await guest.hello())
      waiting.append(guest)
    }
    let next = try Guest(node, room, HostedRoom.Card(200))
    #expect(try await next.hello() == false)
    #expect(try await next.client.lastRefusal() == Refusal("knock_limit", fatal: true))
    await waiting[5].client.lose()
    #expect(try await Guest(node, room, HostedRoom.Card(201)).hello())
  }

  @Test("a source is known for an hour, and then by nothing")
  func salt() {
    let clock = TestClock()
    let meter = SourceMeter(limits: KnockLimits(), clock: clock.clock)
    let first = meter.digest(of: [192, 0, 2, 1])
    #expect(meter.digest(of: [192, 0, 2, 1]) == first)
    #expect(meter.digest(of: [192, 0, 2, 2]) != first)
    clock.pass(.seconds(3600))
    meter.expire()
    #expect(meter.digest(of: [192, 0, 2, 1]) != first)
    let other = SourceMeter(limits: KnockLimits(), clock: clock.clock)
    #expect(other.digest(of: [192, 0, 2, 1]) != meter.digest(of: [192, 0, 2, 1]))
  }
}
