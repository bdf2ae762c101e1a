import ClientCore
import SFrame
import Testing

@Suite("Media frames")
struct FrameTests {
  static let cases: [(StreamContext, FrameKind)] = [
    (.mic, .opus), (.screenAudio, .opus), (.camera0, .vp8Key), (.camera1, .vp8Delta), (.camera2, .vp8Key),
    (.screen, .vp8Delta),
  ]

  @Test("what one seals the other opens, and only the clear bytes can be read on the way", arguments: cases)
  func roundTrip(_ context: StreamContext, _ kind: FrameKind) throws {
    var (ana, ben) = try FramePeer.pair()
    let frame = (0..<200).map { UInt8($0) }
    let sealed = try ana.seal(context, kind, frame)
    #expect(Array(sealed[..<kind.clearLength]) == Array(frame[..<kind.clearLength]))
    #expect(!sealed.contains(Array(frame[kind.clearLength..<(kind.clearLength + 8)])))
    #expect(try ben.open(kind, sealed) == frame)
  }

  @Test("a frame of nothing but its clear bytes is sealed, a shorter one dropped")
  func shortFrames() throws {
    var (ana, ben) = try FramePeer.pair()
    #expect(try ben.open(.opus, ana.seal(.mic, .opus, [])) == [])
    #expect(try ben.open(.vp8Delta, ana.seal(.camera0, .vp8Delta, [1])) == [1])
    #expect(throws: FrameError.malformed) { try ana.seal(.camera0, .vp8Key, [UInt8](repeating: 0, count: 9)) }
    #expect(throws: FrameError.malformed) { try ana.seal(.camera0, .vp8Delta, []) }
  }

  @Test("counters of one key never repeat, and every stream and layer has a key of its own")
  func counters() throws {
    var (ana, _) = try FramePeer.pair()
    var used: Set<SFrameHeader> = []
    for _ in 0..<100 {
      for (context, kind) in Self.cases {
        let plan = try ana.session.planSeal(context, kind, clear: [UInt8](repeating: 0, count: 10))
        #expect(used.insert(plan.header).inserted)
      }
    }
    #expect(Set(used.map(\.keyID)).count == Self.cases.count)
  }

