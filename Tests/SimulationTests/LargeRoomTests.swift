import Bytes
import RTCCore
import SFU
import Testing

/// Rooms in which twenty send and many listen.
@Suite("Large rooms", .serialized)
struct LargeRoomTests {
  /// What a second costs the listeners of a room while three people take turns.
  private static func oneSecond(listeners: Int) throws -> (crowd: Crowd, time: Duration) {
    let crowd = try Crowd(senders: 20, listeners: listeners, seed: 4)
    crowd.run(1_000, speaking: [3])
    crowd.forget()
    let clock = ContinuousClock()
    let time = clock.measure {
      for turn in 0..<2 { crowd.run(500, speaking: [3, 5 + turn, 15]) }
    }
    return (crowd, time)
  }

  @Test("1,000 listeners cost each client what 10 cost: packets, tracks and events")
  func sameForEverybody() throws {
    let small = try Self.oneSecond(listeners: 10)
    let large = try Self.oneSecond(listeners: 1_000)
    print(
      "1 s with 10 listeners: \(small.time), with 1,000: \(large.time); each gets \(large.crowd.counts[0].datagrams)")
    for index in 0..<10 {
      let (few, many) = (small.crowd.counts[index], large.crowd.counts[index])
      #expect(many.tracks.count == few.tracks.count)
      #expect(many.events == few.events)
      #expect(many.audio == few.audio)
      #expect(many.video == few.video)
      #expect(abs(many.datagrams - few.datagrams) <= 10, "receiver \(index)")
    }
    let most = large.crowd.counts.map(\.datagrams).max() ?? 0
    let least = large.crowd.counts.map(\.datagrams).min() ?? 0
    #expect(Double(most) < Double(least) * 1.1, "\(least) to \(most)")
    // Nine pictures of five a second; those who speak, and who spoke lately: nobody else's open microphone.
    #expect(large.crowd.counts.allSatisfy { (40...50).contains($0.video) })
    #expect(large.crowd.counts.allSatisfy { $0.audio > 3 * 40 && $0.audio < 5 * 50 })
    #expect(large.crowd.counts.allSatisfy { $0.events == 0 })
  }

  @Test("who begins to speak is heard by everybody within 120 ms, seen or not")
  func heardAtOnce() throws {
    let crowd = try Crowd(senders: 20, listeners: 200, seed: 5)
    crowd.run(1_000)
    crowd.forget()
    crowd.run(120, speaking: [7])
    #expect(crowd.counts.allSatisfy { $0.audio >= 1 })
    crowd.run(880, speaking: [7])
    #expect(crowd.counts.allSatisfy { (44...50).contains($0.audio) && $0.tracks.count == 10 })
  }

  @Test("a join costs those who are there nothing")
  func quietJoins() throws {
    let crowd = try Crowd(senders: 20, listeners: 200, seed: 6)
    crowd.run(1_000, speaking: [1])
    crowd.forget()
    for _ in 0..<50 { try crowd.join() }
    #expect(crowd.counts[..<200].allSatisfy { $0 == Crowd.Count() })
  }

  @Test(
    "200 join within 5 s: each sender makes eight key frames a layer at most, and everybody sees nine pictures in 1.3 s"
  )
  func stormOfJoins() throws {
    let crowd = try Crowd(senders: 20, listeners: 10, seed: 7)
    crowd.run(5_000, speaking: [1])
    crowd.forget()
    for index in 0..<250 {
      if index % 5 != 4 { try crowd.join() }
      crowd.tick(speaking: [1])
    }
    crowd.run(2_000, speaking: [1])
    let most = crowd.requests.values.max() ?? 0
    print("key frames asked of a layer while 200 join in 5 s: \(most)")
    #expect(most <= 8)
    for index in 10..<210 {
      let pictures = crowd.listeners[index].configuration.slots.compactMap { $0.video?.ssrc }
      let waits = pictures.map { crowd.firstPackets[index][$0].map { $0 - crowd.joined[index] } ?? .seconds(99) }
      #expect(waits.allSatisfy { $0 <= .milliseconds(1_300) }, "joiner \(index): \(waits.map(\.milliseconds))")
    }
  }

  @Test("a receiver that asks for key frames a thousand times a second is listened to six times in ten seconds")
  func hostileReceiver() throws {
    let crowd = try Crowd(senders: 20, listeners: 10, seed: 8)
    crowd.run(5_000)
    crowd.forget()
    let hostile = crowd.listeners[0]
    let picture = try #require(hostile.configuration.slots[0].video?.ssrc)
    for _ in 0..<500 {
      for _ in 0..<20 {
        crowd.deliver(
          hostile.rtcp { PictureLossIndication(sender: 1, media: picture).write(into: &$0) }, from: hostile)
      }
      crowd.tick()
    }
    #expect(crowd.requests.count == 1)
    #expect(crowd.requests.values.allSatisfy { $0 <= 6 }, "\(crowd.requests)")
  }
}
