/// Gives each SSRC of a session a small index, up to a fixed number of them, so that per-stream state can live in a
/// plain array. Open addressing, half full at most; nothing is allocated after `init`. SSRC 0 is as good as any other:
/// Chromium probes on it.
package struct SSRCTable: Sendable {
  /// SSRCs it can hold.
  package let capacity: Int
  /// SSRCs it holds; indices are 0..<count.
  package private(set) var count = 0

  /// Low 32 bits: SSRC, high 32 bits: index + 1; 0 is empty.
  private var cells: [UInt64]
  private let mask: Int

  /// `capacity` is at least 1.
  package init(capacity: Int) {
    self.capacity = max(1, capacity)
    var size = 2
    while size < 2 * self.capacity { size *= 2 }
    cells = [UInt64](repeating: 0, count: size)
    mask = size - 1
  }

  /// The index of `ssrc`; nil when it was never inserted.
  @inline(__always)
  package func index(of ssrc: UInt32) -> Int? {
    let cell = cells[probe(ssrc)]
    return cell == 0 ? nil : Int(cell >> 32) &- 1
  }

  /// The index of `ssrc`, giving it the next one when it is new; nil when the table is full. Insert what has been
  /// authenticated only.
  @inline(__always)
  package mutating func insert(_ ssrc: UInt32) -> Int? {
    let position = probe(ssrc)
    let cell = cells[position]
    if cell != 0 { return Int(cell >> 32) &- 1 }
    guard count < capacity else { return nil }
    count &+= 1
    cells[position] = UInt64(count) << 32 | UInt64(ssrc)
    return count &- 1
  }

  /// The cell that holds `ssrc`, or the empty one where it belongs. At least half the cells are empty, so it ends.
  @inline(__always)
  private func probe(_ ssrc: UInt32) -> Int {
    var position = Int(truncatingIfNeeded: UInt64(ssrc &* 0x9E37_79B9) >> 8) & mask
    while cells[position] != 0, UInt32(truncatingIfNeeded: cells[position]) != ssrc {
      position = (position &+ 1) & mask
    }
    return position
  }
}
