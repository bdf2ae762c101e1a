import Bytes
import Testing

@testable import SFU

/// What holds for any pictures and any budget.
@Suite("Allocation, whatever comes")
struct AllocationPropertyTests {
  static let seeds: [UInt64] = Array(1...20)

  private struct Picture {
    var item: AllocationItem
    var hysteresis = LayerHysteresis()
    var changes: [(time: Instant, isUp: Bool, from: Int8)] = []
  }

  /// One to nine people and perhaps a screen, as `MediaRouter` describes them.
  private static func pictures(_ random: inout SeededGenerator) -> [Picture] {
    var pictures: [Picture] = []
    for track in 0..<Int.random(in: 1...9, using: &random) {
      let favoured = Int.random(in: 0..<4, using: &random) == 0
      pictures.append(
        Picture(
          item: item(
            Int32(track), importance: favoured ? 1 : 0, isFavoured: favoured,
            wanted: Int8.random(in: -1...2, using: &random), using: &random)))
    }
    if Bool.random(using: &random) {
      var screen = item(99, importance: .max, isFavoured: true, wanted: 0, using: &random)
      screen.isScreen = true
      pictures.append(Picture(item: screen))
    }
    return pictures
  }

  private static func item(
    _ track: Int32, importance: Int, isFavoured: Bool, wanted: Int8, using random: inout SeededGenerator
  ) -> AllocationItem {
    var rate = Int64.random(in: 80...250, using: &random)
    let rates = InlineArray<3, DataRate> { _ in
      defer { rate = rate * Int64.random(in: 20...40, using: &random) / 10 }
      return .kilobits(rate)
    }
    return AllocationItem(
      track: track, importance: importance, isFavoured: isFavoured, current: -1, wanted: wanted, mayRaise: true,
      mayReturn: true, mayLower: true, rates: rates)
  }

  private static func rate(_ items: [AllocationItem]) -> DataRate {
    items.reduce(.zero) { $0 + $1.rate($1.allotted) }
  }

  @Test("from nothing: never over the budget, nothing beyond what is shown, the screen first", arguments: seeds)
  func firstShare(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let pictures = Self.pictures(&random)
      let budget = DataRate.kilobits(Int64.random(in: 0...12_000, using: &random))
      var items = pictures.map(\.item)
      _ = LayerAllocator.allocate(&items, budget: budget)
      #expect(Self.rate(items) <= budget, "seed \(seed)")
      #expect(items.allSatisfy { $0.allotted <= $0.wanted }, "seed \(seed)")
      guard let screen = items.first(where: \.isScreen), screen.rates[0] <= budget else { continue }
      #expect(screen.allotted == 0, "seed \(seed): the screen fits")
    }
  }

  @Test("a larger budget never gives the screen, or all pictures together, less", arguments: seeds)
  func monotone(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let pictures = Self.pictures(&random)
      var (seen, screen) = (0, Int8(-1))
      for step in 0...60 {
        var items = pictures.map(\.item)
        _ = LayerAllocator.allocate(&items, budget: .kilobits(Int64(step) * 200))
        // How many are seen at all, and the screen; single layers may give way to somebody's first.
        let now = items.count { $0.allotted >= 0 && !$0.isScreen }
        let nowScreen = items.first(where: \.isScreen)?.allotted ?? -1
        #expect(nowScreen >= screen, "seed \(seed)")
        if nowScreen == screen { #expect(now >= seen, "seed \(seed)") }
        (seen, screen) = (now, nowScreen)
      }
    }
  }

  @Test("a wild budget: never over it, and no picture down and up again within 5 s, or back within 1", arguments: seeds)
  func wildBudget(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var pictures = Self.pictures(&random)
    var now = Instant(nanoseconds: 1_000_000_000)
    var budget = DataRate.kilobits(3_000)
    for step in 0..<1_500 {
      if step % 7 == 0 { budget = .kilobits(Int64.random(in: 100...8_000, using: &random)) }
      var items = pictures.map { picture in
        var item = picture.item
        item.mayRaise = picture.hysteresis.mayRaise(now)
        item.mayReturn = picture.hysteresis.mayReturn(now)
        item.mayLower = picture.hysteresis.mayLower(now)
        return item
      }
      _ = LayerAllocator.allocate(&items, budget: budget)
      #expect(Self.rate(items) <= budget, "seed \(seed), step \(step)")
      for item in items {
        let index = pictures.firstIndex { $0.item.track == item.track }!
        let old = pictures[index].item.current
        guard item.allotted != old else { continue }
        pictures[index].hysteresis.changed(from: old, to: item.allotted, now: now)
        pictures[index].item.current = item.allotted
        pictures[index].changes.append((now, item.allotted > old, old))
      }
      now = now + .milliseconds(200)
    }
    for picture in pictures {
      for (before, after) in zip(picture.changes, picture.changes.dropFirst()) where !before.isUp && after.isUp {
        let least: TimeDelta = after.from < 0 ? .seconds(1) : .seconds(5)
        #expect(after.time - before.time >= least, "seed \(seed): down and up")
      }
    }
  }
}

@Suite("Key frames")
struct KeyFrameTests {
  @Test("requests of a crowd are spaced ever wider, up to a second, and close together again after a pause")
  func spacing() {
    var requester = KeyFrameRequester()
    var sent: [Int64] = []
    for millisecond in Int64(0)..<9_000 where millisecond < 5_000 || millisecond >= 8_500 {
      let now = Instant(nanoseconds: millisecond * 1_000_000)
      requester.want()
      guard requester.takeRequest(now: now, roundTrip: .milliseconds(50)) else { continue }
      sent.append(millisecond)
      requester.received()
    }
    #expect(sent == [0, 300, 900, 1_900, 2_900, 3_900, 4_900, 8_500, 8_800])
  }

  @Test("a request that is not answered is repeated, at the pace of the path")
  func unanswered() {
    var requester = KeyFrameRequester()
    requester.want()
    var sent: [Int64] = []
    for millisecond in Int64(0)..<2_000 {
      let now = Instant(nanoseconds: millisecond * 1_000_000)
      if requester.takeRequest(now: now, roundTrip: .milliseconds(400)) { sent.append(millisecond) }
    }
    #expect(sent == [0, 600, 1_200, 1_800])
  }

  @Test("a receiver that complains all the time is passed on ever less, and one that waits is not forgotten")
  func pictureLoss() {
    var limit = PictureLossLimit()
    var passed: [Int64] = []
    for millisecond in Int64(0)..<10_000 where limit.ask(now: Instant(nanoseconds: millisecond * 1_000_000)) {
      passed.append(millisecond)
    }
    #expect(passed == [0, 300, 900, 2_100, 4_500, 9_300])
    let later = limit.takeWaiting(now: Instant(nanoseconds: 30_000_000_000))
    let again = limit.takeWaiting(now: Instant(nanoseconds: 60_000_000_000))
    #expect(later && !again)
  }
}
