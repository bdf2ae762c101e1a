/// Packets that wait for the pacer: not copies, but names of packets in the shared stores. A ring of fixed size.
struct PacerQueue {
  struct Entry {
    /// Place of the down track.
    var track: Int32
    /// As the receiver will see it.
    var sequence: UInt16
    /// Bytes of payload.
    var size: UInt16
  }

  static var capacity: Int { 512 }

  /// Nil until something waits: many paths never have to.
  private var entries: UnsafeMutablePointer<Entry>?
  private var head = 0
  private(set) var count = 0
  /// Payload bytes that wait.
  private(set) var bytes = 0

  /// Memory is freed by `destroy`.
  init() {}

  func destroy() { entries?.deallocate() }

  @inline(__always)
  var isEmpty: Bool { count == 0 }

  var first: Entry? { count == 0 ? nil : entries?[head] }

  /// False when it is full.
  mutating func append(_ entry: Entry) -> Bool {
    guard count < Self.capacity else { return false }
    let entries = self.entries ?? .allocate(capacity: Self.capacity)
    self.entries = entries
    (entries + ((head &+ count) & (Self.capacity - 1))).initialize(to: entry)
    count &+= 1
    bytes &+= Int(entry.size)
    return true
  }

  mutating func removeFirst() {
    guard let entries, count > 0 else { return }
    bytes &-= Int(entries[head].size)
    head = (head &+ 1) & (Self.capacity - 1)
    count &-= 1
  }

  /// The numbers of what waits of one track, the last first.
  func forEachBackwards(of track: Int32, _ body: (UInt16) -> Void) {
    guard let entries else { return }
    for place in (0..<count).reversed() {
      let entry = entries[(head &+ place) & (Self.capacity - 1)]
      if entry.track == track { body(entry.sequence) }
    }
  }

  /// Forgets what waits of one track.
  mutating func remove(track: Int32) {
    let old = count
    for _ in 0..<old {
      guard let entry = first else { return }
      removeFirst()
      if entry.track != track { _ = append(entry) }
    }
  }
}
