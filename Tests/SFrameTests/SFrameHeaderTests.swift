import SFrame
import Testing

@Suite("SFrame header")
struct SFrameHeaderTests {
  @Test("a header cut anywhere is malformed")
  func truncated() throws {
    let whole = SFrameHeader(keyID: 0x0123_4567, counter: 0x89ab_cdef_0123).encoded()
    for length in 0..<whole.count {
      #expect(throws: SFrameError.malformed) { try read(Array(whole[..<length])) }
    }
  }

  @Test(
    "a longer spelling than necessary is malformed",
    arguments: [
      [0x80, 0x07], [0x90, 0x00, 0xff], [0x08, 0x00], [0x09, 0x00, 0xff], [0x0f, 0, 0, 0, 0, 0, 0, 0, 1],
      [0xf0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] as [[UInt8]])
  func notMinimal(_ bytes: [UInt8]) {
    #expect(throws: SFrameError.malformed) { try read(bytes) }
  }

  @Test("any bytes give a header that encodes to the same bytes, or an error")
  func randomBytes() {
    var random = SeededGenerator(seed: 0x5f_0001)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      guard let header = try? read(bytes) else { continue }
      #expect(header.encoded() == Array(bytes.prefix(header.length)))
    }
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