  @Test("changing any byte, clear ones included, makes the frame worthless", arguments: cases)
  func tampering(_ context: StreamContext, _ kind: FrameKind) throws {
    var (ana, ben) = try FramePeer.pair()
    let sealed = try ana.seal(context, kind, (0..<30).map { UInt8($0) })
    for position in sealed.indices {
      var changed = sealed
      changed[position] ^= 0x10
      #expect(throws: FrameError.self) { try ben.open(kind, changed) }
    }
    for length in sealed.indices { #expect(throws: FrameError.self) { try ben.open(kind, Array(sealed[..<length])) } }
    _ = try ben.open(kind, sealed)
  }

  @Test("the number of clear bytes is authenticated")
  func clearLength() throws {
    var (ana, ben) = try FramePeer.pair()
    let sealed = try ana.seal(.camera0, .vp8Key, (0..<60).map { UInt8($0) })
    // The same header and ciphertext behind one clear byte: only the additional data tells.
    let shifted = Array(sealed[9...])
    #expect(throws: FrameError.badTag) { try ben.open(.vp8Delta, shifted) }
  }

  @Test("a frame is opened once, and a late one still")
  func replay() throws {
    var (ana, ben) = try FramePeer.pair()
    let frames = try (0..<3).map { try ana.seal(.mic, .opus, [UInt8($0)]) }
    #expect(try ben.open(.opus, frames[2]) == [2])
    #expect(try ben.open(.opus, frames[0]) == [0])
    #expect(throws: FrameError.replayed) { try ben.open(.opus, frames[2]) }
    #expect(try ben.open(.opus, frames[1]) == [1])
  }

  @Test("two copies decrypted at once: the second is refused at commit")
  func race() throws {
    var (ana, ben) = try FramePeer.pair()
    let sealed = try ana.seal(.mic, .opus, [1])
    let plans = try (0..<2).map { _ in try ben.session.planOpen(.opus, prefix: sealed, length: sealed.count) }
    try ben.session.commit(plans[0].header, openedWith: plans[0].key)
    #expect(throws: FrameError.replayed) { try ben.session.commit(plans[1].header, openedWith: plans[1].key) }
  }

  @Test("audio does not pass as video nor video as audio, in whatever slot it is put")
  func kinds() throws {
    var (ana, ben) = try FramePeer.pair()
    let audio = try ana.seal(.mic, .opus, [UInt8](repeating: 0, count: 40))
    let video = try ana.seal(.camera0, .vp8Delta, [UInt8](repeating: 0, count: 40))
    #expect(throws: FrameError.malformed) { try ben.open(.vp8Delta, [0] + audio) }
    #expect(throws: FrameError.malformed) { try ben.open(.opus, Array(video.dropFirst())) }
    #expect(throws: FrameError.malformed) { try ana.seal(.mic, .vp8Key, audio) }
    _ = try ben.open(.opus, audio)
    _ = try ben.open(.vp8Delta, video)
  }

  @Test("a track that the node shows in two slots is seen in one, and the plan says whose it is")
  func twoSlots() throws {
    var (ana, ben) = try FramePeer.pair()
    let video = try ana.seal(.camera0, .vp8Delta, [UInt8](repeating: 0, count: 40))
    let prefix = Array(video.prefix(FramePlan.maximumPrefixLength))
    #expect(try ben.session.planOpen(.vp8Delta, prefix: prefix, length: video.count).leaf == 1)
    _ = try ben.open(.vp8Delta, video)
    #expect(throws: FrameError.replayed) { try ben.open(.vp8Delta, video) }
  }

  @Test("a frame in the clear is never passed on", arguments: cases)
  func clearFrames(_ context: StreamContext, _ kind: FrameKind) throws {
    var (_, ben) = try FramePeer.pair()
    // What an Opus or VP8 frame begins with, and every other first byte.
    for first in 0...255 as ClosedRange<UInt8> {
      let frame = [first, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00] + [UInt8](repeating: first, count: 90)
      #expect(throws: FrameError.self) { try ben.open(kind, frame) }
    }
  }

  @Test("a frame under the key ID of another member is not that member's")
  func otherMembersKeyID() throws {
    var (ana, ben) = try FramePeer.pair()
    let sealed = try ana.seal(.mic, .opus, [1, 2, 3])
    let keyID = try #require(StreamKeyID(SFrameHeader(keyID: 0 << 8 | 7, counter: 0).keyID))
    #expect(keyID.leaf == 0)
    let forged = SFrameHeader(keyID: keyID.value, counter: 0).encoded() + sealed.dropFirst(3)
    #expect(throws: FrameError.badTag) { try ben.open(.opus, forged) }
    let stranger = StreamKeyID(context: .mic, leaf: 5, epoch: 7)
    let unknown = SFrameHeader(keyID: stranger.value, counter: 0).encoded() + sealed.dropFirst(3)
    #expect(throws: FrameError.noKey) { try ben.open(.opus, unknown) }
    #expect(throws: FrameError.noKey) { try ana.open(.opus, sealed) }
  }

  @Test("a key is handed out once")
  func keysAreTaken() throws {
    var (ana, _) = try FramePeer.pair()
    let plan = try ana.session.planSeal(.mic, .opus, clear: [])
    #expect(ana.session.takeKey(plan.key)?.count == 16)
    #expect(ana.session.takeKey(plan.key) == nil)
    #expect(ana.session.takeKey(KeyHandle(99)) == nil)
  }

  @Test("random bytes never open and never trap")
  func randomBytes() throws {
    var (_, ben) = try FramePeer.pair()
    var random = SeededGenerator(seed: 0xc0_0001)
    let kinds: [FrameKind] = [.opus, .vp8Key, .vp8Delta]
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let kind = kinds.randomElement(using: &random)!
      // Half of them claim to be from someone who is here.
      if Bool.random(using: &random), bytes.count > kind.clearLength + 5 {
        bytes.replaceSubrange(kind.clearLength..<(kind.clearLength + 3), with: [0x90, 0x01, 0x00])
      }
      #expect(throws: FrameError.self) { try ben.open(kind, bytes) }
    }
  }
}
