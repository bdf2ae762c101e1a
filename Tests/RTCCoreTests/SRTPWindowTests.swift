import RTCCore
import Testing

@Suite("SRTP windows and keys")
struct SRTPWindowTests {
  @Test("an index is fresh once, and only a commit makes it old")
  func once() {
    var window = ReplayWindow()
    #expect(window.highest == nil)
    #expect(window.check(5) == .fresh)
    #expect(window.check(5) == .fresh, "an unauthenticated packet leaves no trace")
    window.commit(5)
    #expect(window.check(5) == .replayed)
    #expect(window.check(4) == .fresh)
    window.commit(4)
    #expect(window.check(4) == .replayed)
    #expect(window.highest == 5)
  }

  @Test("what left the window is too old, not fresh")
  func age() {
    var window = ReplayWindow()
    window.commit(10_000)
    #expect(window.check(10_000 - 960) == .fresh)
    #expect(window.check(10_000 - 1024) == .tooOld)
    window.commit(10_000 - 1024)
    window.commit(11_000)
    #expect(window.check(10_000) == .replayed)
    window.commit(1 << 47)
    #expect(window.check(10_000) == .tooOld)
    #expect(window.check((1 << 47) - 500) == .fresh)
  }

  @Test("it agrees with a set of all that was seen", arguments: 1...6 as ClosedRange<UInt64>)
  func model(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    var window = ReplayWindow()
    var seen: Set<UInt64> = []
    var position: UInt64 = 100_000
    for _ in 0..<5000 {
      position += UInt64.random(in: 0...(Int.random(in: 0...50, using: &random) == 0 ? 3000 : 4), using: &random)
      let index = position - UInt64.random(in: 0...1500, using: &random)
      switch window.check(index) {
      case .fresh: #expect(!seen.contains(index))
      case .replayed: #expect(seen.contains(index))
      case .tooOld: #expect(seen.max()! - index >= 961)
      }
      window.commit(index)
      seen.insert(index)
    }
  }

  @Test(
    "the rollover counter is guessed as RFC 3711 §3.3.1 has it",
    arguments: [
      (0, nil, 0), (40_000, nil, 40_000), (65_535, nil, 65_535),
      (40_001, 40_000, 40_001), (100, 40_000, 100 + 65_536), (39_000, 40_000, 39_000), (7_232, 40_000, 7_232),
      (7_231, 40_000, 7_231 + 65_536), (0, 65_535, 65_536), (65_535, 65_536, 65_535), (2, 65_537, 65_538),
      (32_768, 0, 32_768), (32_769, 0, nil), (65_535, 3, nil), (65_535, 3 + 65_536, 65_535),
      (0, 0xFFFF_FFFF_FFFF, nil), (65_535, 0xFFFF_FFFF_FFF0, 0xFFFF_FFFF_FFFF),
    ] as [(UInt16, UInt64?, UInt64?)])
  func rollover(sequence: UInt16, highest: UInt64?, index: UInt64?) {
    #expect(SRTPPacketIndex.estimate(sequence: sequence, highest: highest) == index)
  }

  @Test("a stream with loss and reordering keeps its index over many wraps")
  func longStream() {
    var random = RTPTestRandom(seed: 9)
    var highest: UInt64?
    for base in stride(from: 60_000 as UInt64, to: 400_000, by: 40) {
      let index = base + UInt64.random(in: 0...39, using: &random)
      #expect(SRTPPacketIndex.estimate(sequence: UInt16(truncatingIfNeeded: index), highest: highest) == index)
      highest = max(highest ?? 0, index)
    }
    #expect(SRTPPacketIndex.rollover(highest!) == 6)
  }

  @Test("exported keying material is cut as RFC 5764 §4.2 has it")
  func layout() {
    let gcm = DTLSSRTPKeyLayout(.aeadAES128GCM)
    #expect([gcm.clientKey, gcm.serverKey, gcm.clientSalt, gcm.serverSalt] == [0..<16, 16..<32, 32..<44, 44..<56])
    #expect(SRTPProfile.aeadAES128GCM.keyingMaterialLength == 56)
    let cm = DTLSSRTPKeyLayout(.aes128CMHMACSHA1_80)
    #expect([cm.clientKey, cm.serverKey, cm.clientSalt, cm.serverSalt] == [0..<16, 16..<32, 32..<46, 46..<60])
    #expect(SRTPProfile.aes128CMHMACSHA1_80.keyingMaterialLength == 60)
    #expect(SRTPProfile(rawValue: 7) == .aeadAES128GCM)
    #expect(SRTPProfile(rawValue: 1) == .aes128CMHMACSHA1_80)
    #expect(SRTPProfile.allCases.map(\.rtcpOverhead) == [20, 14])
  }

  @Test("a table of SSRCs gives out its places once, 0 among them, and refuses when full")
  func table() {
    var table = SSRCTable(capacity: 5)
    let ssrcs: [UInt32] = [0, 1, .max, 0x8000_0000, 77]
    for (place, ssrc) in ssrcs.enumerated() {
      #expect(table.index(of: ssrc) == nil)
      #expect(table.insert(ssrc) == place)
      #expect(table.insert(ssrc) == place)
    }
    #expect(table.insert(78) == nil)
    #expect(table.index(of: 78) == nil)
    #expect(ssrcs.map { table.index(of: $0) } == [0, 1, 2, 3, 4])
    #expect(table.count == 5)
  }

  @Test("a table full of chosen SSRCs still finds each", arguments: 1...3 as ClosedRange<UInt64>)
  func crowded(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    var table = SSRCTable(capacity: 300)
    var truth: [UInt32: Int] = [:]
    while truth.count < 300 {
      let ssrc = UInt32.random(in: 0...600, using: &random) << 22
      let place = table.insert(ssrc)
      if let known = truth[ssrc] { #expect(place == known) } else { truth[ssrc] = place }
    }
    for (ssrc, place) in truth { #expect(table.index(of: ssrc) == place) }
  }
}
