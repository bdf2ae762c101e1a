/// Which simulcast layer a receiver gets: by the height it shows, what the sender sends at the moment, and what
/// `LayerAllocator` has allotted it.
enum LayerSelector {
  /// What is known of one layer.
  struct Layer {
    /// Picture height in pixels.
    var height: Int
    /// Packets came lately.
    var isAlive: Bool
  }

  /// A picture may be stretched this much (in percent of what is shown) before the next layer is worth its bits.
  private static var enough: Int { 80 }

  /// The smallest layer at or below `cap` that is tall enough, else the tallest there is; -1 when nothing is wanted or
  /// nothing is sent.
  static func choose(_ layers: InlineArray<3, Layer>, count: Int, requestedHeight: Int, cap: Int) -> Int8 {
    guard requestedHeight > 0 else { return -1 }
    var best: Int8 = -1
    for layer in 0..<count where layers[layer].isAlive {
      if best >= 0 && layer > cap { break }
      best = Int8(truncatingIfNeeded: layer)
      if layers[layer].height * 100 >= requestedHeight * enough { break }
    }
    return best
  }
}
