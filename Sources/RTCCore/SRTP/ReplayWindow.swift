/// Which of the last packet indices have been seen (RFC 3711 §3.3.2), as a ring of bits (RFC 6479). An attacker who
/// cannot forge a tag must not move it: `check` before authentication, `commit` only after.
package struct ReplayWindow: Sendable {
  /// Bits kept. A block of 64 is recycled at a time, so that at least `size - 63` indices behind the highest are known.
  package static let size = 1024

  package enum Verdict: Sendable {
    case fresh, replayed, tooOld
  }

  /// The highest index committed; nil before the first.
  package private(set) var highest: UInt64?
  private var blocks = InlineArray<16, UInt64>(repeating: 0)

  package init() {}

  /// Whether a packet of this index may be accepted, should its tag prove right.
  @inline(__always)
  package func check(_ index: UInt64) -> Verdict {
    guard let highest, index <= highest else { return .fresh }
    guard highest >> 6 &- index >> 6 < 16 else { return .tooOld }
    return blocks[Int(index >> 6 & 15)] & Self.bit(index) == 0 ? .fresh : .replayed
  }

  /// Marks an authenticated index as seen; one too old to be in the window is ignored.
  @inline(__always)
  package mutating func commit(_ index: UInt64) {
    if let highest {
      if index > highest {
        advance(from: highest, to: index)
      } else if highest >> 6 &- index >> 6 >= 16 {
        return
      }
    } else {
      highest = index
    }
    blocks[Int(index >> 6 & 15)] |= Self.bit(index)
  }

  @inline(__always)
  private mutating func advance(from old: UInt64, to new: UInt64) {
    let steps = min(new >> 6 &- old >> 6, 16)
    for step in 0..<steps { blocks[Int((new >> 6 &- step) & 15)] = 0 }
    highest = new
  }

  @inline(__always)
  private static func bit(_ index: UInt64) -> UInt64 { 1 << (index & 63) }
}
