import Bytes
import MediaClient
import RTCCore
import SFU
import Testing

/// Calls whose cameras come as one VP9 stream of three spatial layers where everybody can take it. Client 0 looks at what
/// client 1 sends, and so does client 2.
@Suite("Calls with scalable cameras", .serialized)
struct ScalableCallTests {
  static let seeds: [UInt64] = [1, 2, 3, 4, 5]

  private static func call(_ seed: UInt64, path: PathProfile = .perfect) throws -> Simulation<TestSecurity> {
    let call = Simulation(seed: seed, capacity: 4, path: path, startRate: .kilobits(4_000)) {
      TestSecurity(identity: UInt8($0))
    }
    call.obedience = .milliseconds(80)
    call.sendsScalable = true
    try call.join(.listener())
    try call.join(ClientConfiguration())
    try call.join(.listener())
    return call
  }

  /// Loses one packet in twenty, and mixes those of a picture.
  private static let unsteady = PathProfile(latency: .milliseconds(30), jitter: .milliseconds(5), lossPerMille: 50)

  private static func show(_ height: Int, to viewer: Int, in call: Simulation<TestSecurity>) {
    let request = ViewRequest(slot: 0, participant: call.id(1), pixelHeight: height)
    call.apply(.setView(peer: call.id(viewer), requests: [request]))
  }

  private static func picture(_ viewer: Int, in call: Simulation<TestSecurity>) throws -> TrackStatistics {
    try #require(call.tracks(viewer).first { $0.slot == 0 && $0.isVideo })
  }

  /// Of the pictures in `time`, how many came, and how many of these as layers of one stream.
  private static func frames(
    of viewer: Int, in call: Simulation<TestSecurity>, _ time: TimeDelta
  ) throws -> (all: Int, scalable: Int) {
    let before = try picture(viewer, in: call)
    call.run(time)
    let after = try picture(viewer, in: call)
    return (Int(after.frames - before.frames), Int(after.scalableFrames - before.scalableFrames))
  }

  @Test("everybody sees the size they show, out of one stream", arguments: seeds)
  func sizes(seed: UInt64) throws {
    let call = try Self.call(seed)
    Self.show(720, to: 0, in: call)
    Self.show(180, to: 2, in: call)
    call.run(.seconds(5))
    let (tall, small) = (try Self.frames(of: 0, in: call, .seconds(5)), try Self.frames(of: 2, in: call, .seconds(5)))
    #expect(tall.all >= 149 && tall.all == tall.scalable, "seed \(seed): \(tall)")
    #expect(small.all >= 149 && small.all == small.scalable, "seed \(seed): \(small)")
    #expect(try Self.picture(0, in: call).height == 720)
    #expect(try Self.picture(2, in: call).height == 180)
    Self.show(360, to: 2, in: call)
    call.run(.seconds(3))
    #expect(try Self.picture(2, in: call).height == 360)
    for viewer in [0, 2] {
      let seen = try Self.picture(viewer, in: call)
      #expect(seen.violations == 0 && seen.lost == 0 && seen.framesDropped == 0, "seed \(seed): \(seen)")
      #expect(seen.freezeTime < .milliseconds(500), "seed \(seed): \(seen)")
      #expect(seen.nacksSent == 0, "what is left out is not missed")
    }
  }

  @Test(
    "on a link that falls to 900 kbit/s and comes back the picture shrinks and grows, with key pictures",
    arguments: seeds)
  func fallAndReturn(seed: UInt64) throws {
    let call = try Self.call(seed)
    Self.show(720, to: 0, in: call)
    Self.show(720, to: 2, in: call)
    call.limit(0, to: .kilobits(4_000))
    call.run(.seconds(15))
    #expect(try Self.picture(0, in: call).height == 720, "seed \(seed)")
    call.limit(0, to: .kilobits(900))
    call.run(.seconds(15))
    #expect(try Self.picture(0, in: call).height == 360, "seed \(seed)")
    #expect(try Self.picture(2, in: call).height == 720, "seed \(seed)")
    call.limit(0, to: .kilobits(4_000))
    call.run(.seconds(15))
    let seen = try Self.picture(0, in: call)
    #expect(seen.height == 720, "seed \(seed)")
    #expect(seen.violations == 0, "seed \(seed): \(seen)")
    #expect(seen.freezeTime < .milliseconds(1_500), "seed \(seed): \(seen)")
    let other = try Self.picture(2, in: call)
    #expect(other.violations == 0 && other.freezeTime < .milliseconds(500), "seed \(seed): \(other)")
  }

