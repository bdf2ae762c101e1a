import SFrame
import Testing

/// A window behind a reference, so that expectations can change it.
private final class Window {
  private var window = ReplayWindow()
  var newest: UInt64? { window.newest }
  func accepts(_ counter: UInt64) -> Bool { window.accepts(counter) }
  func commit(_ counter: UInt64) -> Bool { window.commit(counter) }
}

@Suite("Replay window")
struct ReplayWindowTests {
  @Test("a counter is accepted once")
  func once() {
    let window = Window()
    #expect(window.commit(7))
    #expect(!window.accepts(7))
    #expect(!window.commit(7))
  }

  @Test("asking changes nothing: a forged counter cannot move the window")
  func askingIsFree() {
    let window = Window()
    #expect(window.commit(10))
    #expect(window.accepts(.max))
    #expect(window.accepts(9))
    #expect(window.newest == 10)
    #expect(window.commit(9))
  }

  @Test("late counters are accepted inside the span and refused behind it")
  func edges() {
    let window = Window()
    let newest: UInt64 = 10_000
    #expect(window.commit(newest))
    #expect(window.commit(newest - ReplayWindow.span + 1))
    #expect(!window.commit(newest - ReplayWindow.span))
    #expect(!window.commit(0))
  }

  @Test("the largest counters neither trap nor wrap")
  func extremes() {
    let window = Window()
    #expect(window.commit(0))
    #expect(window.commit(.max))
    #expect(!window.commit(.max))
    #expect(window.commit(.max - 1))
    #expect(!window.commit(0))
  }

  @Test("agrees with a set that remembers everything", arguments: [1, 64, 600, 5_000] as [UInt64])
  func againstModel(stride: UInt64) {
    var random = SeededGenerator(seed: 0x5f_0002 + stride)
    let window = Window()
    var seen: Set<UInt64> = []
    var newest: UInt64 = 0
    for _ in 0..<20_000 {
      let high = newest + UInt64.random(in: 0...stride, using: &random)
      let counter = high - min(high, UInt64.random(in: 0...(ReplayWindow.span + 64), using: &random))
      let expected = !seen.contains(counter) && (seen.isEmpty || counter + ReplayWindow.span > newest)
      #expect(window.accepts(counter) == expected)
      #expect(window.commit(counter) == expected)
      guard expected else { continue }
      seen.insert(counter)
      newest = max(newest, counter)
    }
  }
}
