import Bytes
import MediaClient
import RTCCore
import SFU
import Testing

/// Calls whose receivers sit behind narrow links: the node, its estimator, allocator and pacer as they are shipped, under
/// a virtual clock.
@Suite("Calls over narrow links", .serialized)
struct CongestedCallTests {
  static let seeds: [UInt64] = [1, 2, 3]

  /// What a receiver sees, looked at ten times a second.
  struct Watch {
    var heights: [(time: Double, height: Int)] = []
    var delays: [(time: Double, delay: TimeDelta)] = []

    /// The shortest time between a change of height one way and the next the other way, in seconds.
    func fastestReversal(from start: Double) -> Double {
      var changes: [(time: Double, isUp: Bool)] = []
      for (before, after) in zip(heights, heights.dropFirst()) where before.height != after.height {
        guard after.time >= start else { continue }
        changes.append((after.time, after.height > before.height))
      }
      return zip(changes, changes.dropFirst()).filter { $0.isUp != $1.isUp }.map { $1.time - $0.time }.min()
        ?? .infinity
    }

    func worstDelay(_ from: Double, _ to: Double) -> TimeDelta {
      delays.filter { $0.time > from && $0.time <= to }.map(\.delay).max() ?? .zero
    }

    func height(at time: Double) -> Int { heights.last { $0.time <= time }?.height ?? 0 }
  }

  private static func call(_ seed: UInt64, senders: Int) throws -> Simulation<TestSecurity> {
    let path = PathProfile(latency: .milliseconds(25), jitter: .zero, lossPerMille: 0)
    let call = Simulation(seed: seed, capacity: senders + 1, path: path) { TestSecurity(identity: UInt8($0)) }
    try call.join(.listener())
    for _ in 0..<senders { try call.join(ClientConfiguration()) }
    return call
  }

  private static func show(_ height: Int, senders: Int, in call: Simulation<TestSecurity>) {
    let requests = (0..<senders).map {
      ViewRequest(slot: $0, participant: call.id($0 + 1), pixelHeight: height)
    }
    call.apply(.setView(peer: call.id(0), requests: requests))
  }

  private static func watch(
    _ call: Simulation<TestSecurity>, seconds: Int, slot: Int = 0, into watch: inout Watch, from start: Double
  ) {
    for tick in 1...(seconds * 10) {
      call.run(.milliseconds(100))
      let time = start + Double(tick) / 10
      let track = call.tracks(0).first { $0.slot == slot && $0.isVideo }
      watch.heights.append((time, track?.height ?? 0))
      watch.delays.append((time, call.takeWorstDelay(0)))
    }
  }

  private static func audioLoss(_ call: Simulation<TestSecurity>, since: (frames: UInt64, lost: UInt64) = (0, 0))
    -> Double
  {
    let now = audio(call)
    let (frames, lost) = (Double(now.frames - since.frames), Double(now.lost - since.lost))
    return lost / max(1, frames + lost)
  }

  private static func audio(_ call: Simulation<TestSecurity>) -> (frames: UInt64, lost: UInt64) {
    call.tracks(0).filter { !$0.isVideo }.reduce((0, 0)) { ($0.0 + $1.frames, $0.1 + $1.lost) }
  }

  @Test("4 to 1 to 4 Mbit/s: the picture shrinks, the queue stays short, and the picture comes back", arguments: seeds)
  func fallAndReturn(seed: UInt64) throws {
    let call = try Self.call(seed, senders: 1)
    var watch = Watch()
    call.limit(0, to: .kilobits(4_000))
    Self.show(720, senders: 1, in: call)
    Self.watch(call, seconds: 20, into: &watch, from: 0)
    #expect(watch.height(at: 10) == 720, "seed \(seed)")
    call.limit(0, to: .kilobits(1_000))
    Self.watch(call, seconds: 20, into: &watch, from: 20)
    #expect(watch.height(at: 23) == 360, "seed \(seed)")
    #expect(watch.worstDelay(22, 40) < .milliseconds(100), "seed \(seed)")
    call.limit(0, to: .kilobits(4_000))
    Self.watch(call, seconds: 20, into: &watch, from: 40)
    #expect(watch.height(at: 48) == 720, "seed \(seed)")
    #expect(watch.fastestReversal(from: 5) >= 4.9, "seed \(seed)")
    let video = try #require(call.tracks(0).first { $0.slot == 0 && $0.isVideo })
    #expect(video.freezeTime < .milliseconds(1_500), "seed \(seed)")
    #expect(video.violations == 0, "seed \(seed)")
    #expect(Self.audioLoss(call) < 0.01, "seed \(seed)")
  }

