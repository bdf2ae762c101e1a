internal import Bytes

/// Samples of what receivers' paths are thought to carry, of all receivers together. A trivial value.
package struct EstimateHistogram: Sendable {
  /// Upper bounds of the buckets in kbit/s; one more bucket takes the rest.
  package static let bounds: [Int64] = [60, 150, 300, 500, 1_000, 2_000, 4_000, 8_000]

  private var counts = InlineArray<9, UInt64>(repeating: 0)
  /// Of all samples, in kbit/s.
  package private(set) var sum: UInt64 = 0

  package init() {}

  /// Samples at most as large as each bound, then all of them.
  package var cumulative: [UInt64] {
    var total: UInt64 = 0
    return counts.indices.map { index in
      total &+= counts[index]
      return total
    }
  }

  mutating func note(_ estimate: DataRate) {
    let kilobits = max(0, min(estimate.bitsPerSecond / 1_000, 10_000_000))
    var bucket = 0
    while bucket < 8, kilobits > Self.bounds[bucket] { bucket += 1 }
    counts[bucket] &+= 1
    sum &+= UInt64(kilobits)
  }

  static func += (sum: inout EstimateHistogram, other: EstimateHistogram) {
    for index in sum.counts.indices { sum.counts[index] &+= other.counts[index] }
    sum.sum &+= other.sum
  }
}

/// Samples of which pictures were being sent, of all receivers together. A trivial value.
package struct PictureSamples: Sendable {
  /// Upper bounds of the height classes in pixels; one more class takes the rest.
  package static let heights = [180, 360, 720, 1_080]
  /// In a second, for each picture.
  package static let rate = 5

  private var layers = InlineArray<3, UInt64>(repeating: 0)
  private var classes = InlineArray<5, UInt64>(repeating: 0)

  package init() {}

  /// By layer, the smallest first.
  package var byLayer: [UInt64] { layers.indices.map { layers[$0] } }
  /// By class of height, the smallest first.
  package var byHeight: [UInt64] { classes.indices.map { classes[$0] } }

  mutating func note(layer: Int, height: Int) {
    guard layers.indices.contains(layer) else { return }
    layers[layer] &+= 1
    var index = 0
    while index < 4, height > Self.heights[index] { index += 1 }
    classes[index] &+= 1
  }

  static func += (sum: inout PictureSamples, other: PictureSamples) {
    for index in sum.layers.indices { sum.layers[index] &+= other.layers[index] }
    for index in sum.classes.indices { sum.classes[index] &+= other.classes[index] }
  }
}
