/// Which counters were accepted under one key: the newest, and a bitmap of those just below it (the block ring of RFC
/// 6479, so that sliding clears whole words). `accepts` is asked before decryption to save work; only `commit`, called
/// after the tag was verified, changes anything: a forged counter must not move the window.
package struct ReplayWindow: Sendable {
  /// Counters below the newest that can still arrive: ten seconds of 20 ms audio, longer for video.
  package static let span: UInt64 = 512

  // One block more than the span, because the newest block is only partly filled.
  private static let blockCount = Int(span / 64) + 1
  private var blocks = [UInt64](repeating: 0, count: blockCount)
  /// The newest accepted counter; nil before the first.
  package private(set) var newest: UInt64?

  package init() {}

  /// Whether `counter` is new: never accepted, and not too old to tell.
  package func accepts(_ counter: UInt64) -> Bool {
    guard let newest else { return true }
    if counter > newest { return true }
    guard newest - counter < Self.span else { return false }
    return blocks[Self.block(counter)] & Self.bit(counter) == 0
  }

  /// Marks an authenticated counter. Returns false, and changes nothing, when it is not new.
  package mutating func commit(_ counter: UInt64) -> Bool {
    guard accepts(counter) else { return false }
    if let newest, counter > newest {
      clearBlocks(after: newest, upTo: counter)
    }
    blocks[Self.block(counter)] |= Self.bit(counter)
    newest = max(newest ?? counter, counter)
    return true
  }

  private mutating func clearBlocks(after old: UInt64, upTo new: UInt64) {
    let steps = min(new / 64 - old / 64, UInt64(Self.blockCount))
    guard steps > 0 else { return }
    for step in 0..<steps { blocks[Int((new / 64 - step) % UInt64(Self.blockCount))] = 0 }
  }

  private static func block(_ counter: UInt64) -> Int { Int((counter / 64) % UInt64(blockCount)) }
  private static func bit(_ counter: UInt64) -> UInt64 { 1 << (counter % 64) }
}