  @Test(
    "4 to 1 Mbit/s where senders make only what is taken: no freeze for want of the smaller layer",
    arguments: seeds, [60, 150, 400])
  func fallToPausedLayer(seed: UInt64, obedience: Int64) throws {
    let call = try Self.call(seed, senders: 1)
    call.obedience = .milliseconds(obedience)
    var watch = Watch()
    call.limit(0, to: .kilobits(4_000))
    Self.show(720, senders: 1, in: call)
    Self.watch(call, seconds: 20, into: &watch, from: 0)
    #expect(call.lastLayers(1) == 0b100, "seed \(seed)")
    let before = try #require(call.tracks(0).first { $0.slot == 0 && $0.isVideo }).freezeTime
    call.limit(0, to: .kilobits(1_000))
    Self.watch(call, seconds: 10, into: &watch, from: 20)
    #expect(watch.height(at: 23) == 360, "seed \(seed)")
    let after = try #require(call.tracks(0).first { $0.slot == 0 && $0.isVideo }).freezeTime
    #expect(after - before < .milliseconds(1_500), "seed \(seed), \(obedience) ms: \(after - before)")
  }

  @Test(
    "five people on 2 Mbit/s: everybody is seen, most of the link is used, nothing goes up and down", arguments: seeds)
  func fivePeople(seed: UInt64) throws {
    let call = try Self.call(seed, senders: 5)
    var watches = [Watch](repeating: Watch(), count: 5)
    call.limit(0, to: .kilobits(2_000))
    Self.show(720, senders: 5, in: call)
    for second in 0..<60 {
      for tick in 1...10 {
        call.run(.milliseconds(100))
        let time = Double(second) + Double(tick) / 10
        let delay = call.takeWorstDelay(0)
        for track in call.tracks(0) where track.isVideo && (track.slot ?? 9) < 5 {
          watches[track.slot!].heights.append((time, track.height))
          watches[track.slot!].delays.append((time, delay))
        }
      }
    }
    for (slot, watch) in watches.enumerated() {
      #expect(watch.height(at: 10) >= 180, "seed \(seed), slot \(slot)")
      #expect(watch.fastestReversal(from: 5) >= 4.9, "seed \(seed), slot \(slot)")
    }
    #expect(watches.map { $0.height(at: 60) }.max() ?? 0 >= 360, "seed \(seed)")
    #expect(watches[0].worstDelay(10, 60) < .milliseconds(200), "seed \(seed)")
    #expect(Self.audioLoss(call) < 0.01, "seed \(seed)")
  }

  @Test("where only sound fits there is sound", arguments: seeds)
  func onlySound(seed: UInt64) throws {
    let call = try Self.call(seed, senders: 1)
    call.limit(0, to: .kilobits(90))
    Self.show(720, senders: 1, in: call)
    // It takes some seconds to find out.
    call.run(.seconds(5))
    let before = Self.audio(call)
    call.run(.seconds(60))
    #expect(Self.audioLoss(call, since: before) < 0.01, "seed \(seed)")
  }

  @Test("a wide link gets every picture in full within 5 s, and lets nothing wait", arguments: seeds)
  func wideLink(seed: UInt64) throws {
    let call = try Self.call(seed, senders: 4)
    Self.show(720, senders: 4, in: call)
    call.run(.seconds(8))
    for track in call.tracks(0) where track.isVideo && (track.slot ?? 9) < 4 {
      #expect(track.height == 720, "seed \(seed), slot \(track.slot!)")
    }
    let waited = call.node.counters.paced
    call.run(.seconds(10))
    #expect(call.node.counters.paced - waited < 200, "seed \(seed)")
  }

  @Test("layers that nobody takes are paused at the sender, and come back when somebody looks", arguments: [UInt64(1)])
  func pausedLayers(seed: UInt64) throws {
    let call = try Self.call(seed, senders: 2)
    Self.show(90, senders: 2, in: call)
    for sender in [1, 2] {
      let requests = (0..<9).map { ViewRequest(slot: $0, participant: nil, pixelHeight: 90) }
      call.apply(.setView(peer: call.id(sender), requests: requests))
    }
    call.run(.seconds(10))
    #expect(call.lastLayers(1) == 0b001)
    Self.show(720, senders: 1, in: call)
    call.run(.seconds(3))
    #expect((call.lastLayers(1) ?? 0) & 0b100 != 0)
  }
}

extension Simulation {
  /// What the node last said about the camera layers of a client.
  fileprivate func lastLayers(_ index: Int) -> UInt8? {
    for event in events.reversed() {
      if case .sendLayers(id(index), .camera, let layers, _) = event { return layers }
    }
    return nil
  }
}
