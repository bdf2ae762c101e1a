/// A fixed number of places for `Element` at addresses that never move, each found by a small index. Memory is reserved
/// at once and touched place by place. Reaching an element is one multiplication: no reference counting, no exclusivity
/// check. The caller never uses an index after `remove`.
struct Slab<Element>: ~Copyable {
  let capacity: Int
  private let elements: UnsafeMutablePointer<Element>
  /// For a free place: the next free one, or `end`. For one in use: `used`. Valid below `touched`.
  private let links: UnsafeMutablePointer<Int32>
  private var firstFree = Self.end
  private var touched = 0
  private(set) var count = 0

  private static var end: Int32 { -1 }
  private static var used: Int32 { -2 }

  init(capacity: Int) {
    self.capacity = max(1, capacity)
    elements = .allocate(capacity: self.capacity)
    links = .allocate(capacity: self.capacity)
  }

  deinit {
    for index in 0..<touched where links[index] == Self.used { (elements + index).deinitialize(count: 1) }
    elements.deallocate()
    links.deallocate()
  }

  /// Where the next element comes to lie; nil when all places are taken.
  var nextFree: Int32? {
    if firstFree != Self.end { return firstFree }
    return touched < capacity ? Int32(truncatingIfNeeded: touched) : nil
  }

  /// The index of `element`'s place, which is `nextFree`; nil when all are taken.
  mutating func insert(_ element: Element) -> Int32? {
    guard let place = nextFree else { return nil }
    let index = Int(place)
    if firstFree != Self.end { firstFree = links[index] } else { touched += 1 }
    (elements + index).initialize(to: element)
    links[index] = Self.used
    count += 1
    return place
  }

  mutating func remove(_ index: Int32) {
    guard contains(index) else { return }
    (elements + Int(index)).deinitialize(count: 1)
    links[Int(index)] = firstFree
    firstFree = index
    count -= 1
  }

  func contains(_ index: Int32) -> Bool {
    index >= 0 && Int(index) < touched && links[Int(index)] == Self.used
  }

  /// Indices are below this: for walks over everything, with `contains`.
  var limit: Int32 { Int32(truncatingIfNeeded: touched) }

  /// The place of an element that is there.
  @inline(__always)
  subscript(index: Int32) -> UnsafeMutablePointer<Element> { elements + Int(index) }
}
