/// The one copy of an incoming stream's recent payloads from which every receiver's retransmissions are answered: a ring
/// of 2 KB slots by sequence number. Memory is taken when the stream begins and never grows.
struct PacketHistory {
  static var slotSize: Int { 2_048 }

  /// A stored packet: what a header needs, and its payload (descriptor included) in the ring.
  struct Entry {
    var sequence: Int64
    var timestamp: UInt32
    var marker: Bool
    var length: UInt16
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let bytes: UnsafeMutableRawPointer
  private let mask: Int64

  /// `slots` is a power of two. Freed by `destroy`.
  init(slots: Int) {
    precondition(slots > 0 && slots & (slots - 1) == 0)
    entries = .allocate(capacity: slots)
    entries.initialize(repeating: Entry(sequence: .min, timestamp: 0, marker: false, length: 0), count: slots)
    bytes = .allocate(byteCount: slots * Self.slotSize, alignment: 16)
    mask = Int64(slots - 1)
  }

  func destroy() {
    entries.deallocate()
    bytes.deallocate()
  }

  /// Stores a payload over the one that has its place. A payload larger than a slot is left out.
  @inline(__always)
  func store(sequence: Int64, timestamp: UInt32, marker: Bool, payload: UnsafeRawBufferPointer) {
    guard payload.count <= Self.slotSize, let source = payload.baseAddress else { return }
    let slot = Int(sequence & mask)
    entries[slot] = Entry(
      sequence: sequence, timestamp: timestamp, marker: marker, length: UInt16(truncatingIfNeeded: payload.count))
    (bytes + slot &* Self.slotSize).copyMemory(from: source, byteCount: payload.count)
  }

  /// The packet of this sequence number, if it is still there. The payload is valid until the next `store`.
  @inline(__always)
  func find(_ sequence: Int64) -> (entry: Entry, payload: UnsafeRawBufferPointer)? {
    let slot = Int(sequence & mask)
    let entry = entries[slot]
    guard entry.sequence == sequence else { return nil }
    return (entry, UnsafeRawBufferPointer(start: bytes + slot &* Self.slotSize, count: Int(entry.length)))
  }
}
