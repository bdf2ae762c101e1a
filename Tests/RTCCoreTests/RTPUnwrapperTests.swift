import RTCCore
import Testing

@Suite("Counters that wrap")
struct RTPUnwrapperTests {
  @Test("a sequence that starts above 32,768 goes on upwards through its wrap")
  func highStart() {
    var unwrapper = SequenceUnwrapper()
    #expect(unwrapper.unwrap(65_534) == 65_534)
    #expect(unwrapper.unwrap(65_535) == 65_535)
    #expect(unwrapper.unwrap(1) == 65_537)
    #expect(unwrapper.unwrap(0) == 65_536)
    #expect(unwrapper.unwrap(65_533) == 65_533)
  }

  @Test("a packet from before the first is negative, not far ahead")
  func beforeTheFirst() {
    var unwrapper = SequenceUnwrapper()
    #expect(unwrapper.unwrap(0) == 0)
    #expect(unwrapper.unwrap(65_535) == -1)
    #expect(unwrapper.unwrap(2) == 2)
    #expect(unwrapper.peek(65_000) == -536)
    #expect(unwrapper.last == 2, "peeking is not remembered")
  }

  @Test("half the range either way is nearest, exactly half is forward")
  func half() {
    var unwrapper = SequenceUnwrapper()
    _ = unwrapper.unwrap(100)
    #expect(unwrapper.peek(100 + 32_768) == 32_868)
    #expect(unwrapper.peek(100 + 32_769) == 32_869 - 65_536)
  }

  @Test("timestamps wrap at 32 bits")
  func timestamps() {
    var unwrapper = TimestampUnwrapper()
    #expect(unwrapper.unwrap(.max - 89) == Int64(UInt32.max) - 89)
    #expect(unwrapper.unwrap(10) == Int64(UInt32.max) + 11)
    #expect(unwrapper.unwrap(.max) == Int64(UInt32.max))
  }

  @Test("any walk in steps below half the range is followed", arguments: 1...4 as ClosedRange<UInt64>)
  func walk(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    var unwrapper = SequenceUnwrapper()
    var truth = Int64.random(in: 0...65_535, using: &random)
    for _ in 0..<1000 {
      #expect(unwrapper.unwrap(UInt16(truncatingIfNeeded: truth)) == truth)
      truth += Int64.random(in: -32_767...32_768, using: &random)
    }
  }

  @Test("serial numbers compare around the wrap")
  func serial() {
    #expect((0 as UInt16).isNewer(than: 65_535))
    #expect(!(65_535 as UInt16).isNewer(than: 0))
    #expect(!(5 as UInt16).isNewer(than: 5))
    #expect((32_772 as UInt16).isNewer(than: 5))
    #expect(!(32_773 as UInt16).isNewer(than: 5))
  }
}
