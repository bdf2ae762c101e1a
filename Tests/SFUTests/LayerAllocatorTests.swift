import Bytes
import Testing

@testable import SFU

@Suite("Allocation")
struct LayerAllocatorTests {
  private func item(
    _ track: Int32, wanted: Int8 = 2, current: Int8 = -1, importance: Int = 0, isFavoured: Bool = false,
    rates: [Int64] = [150, 500, 1_500], mayRaise: Bool = true, mayReturn: Bool = true,
    mayLower: Bool = true
  ) -> AllocationItem {
    AllocationItem(
      track: track, importance: importance, isScreen: importance == .max, isFavoured: isFavoured, current: current,
      wanted: wanted,
      mayRaise: mayRaise, mayReturn: mayReturn, mayLower: mayLower,
      rates: InlineArray<3, DataRate> { .kilobits(rates[$0]) })
  }

  private func layers(_ items: [AllocationItem], kilobits: Int64) -> [Int32: Int8] {
    var items = items
    _ = LayerAllocator.allocate(&items, budget: .kilobits(kilobits))
    return Dictionary(uniqueKeysWithValues: items.map { ($0.track, $0.allotted) })
  }

  @Test("everybody gets the smallest layer before anybody is raised")
  func smallestFirst() {
    #expect(layers([item(1), item(2), item(3)], kilobits: 600) == [1: 0, 2: 0, 3: 0])
    #expect(layers([item(1), item(2), item(3)], kilobits: 1_000) == [1: 1, 2: 0, 3: 0])
    #expect(layers([item(1), item(2), item(3)], kilobits: 400) == [1: 0, 2: 0, 3: -1])
  }

  @Test("a screen comes first, then pins and speakers up to what they want")
  func favoured() {
    let screen = item(9, wanted: 0, importance: .max, isFavoured: true, rates: [1_000, 1_000, 1_000])
    #expect(layers([item(1), screen], kilobits: 1_100) == [9: 0, 1: -1])
    #expect(
      layers([item(1), item(2, importance: 3, isFavoured: true), item(3)], kilobits: 2_300) == [2: 2, 1: 0, 3: 0])
    #expect(
      layers([item(1), item(2, importance: 3, isFavoured: true), item(3)], kilobits: 600) == [2: 0, 1: 0, 3: 0])
  }

  @Test("nothing beyond what is shown is allotted, and all of it makes the demand")
  func demand() {
    var items = [item(1, wanted: 1), item(2, wanted: -1), item(3, wanted: 0)]
    #expect(LayerAllocator.allocate(&items, budget: .kilobits(10_000)) == .kilobits(650))
    #expect(items.map(\.allotted) == [1, -1, 0])
  }

  @Test("what fits stays, and a raise leaves room for a backoff")
  func headroom() {
    #expect(layers([item(1, current: 2)], kilobits: 1_500) == [1: 2])
    #expect(layers([item(1, current: 1)], kilobits: 1_700) == [1: 1])
    #expect(layers([item(1, current: 1)], kilobits: 1_800) == [1: 2])
  }

  @Test("a fall of the budget is followed at once, everything else waits its time")
  func hysteresis() {
    #expect(layers([item(1, current: 2, mayRaise: false, mayLower: false)], kilobits: 600) == [1: 1])
    #expect(layers([item(1, current: 1, mayRaise: false, mayLower: false)], kilobits: 9_000) == [1: 1])
    // Somebody else begins to speak.
    let items = [item(1, current: 2, mayLower: false), item(2, current: 0, importance: 1, isFavoured: true)]
    #expect(layers(items, kilobits: 1_700) == [1: 2, 2: 0])
  }

  @Test("a raise that failed is tried again after twice the time")
  func failedRaise() {
    var hysteresis = LayerHysteresis()
    var now = Instant.zero
    for wait in [10, 20, 40, 40] {
      hysteresis.changed(from: 0, to: 1, now: now)
      now = now + .seconds(2)
      hysteresis.changed(from: 1, to: 0, now: now)
      #expect(!hysteresis.mayRaise(now + .seconds(Int64(wait) - 1)))
      now = now + .seconds(Int64(wait))
      #expect(hysteresis.mayRaise(now))
    }
  }

  @Test("what was left nothing comes back with its smallest layer while it may not become tall")
  func returning() {
    #expect(layers([item(1, mayRaise: false)], kilobits: 9_000) == [1: 0])
    #expect(layers([item(1, mayRaise: false, mayReturn: false)], kilobits: 9_000) == [1: -1])
    #expect(layers([item(1, mayRaise: false)], kilobits: 100) == [1: -1])
  }

  @Test("a picture that was left nothing comes back after a second; each time that fails after twice the time")
  func failedReturn() {
    var hysteresis = LayerHysteresis()
    var now = Instant.zero
    hysteresis.changed(from: 0, to: -1, now: now)
    #expect(!hysteresis.mayReturn(now + .milliseconds(900)))
    now = now + .seconds(1)
    #expect(hysteresis.mayReturn(now))
    #expect(!hysteresis.mayRaise(now))
    for wait in [2, 4, 8, 16, 32, 40, 40] {
      hysteresis.changed(from: -1, to: 0, now: now)
      now = now + .seconds(2)
      hysteresis.changed(from: 0, to: -1, now: now)
      #expect(!hysteresis.mayReturn(now + .milliseconds(Int64(wait) * 1_000 - 100)))
      now = now + .seconds(Int64(wait))
      #expect(hysteresis.mayReturn(now))
    }
  }
}
