/// Which packets of a scalable stream are for whom, so that receivers of a layer get numbers without gaps for what is left
/// out, and keep the gaps of what was lost: only what has come and is not theirs is counted out.
///
/// Of the last 1,024 packets it knows how many up to each one the receivers of each layer are not sent. A packet that is
/// missing counts as everybody's; if it comes late and is not, its number is filled (`MediaPacket.fills`).
struct LayerCounts {
  private struct Entry {
    var sequence: Int64 = .min
    /// Layers whose receivers get the packet, as bits; all of them while it is missing.
    var serves: UInt8 = Self.everybody
    /// Layers whose receivers count it although it is not for them, as it came late.
    var fills: UInt8 = 0
    /// Packets up to this one that receivers of each layer are not sent.
    var skipped = InlineArray<3, UInt32>(repeating: 0)

    static var everybody: UInt8 { 0xFF }
  }

  static var capacity: Int { 1_024 }
  private static var mask: Int64 { Int64(capacity - 1) }

  private let entries: UnsafeMutablePointer<Entry>
  private var first: Int64
  private var highest: Int64

  /// Begins some packets before `sequence`, the first that came: those before it may come yet. Freed by `destroy`.
  init(before sequence: Int64) {
    entries = .allocate(capacity: Self.capacity)
    entries.initialize(repeating: Entry(), count: Self.capacity)
    first = sequence &- Self.overtaken
    highest = sequence &- 1
    for missing in first..<sequence { entries[Int(missing & Self.mask)].sequence = missing }
  }

  /// The packets of a large key picture.
  private static var overtaken: Int64 { 128 }

  func destroy() { entries.deallocate() }

  /// What is known of a packet.
  struct Place {
    var serves: UInt8
    /// Layers whose receivers miss the packet and never get it.
    var fills: UInt8
    var skipped: InlineArray<3, UInt32>
  }

  /// Takes note of a packet that serves these layers; nil when it is too old.
  mutating func note(_ sequence: Int64, serves: UInt8) -> Place? {
    guard sequence > highest else { return noteLate(sequence, serves: serves) }
    var entry = entries[Int(highest & Self.mask)]
    // What is missing in between. Of a long gap only the end will be asked for.
    if sequence &- highest > Int64(Self.capacity) { first = sequence &- Int64(Self.capacity) &+ 1 }
    entry.serves = Entry.everybody
    entry.fills = 0
    var missing = max(highest &+ 1, first)
    while missing < sequence {
      entry.sequence = missing
      entries[Int(missing & Self.mask)] = entry
      missing &+= 1
    }
    entry.sequence = sequence
    entry.serves = serves
    for layer in 0..<3 where serves & 1 << UInt8(layer) == 0 { entry.skipped[layer] &+= 1 }
    entries[Int(sequence & Self.mask)] = entry
    highest = sequence
    first = max(first, sequence &- Int64(Self.capacity) &+ 1)
    return Place(serves: serves, fills: 0, skipped: entry.skipped)
  }

  private mutating func noteLate(_ sequence: Int64, serves: UInt8) -> Place? {
    let index = Int(sequence & Self.mask)
    guard entries[index].sequence == sequence else { return nil }
    if entries[index].serves == Entry.everybody { entries[index].fills = ~serves & 0b111 }
    entries[index].serves = serves
    return Place(serves: serves, fills: entries[index].fills, skipped: entries[index].skipped)
  }

  /// What was noted of a packet; nil when it has not come or is too old.
  func find(_ sequence: Int64) -> Place? {
    let entry = entries[Int(sequence & Self.mask)]
    guard entry.sequence == sequence, entry.serves != Entry.everybody else { return nil }
    return Place(serves: entry.serves, fills: entry.fills, skipped: entry.skipped)
  }

  /// The packet that receivers of a layer count as `counted`: its number less those that they are not sent. Nil when it is
  /// too old or has not come.
  func origin(of counted: Int64, layer: Int8) -> Int64? {
    let layer = Int(layer)
    var low = first
    var high = highest
    guard low <= high, self.counted(high, layer) >= counted, self.counted(low, layer) <= counted else { return nil }
    // The first that is counted as high: those after it that count the same are not sent.
    while low < high {
      let middle = low &+ (high &- low) / 2
      if self.counted(middle, layer) < counted { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  private func counted(_ sequence: Int64, _ layer: Int) -> Int64 {
    sequence &- Int64(entries[Int(sequence & Self.mask)].skipped[layer])
  }
}
