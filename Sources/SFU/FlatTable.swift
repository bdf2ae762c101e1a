package import RTCCore

/// What a `FlatTable` can be keyed with: trivial values whose bits mix into one word.
protocol FlatKey: Equatable {
  /// Equal keys give equal words; the table mixes in its seed.
  var word: UInt64 { get }
}

/// A hash table of fixed size from trivial keys to small indices: open addressing, linear probing, at most half full,
/// and nothing allocated after `init`. The seed keeps outsiders from choosing keys that collide.
struct FlatTable<Key: FlatKey>: ~Copyable {
  let capacity: Int
  private(set) var count = 0
  private let cells: UnsafeMutablePointer<Cell>
  private let mask: Int
  private let seed: UInt64

  private struct Cell {
    var key: Key?
    var value: Int32
  }

  init(capacity: Int, seed: UInt64) {
    self.capacity = max(1, capacity)
    var size = 2
    while size < 2 * self.capacity { size *= 2 }
    cells = .allocate(capacity: size)
    cells.initialize(repeating: Cell(key: nil, value: 0), count: size)
    mask = size - 1
    self.seed = seed
  }

  deinit {
    cells.deallocate()
  }

  @inline(__always)
  subscript(key: Key) -> Int32? {
    let cell = cells[probe(key)]
    return cell.key == nil ? nil : cell.value
  }

  /// False, with nothing changed, when the key is new and the table is full.
  mutating func insert(_ key: Key, _ value: Int32) -> Bool {
    let position = probe(key)
    if cells[position].key == nil {
      guard count < capacity else { return false }
      count += 1
    }
    cells[position] = Cell(key: key, value: value)
    return true
  }

  mutating func remove(_ key: Key) {
    var hole = probe(key)
    guard cells[hole].key != nil else { return }
    count -= 1
    cells[hole].key = nil
    // Later cells of the run move up, so that probing never meets a tombstone.
    var next = (hole &+ 1) & mask
    while let moving = cells[next].key {
      let distanceToHome = (next &- home(moving)) & mask
      if distanceToHome >= (next &- hole) & mask {
        cells[hole] = cells[next]
        cells[next].key = nil
        hole = next
      }
      next = (next &+ 1) & mask
    }
  }

  /// The cell that holds `key`, or the empty one where it belongs.
  @inline(__always)
  private func probe(_ key: Key) -> Int {
    var position = home(key)
    while let other = cells[position].key, other != key { position = (position &+ 1) & mask }
    return position
  }

  @inline(__always)
  private func home(_ key: Key) -> Int {
    var word = (key.word ^ seed) &* 0x9E37_79B9_7F4A_7C15
    word ^= word >> 32
    word = (word ^ seed) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: word >> 32) & mask
  }
}

extension TransportAddress: FlatKey {
  @inline(__always)
  var word: UInt64 { high &* 0xA24B_AED4_963E_E407 ^ low << 16 ^ low >> 48 ^ UInt64(port) }
}

extension ICERoutingKey: FlatKey {
  @inline(__always)
  var word: UInt64 { value }
}

/// An SSRC within a room: rooms are strangers and may use the same numbers.
struct RoomSSRC: FlatKey {
  let room: Int32
  let ssrc: UInt32

  @inline(__always)
  var word: UInt64 { UInt64(UInt32(bitPattern: room)) << 32 | UInt64(ssrc) }
}
