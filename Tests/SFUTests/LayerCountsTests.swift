import Testing

@testable import SFU

/// Against a model that remembers everything: whatever is lost, late or out of order, receivers of each layer see numbers
/// that rise by one over what is theirs and what is missing.
@Suite("Numbers of a scalable stream")
struct LayerCountsTests {
  private static let everybody: UInt8 = 0b111

  @Test("what is left out is not missing, what is lost stays missing, and every number leads back", arguments: 1...20)
  func numbers(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var counts = LayerCounts(before: 100)
    defer { counts.destroy() }
    let serves = (0..<4_000).map { _ in [0b111, 0b110, 0b100, 0b010, 0b001].randomElement(using: &random)! as UInt8 }
    var came: [Int64: LayerCounts.Place] = [:]
    var late: [Int64] = []
    for index in serves.indices {
      let sequence = Int64(100 + index)
      if Int.random(in: 0..<10, using: &random) == 0 {
        late.append(sequence)
      } else {
        came[sequence] = counts.note(sequence, serves: serves[index])
      }
      if !late.isEmpty, Int.random(in: 0..<12, using: &random) == 0 {
        let sequence = late.remove(at: Int.random(in: late.indices, using: &random))
        if sequence > 100 + Int64(index) - 900 {
          came[sequence] = counts.note(sequence, serves: serves[Int(sequence - 100)])
        }
      }
    }
    let end = Int64(100 + serves.count)
    for layer in 0..<3 {
      var next: Int64?
      for sequence in (end - 900)..<end {
        guard let place = came[sequence] else {
          // Missing, or late: everybody's number.
          if let known = next { next = known + 1 }
          continue
        }
        let counted = sequence - Int64(place.skipped[layer])
        let isTheirs = place.serves >> UInt8(layer) & 1 == 1
        if isTheirs || place.fills >> UInt8(layer) & 1 == 1 {
          if let next { #expect(counted == next, "seed \(seed), layer \(layer), packet \(sequence)") }
          #expect(counts.origin(of: counted, layer: Int8(layer)) == sequence)
          next = counted + 1
        }
      }
    }
  }

  @Test("only a packet that was missing and is for others fills a number")
  func fills() {
    var counts = LayerCounts(before: 1)
    defer { counts.destroy() }
    _ = counts.note(1, serves: Self.everybody)
    _ = counts.note(3, serves: 0b100)
    #expect(counts.note(2, serves: 0b001)?.fills == 0b110)
    #expect(counts.find(2)?.fills == 0b110 && counts.find(2)?.serves == 0b001)
    #expect(counts.find(3)?.fills == 0)
    #expect(counts.find(4) == nil)
    #expect(counts.note(4, serves: 0b010)?.fills == 0)
  }

  @Test("packets from just before the first that came are taken, older ones are not")
  func overtaken() {
    var counts = LayerCounts(before: 1_000)
    defer { counts.destroy() }
    #expect(counts.note(1_000, serves: 0b100)?.fills == 0)
    #expect(counts.note(998, serves: 0b001)?.serves == 0b001)
    #expect(counts.origin(of: 998, layer: 0) == 998)
    #expect(counts.note(500, serves: 0b001) == nil)
  }

  @Test("a gap of any length takes bounded time, and what is older than the window is gone")
  func window() {
    var counts = LayerCounts(before: 1)
    defer { counts.destroy() }
    _ = counts.note(1, serves: 0b001)
    #expect(counts.note(1 << 40, serves: Self.everybody)?.skipped[2] == 1, "what was counted out stays so")
    #expect(counts.note(1, serves: 0b001) == nil)
    #expect(counts.find(1) == nil)
    #expect(counts.origin(of: 1, layer: 0) == nil)
    #expect(counts.origin(of: 1 << 40 - 1, layer: 2) == 1 << 40)
    #expect(counts.origin(of: 1 << 41, layer: 2) == nil)
    #expect(counts.note(1 << 40 - 1_000, serves: 0b100)?.fills == 0b011)
  }
}
