/// Keys, nonces or names, each once, at most some thousands. A sorted array, because the set of the standard library would be
/// five times the code in a browser.
package struct ByteStringSet: Equatable, Sendable, ExpressibleByArrayLiteral {
  /// Ascending in the order of their bytes.
  package private(set) var members: [[UInt8]] = []

  package init() {}

  package init(arrayLiteral members: [UInt8]...) {
    for member in members { insert(member) }
  }

  package func contains(_ bytes: [UInt8]) -> Bool {
    let place = place(of: bytes)
    return place < members.count && members[place] == bytes
  }

  /// Whether it was not there.
  @discardableResult
  package mutating func insert(_ bytes: [UInt8]) -> Bool {
    let place = place(of: bytes)
    guard place == members.count || members[place] != bytes else { return false }
    members.insert(bytes, at: place)
    return true
  }

  /// Where it is, or where it would have to be.
  private func place(of bytes: [UInt8]) -> Int {
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if members[middle].lexicographicallyPrecedes(bytes) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