  @Test("5 % loss and reordering on all ways are repaired, and no decoder is handed nonsense", arguments: seeds)
  func lossy(seed: UInt64) throws {
    let call = try Self.call(seed, path: Self.unsteady)
    Self.show(720, to: 0, in: call)
    Self.show(180, to: 2, in: call)
    call.run(.seconds(30))
    for viewer in [0, 2] {
      let seen = try Self.picture(viewer, in: call)
      // Whose estimate falls under the smallest picture for a while sees none, as with simulcast.
      #expect(seen.scalableFrames > 450, "seed \(seed): \(seen)")
      #expect(seen.violations == 0, "seed \(seed): \(seen)")
      #expect(seen.framesDropped * 20 < seen.frames, "seed \(seed): \(seen)")
      #expect(seen.recovered > 0, "seed \(seed)")
    }
    #expect(call.node.counters[.retransmissionBudget] == 0, "seed \(seed): nothing is asked for over and over")
    #expect(call.node.counters.filled > 0, "some that came late were for others")
  }

  @Test(
    "where packets of one picture overtake those of the next, what is handed on is still in order", arguments: seeds)
  func harsh(seed: UInt64) throws {
    let call = try Self.call(seed, path: .lossy)
    Self.show(720, to: 0, in: call)
    Self.show(180, to: 2, in: call)
    call.run(.seconds(30))
    for viewer in [0, 2] {
      let seen = try Self.picture(viewer, in: call)
      #expect(seen.violations == 0 && seen.scalableFrames > 200, "seed \(seed): \(seen)")
    }
  }

  @Test("somebody without VP9 comes, and all go on with VP8; with VP9 when they leave", arguments: seeds)
  func withoutVP9(seed: UInt64) throws {
    let call = try Self.call(seed)
    Self.show(720, to: 0, in: call)
    Self.show(180, to: 2, in: call)
    call.run(.seconds(5))
    var old = ClientConfiguration.listener()
    old.offersVP9 = false
    try call.join(old)
    Self.show(360, to: 3, in: call)
    call.run(.seconds(3))
    for viewer in [0, 2, 3] {
      let frames = try Self.frames(of: viewer, in: call, .seconds(1))
      #expect(frames.all >= 29 && frames.scalable == 0, "seed \(seed), viewer \(viewer): \(frames)")
    }
    #expect(try Self.picture(3, in: call).scalableFrames == 0 && Self.picture(3, in: call).height == 360)
    call.apply(.removePeer(call.id(3)))
    call.run(.seconds(3))
    for viewer in [0, 2] {
      let frames = try Self.frames(of: viewer, in: call, .seconds(1))
      #expect(frames.all >= 29 && frames.scalable == frames.all, "seed \(seed), viewer \(viewer): \(frames)")
      let seen = try Self.picture(viewer, in: call)
      #expect(seen.violations == 0, "seed \(seed): \(seen)")
      #expect(seen.freezeTime < .milliseconds(1_500), "seed \(seed): \(seen)")
    }
  }

  @Test("a sender whose microphone and camera go on after a pause is seen again, as before", arguments: seeds)
  func pause(seed: UInt64) throws {
    let call = try Self.call(
      seed, path: PathProfile(latency: .milliseconds(30), jitter: .milliseconds(5), lossPerMille: 10))
    Self.show(720, to: 0, in: call)
    Self.show(180, to: 2, in: call)
    for _ in 0..<4 {
      call.run(.seconds(4))
      call.setSending(1, .camera, false)
      call.run(.seconds(2))
      call.setSending(1, .camera, true)
    }
    call.run(.seconds(4))
    for viewer in [0, 2] {
      let frames = try Self.frames(of: viewer, in: call, .seconds(2))
      #expect(frames.all >= 55 && frames.scalable == frames.all, "seed \(seed), viewer \(viewer): \(frames)")
      #expect(try Self.picture(viewer, in: call).violations == 0, "seed \(seed)")
    }
  }
}
