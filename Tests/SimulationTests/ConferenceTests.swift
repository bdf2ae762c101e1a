import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import Testing

/// Twenty people on bad paths. The rates are low so that ten minutes pass in seconds. A picture is one packet: a change of
/// layer cuts off a picture that is still on its way, which decoders bear but the strict checks here would count.
@Suite("Conference on a lossy network", .serialized)
struct ConferenceTests {
  private static let people = 20
  private static let slots = 9
  private static let frameRate = 2

  private static var configuration: ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.personSlots = slots
    configuration.camera = VideoProfile(
      frameRate: frameRate,
      layers: [
        VideoProfile.Layer(rid: "q", width: 320, height: 180, bitrate: 1_000),
        VideoProfile.Layer(rid: "h", width: 640, height: 360, bitrate: 1_500),
        VideoProfile.Layer(rid: "f", width: 1_280, height: 720, bitrate: 2_000),
      ])
    return configuration
  }

  /// A conversation of `time`: one person speaks at a time, people look at others and change the size of what they see.
  private static func converse(seed: UInt64, time: TimeDelta) throws -> Simulation<TestSecurity> {
    let call = Simulation(seed: seed, capacity: people, path: .lossy, startRate: .kilobits(5_000)) {
      TestSecurity(identity: UInt8($0))
    }
    for index in 0..<people {
      try call.join(configuration)
      call.setSending(index, .microphone, false)
      call.run(.milliseconds(100))
    }
    let start = call.now
    var speaker = 0
    while call.now - start < time {
      speaker = (speaker + Int.random(in: 1..<people, using: &call.random)) % people
      call.setSending(speaker, .microphone, true)
      look(Int.random(in: 0..<people, using: &call.random), in: call)
      call.run(.seconds(4))
      call.setSending(speaker, .microphone, false)
      call.run(.seconds(4))
    }
    return call
  }

  /// Somebody wants other people in the first slots, at other sizes.
  private static func look(_ viewer: Int, in call: Simulation<TestSecurity>) {
    var others = (0..<people).filter { $0 != viewer }
    others.shuffle(using: &call.random)
    let heights = [720, 360, 180, 180, 90, 90, 90, 90, 90]
    call.apply(
      .setView(
        peer: call.id(viewer),
        requests: (0..<slots).map {
          ViewRequest(slot: $0, participant: $0 < 4 ? call.id(others[$0]) : nil, pixelHeight: heights[$0])
        }))
  }

  @Test(
    "20 people, 5 % loss and reordering, 10 minutes: everybody sees and hears, nothing breaks", arguments: [UInt64(1)])
  func tenMinutes(seed: UInt64) throws {
    let call = try Self.converse(seed: seed, time: .seconds(600))
    var lost: UInt64 = 0
    var packets: UInt64 = 0
    for index in 0..<Self.people {
      #expect(call.state(index) == .connected, "seed \(seed), participant \(index)")
      for track in call.tracks(index) where track.slot != nil {
        if track.isVideo {
          expectPicture(track, call, "seed \(seed), participant \(index), slot \(track.slot!)")
          lost += track.lost
          packets += track.packets
        } else {
          #expect(track.violations == 0, "seed \(seed), participant \(index)")
        }
      }
      let heard = call.tracks(index).filter { !$0.isVideo }.reduce(0) { $0 + $1.frames }
      #expect(heard > 10_000, "seed \(seed), participant \(index) hears the conversation")
    }
    #expect(Double(lost) < Double(packets) * 0.002, "seed \(seed): lost \(lost) of \(packets) after recovery")
    expectExplained(call)
  }

  private func expectPicture(_ track: TrackStatistics, _ call: Simulation<TestSecurity>, _ what: Comment) {
    #expect(track.violations == 0, what)
    #expect(track.frames > 600 * UInt64(Self.frameRate) * 85 / 100, what)
    #expect(track.unmarked == 0, what)
    #expect(call.now - (track.lastFrame ?? .zero) < .seconds(5), what)
  }

  /// On such a network these happen: a packet is asked for twice and comes twice, or a receiver asks for one that the node
  /// misses itself, until the sender has repeated it.
  private func expectExplained<Security>(_ call: Simulation<Security>) {
    let usual: Set<DropReason> = [.uselessRetransmission, .duplicateRTP, .retransmissionGone, .replayedSRTP]
    for reason in DropReason.allCases where !usual.contains(reason) {
      #expect(call.node.counters[reason] == 0, "seed \(call.seed): \(reason)")
    }
    let forwarded = call.node.counters.forwarded
    for reason in usual { #expect(call.node.counters[reason] < forwarded / 20, "seed \(call.seed): \(reason)") }
  }

  @Test("the same seed gives the same call, another seed another")
  func determinism() throws {
    let first = try Self.converse(seed: 7, time: .seconds(16)).digest
    #expect(try Self.converse(seed: 7, time: .seconds(16)).digest == first)
    #expect(try Self.converse(seed: 8, time: .seconds(16)).digest != first)
  }

  @Test("with real keys too", arguments: [UInt64(3)])
  func realSecurity(seed: UInt64) throws {
    let securities = try (0...4).map { _ in try OpenSSLSecurity() }
    let call = Simulation(seed: seed, capacity: 4, path: .lossy, startRate: .kilobits(5_000)) { securities[min($0, 4)] }
    var configuration = Self.configuration
    configuration.camera.frameRate = 15
    for _ in 0..<4 { try call.join(configuration) }
    call.run(.seconds(12))
    for index in 0..<4 {
      #expect(call.state(index) == .connected, "seed \(seed)")
      for track in call.tracks(index) where (track.slot ?? 9) < 3 {
        #expect(track.violations == 0, "seed \(seed)")
        #expect(track.frames > (track.isVideo ? 100 : 400), "seed \(seed), participant \(index)")
        #expect(track.senderReports > 3, "seed \(seed)")
      }
    }
    expectExplained(call)
  }

  @Test("a cable is pulled: the others go on, and the place is free within 31 s", arguments: [UInt64(5)])
  func pulledCable(seed: UInt64) throws {
    let call = Simulation(seed: seed, capacity: 4, path: .lossy, startRate: .kilobits(5_000)) {
      TestSecurity(identity: UInt8($0))
    }
    for _ in 0..<4 { try call.join(Self.configuration) }
    call.run(.seconds(5))
    call.unplug(0)
    call.run(.seconds(31))
    #expect(call.events.contains(.disconnected(call.id(0), reason: .consentExpired)), "seed \(seed)")
    #expect(call.node.population.peers == 3)
    for index in 1..<4 {
      let alive = call.tracks(index).filter { $0.isVideo && call.now - ($0.lastFrame ?? .zero) < .seconds(3) }
      #expect(alive.count == 2, "seed \(seed), participant \(index)")
    }
  }
}
