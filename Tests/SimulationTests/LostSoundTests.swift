import Bytes
import MediaClient
import RTCCore
import SFU
import Testing

/// Sound on the way to receivers whose paths lose packets at random.
@Suite("Sound on lossy paths", .serialized)
struct LostSoundTests {
  private static func call(
    _ seed: UInt64, lossPerMille: Int, rate: DataRate = .kilobits(4_000)
  ) throws -> Simulation<TestSecurity> {
    let path = PathProfile(latency: .milliseconds(20), jitter: .zero, lossPerMille: 0)
    let call = Simulation(seed: seed, capacity: 2, path: path) { TestSecurity(identity: UInt8($0)) }
    try call.join(.listener())
    try call.join(ClientConfiguration())
    call.limit(0, to: rate)
    call.run(.seconds(5))
    call.downPath = PathProfile(latency: .milliseconds(20), jitter: .zero, lossPerMille: lossPerMille)
    return call
  }

  private static func sound(_ call: Simulation<TestSecurity>) -> (frames: UInt64, lost: UInt64) {
    call.tracks(0).filter { !$0.isVideo }.reduce((0, 0)) { ($0.0 + $1.frames, $0.1 + $1.lost) }
  }

  private static func lossOfSound(_ call: Simulation<TestSecurity>, seconds: Int64) -> Double {
    let before = sound(call)
    call.run(.seconds(seconds))
    let after = sound(call)
    let (frames, lost) = (Double(after.frames - before.frames), Double(after.lost - before.lost))
    return lost / max(1, frames + lost)
  }

  @Test(
    "of a path that loses 5 %, little of the sound is lost, and in the long run next to nothing", arguments: [1, 2, 3])
  func fivePercent(seed: UInt64) throws {
    let call = try Self.call(seed, lossPerMille: 50)
    let first = Self.lossOfSound(call, seconds: 5)
    let rest = Self.lossOfSound(call, seconds: 55)
    print("seed \(seed): of 5 % sound is lost: first 5 s \(first), next 55 s \(rest)")
    #expect(first < 0.03)
    #expect(rest < 0.006)
    #expect(call.node.counters.copied > 2_800, "for as long as the path loses, though what is heard is whole")
  }

  @Test("on a path that loses nothing no sound is sent twice")
  func noLoss() throws {
    let call = try Self.call(4, lossPerMille: 0)
    #expect(Self.lossOfSound(call, seconds: 30) == 0)
    #expect(call.node.counters.copied == 0)
  }
}
