import Bytes
import Testing

@testable import SFU

@Suite("Deadlines")
struct DeadlinesTests {
  @Test(
    "the earliest is known, and all that are due are found in order, as in a plain list", arguments: [UInt64(1), 2, 3])
  func likeAList(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for capacity in [1, 2, 3, 7, 64, 100] {
      var tree = Deadlines(capacity: capacity)
      var list = [Instant](repeating: .distantFuture, count: capacity)
      for _ in 0..<500 {
        let place = Int.random(in: 0..<capacity, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
          tree.clear(Int32(place))
          list[place] = .distantFuture
        } else {
          let time = Instant(nanoseconds: Int64.random(in: 0..<100, using: &random))
          tree.lower(Int32(place), to: time)
          list[place] = min(list[place], time)
        }
        #expect(tree.earliest == list.min(), "seed \(seed)")
        let now = Instant(nanoseconds: Int64.random(in: 0..<100, using: &random))
        var due: [Int] = []
        var next: Int32 = 0
        while let found = tree.first(from: next, due: now) {
          due.append(Int(found))
          next = found + 1
        }
        #expect(due == list.indices.filter { list[$0] <= now }, "seed \(seed)")
      }
    }
  }
}
