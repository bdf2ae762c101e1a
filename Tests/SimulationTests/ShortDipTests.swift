import Bytes
import MediaClient
import RTCCore
import SFU
import Testing

/// Somebody joins a room where nine cameras run, and their path is narrow for a moment: a busy machine, a handover.
@Suite("A path that is narrow for a moment", .serialized)
struct ShortDipTests {
  private static let senders = 9

  private static func room(seed: UInt64) throws -> Simulation<TestSecurity> {
    let path = PathProfile(latency: .milliseconds(5), jitter: .zero, lossPerMille: 0)
    let call = Simulation(seed: seed, capacity: senders + 1, path: path) { TestSecurity(identity: UInt8($0)) }
    var sender = ClientConfiguration()
    sender.camera = VideoProfile(
      frameRate: 10, layers: [VideoProfile.Layer(rid: nil, width: 1_280, height: 720, bitrate: 60_000)])
    sender.audioPacketSize = 40
    for index in 0..<senders {
      sender.speaks = index < 2
      try call.join(sender)
    }
    call.run(.seconds(2))
    try call.join(.listener())
    return call
  }

  /// Since when the picture that stands longest stands still.
  private static func standstill(_ call: Simulation<TestSecurity>) -> TimeDelta {
    let pictures = call.tracks(senders).filter { $0.isVideo && $0.slot != nil }
    return pictures.map { call.now - ($0.lastFrame ?? .zero) }.max() ?? .zero
  }

  @Test("all pictures move again within 5 s of it", arguments: [UInt64(1), 2, 3, 4], [500, 1_000, 2_000])
  func comesBack(seed: UInt64, dip: Int64) throws {
    let call = try Self.room(seed: seed)
    call.run(.seconds(3))
    #expect(Self.standstill(call) < .milliseconds(300), "seed \(seed): nine pictures are seen")
    call.limit(Self.senders, to: .kilobits(300))
    call.run(.milliseconds(dip))
    call.limit(Self.senders, to: nil)
    var time = TimeDelta.zero
    while Self.standstill(call) >= .milliseconds(300), time < .seconds(20) {
      call.run(.milliseconds(100))
      time = time + .milliseconds(100)
    }
    print("seed \(seed): after \(dip) ms of 300 kbit/s all pictures move again in \(time.milliseconds) ms")
    #expect(time <= .seconds(5), "seed \(seed)")
  }

  @Test("a picture that is cut leaves no gap that the receiver would ask for", arguments: [UInt64(1), 2, 3, 4])
  func noGap(seed: UInt64) throws {
    let path = PathProfile(latency: .milliseconds(5), jitter: .zero, lossPerMille: 0)
    let call = Simulation(seed: seed, capacity: 2, path: path) { TestSecurity(identity: UInt8($0)) }
    var sender = ClientConfiguration()
    // A key frame of 50 kB, before anything else: more than may wait for a path that is thought to carry 300 kbit/s.
    sender.sendsMicrophone = false
    sender.camera = VideoProfile(
      frameRate: 2, layers: [VideoProfile.Layer(rid: nil, width: 1_280, height: 720, bitrate: 200_000)])
    try call.join(sender)
    call.run(.seconds(2))
    try call.join(.listener())
    call.run(.seconds(20))
    let picture = try #require(call.tracks(1).first { $0.isVideo && $0.frames > 0 })
    #expect(call.node.counters[.overBudget] > 0, "seed \(seed): nothing was cut")
    #expect(picture.nacksSent == 0 && picture.lost == 0, "seed \(seed)")
    #expect(picture.violations == 0 && picture.frames > 10, "seed \(seed)")
  }
}
