internal import Bytes

/// The one copy of an incoming stream's recent payloads from which every receiver's retransmissions are answered. They
/// lie one behind the other in chunks. A full chunk is followed by the oldest when all in it is older than `lifetime`, by
/// a further one otherwise, up to a limit. Memory is reserved when the stream begins and touched as it is needed: a
/// stream costs what it sends in that time.
struct PacketHistory {
  /// A payload may have so many bytes.
  static var largestPayload: Int { 2_048 }
  /// Longer than a packet may be missing before it is given up (`NackList.lifetime`).
  static var lifetime: TimeDelta { .milliseconds(2_000) }
  static var chunkSize: Int { 8_192 }

  /// A stored packet: what a header needs, and where its payload (descriptor included) lies.
  struct Entry {
    var sequence: Int64
    var timestamp: UInt32
    /// Bytes from the start of the reservation.
    fileprivate var offset: UInt32
    /// Which use of its chunk it was stored in.
    fileprivate var use: UInt32
    fileprivate var length: UInt16
    var marker: Bool
    var isVP9: Bool
  }

  private struct Chunk {
    var lastStore: Instant
    /// Chunks begun before it; it is begun anew each time.
    var use: UInt32
    /// The one that was begun longest ago, for the current chunk; the one begun after it, for all others.
    var next: Int32
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let chunks: UnsafeMutablePointer<Chunk>
  private let bytes: UnsafeMutableRawPointer
  private let mask: Int64
  private let limit: Int32
  /// Chunks that were ever begun.
  private var touched: Int32 = 1
  private var current: Int32 = 0
  /// Bytes of the current chunk that are taken.
  private var fill = 0
  private var uses: UInt32 = 0

  /// Room for `capacity` bytes of payload, a power of two of at least one chunk, and for one packet in each kilobyte of it.
  /// Freed by `destroy`.
  init(capacity: Int) {
    precondition(capacity >= Self.chunkSize && capacity & (capacity - 1) == 0)
    let slots = Self.slots(capacity)
    entries = .allocate(capacity: slots)
    entries.initialize(
      repeating: Entry(sequence: .min, timestamp: 0, offset: 0, use: 0, length: 0, marker: false, isVP9: false),
      count: slots)
    limit = Int32(capacity / Self.chunkSize)
    chunks = .allocate(capacity: Int(limit))
    chunks.initialize(repeating: Chunk(lastStore: .zero, use: 0, next: 0), count: Int(limit))
    bytes = .allocate(byteCount: capacity, alignment: 16)
    mask = Int64(slots - 1)
  }

  /// Bytes that a store of `capacity` takes beside its payloads.
  static func overhead(capacity: Int) -> Int {
    slots(capacity) * MemoryLayout<Entry>.stride + capacity / chunkSize * MemoryLayout<Chunk>.stride
  }

  private static func slots(_ capacity: Int) -> Int { capacity / 1_024 }

  /// Bytes that were ever touched for payloads.
  var touchedBytes: Int { Int(touched) * Self.chunkSize }

  func destroy() {
    entries.deallocate()
    chunks.deallocate()
    bytes.deallocate()
  }

  /// Stores a payload, over the oldest ones if need be. One of more than `largestPayload` is left out.
  @inline(__always)
  mutating func store(
    sequence: Int64, timestamp: UInt32, marker: Bool, payload: UnsafeRawBufferPointer, isVP9: Bool = false, now: Instant
  ) {
    guard payload.count <= Self.largestPayload, let source = payload.baseAddress else { return }
    if fill &+ payload.count > Self.chunkSize { beginChunk(now) }
    let offset = Int(current) &* Self.chunkSize &+ fill
    (bytes + offset).copyMemory(from: source, byteCount: payload.count)
    fill &+= payload.count
    chunks[Int(current)].lastStore = now
    entries[Int(sequence & mask)] = Entry(
      sequence: sequence, timestamp: timestamp, offset: UInt32(truncatingIfNeeded: offset), use: uses,
      length: UInt16(truncatingIfNeeded: payload.count), marker: marker, isVP9: isVP9)
  }

  private mutating func beginChunk(_ now: Instant) {
    let oldest = chunks[Int(current)].next
    if touched < limit, now - chunks[Int(oldest)].lastStore < Self.lifetime {
      chunks[Int(touched)].next = oldest
      chunks[Int(current)].next = touched
      current = touched
      touched &+= 1
    } else {
      current = oldest
    }
    fill = 0
    uses &+= 1
    chunks[Int(current)].use = uses
  }

  /// The packet of this sequence number, if it is still there. The payload is valid until the next `store`.
  @inline(__always)
  func find(_ sequence: Int64) -> (entry: Entry, payload: UnsafeRawBufferPointer)? {
    let entry = entries[Int(sequence & mask)]
    guard entry.sequence == sequence, chunks[Int(entry.offset) / Self.chunkSize].use == entry.use else { return nil }
    return (entry, UnsafeRawBufferPointer(start: bytes + Int(entry.offset), count: Int(entry.length)))
  }
}
