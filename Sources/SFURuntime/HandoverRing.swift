import RTCCore
import Synchronization

/// Datagrams on their way from one shard to another: a ring that one thread fills and one empties, without locks. What finds
/// it full is lost, as in a socket's buffer.
final class HandoverRing: Sendable {
  /// Datagrams that may wait.
  static var capacity: Int { 64 }
  private static var slotSize: Int { 2_048 }

  /// What a slot says about its bytes.
  private struct Label {
    var source: TransportAddress
    var length: Int
  }

  private let labels: Labels
  /// Reserved, and touched by use only: most pairs of shards never hand over anything.
  private let memory: Memory
  private let filled = Atomic<Int>(0)
  private let emptied = Atomic<Int>(0)

  /// The two threads never hold the same slot: `filled` and `emptied` say whose it is.
  private struct Labels: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Label>
  }
  private struct Memory: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  init() {
    labels = Labels(pointer: .allocate(capacity: Self.capacity))
    memory = Memory(pointer: .allocate(byteCount: Self.capacity * Self.slotSize, alignment: 64))
  }

  deinit {
    labels.pointer.deallocate()
    memory.pointer.deallocate()
  }

  /// By the one thread that fills. False when there is no room, or the datagram is longer than 2,048 bytes.
  func push(_ bytes: UnsafeRawBufferPointer, from source: TransportAddress) -> Bool {
    let place = filled.load(ordering: .relaxed)
    guard place - emptied.load(ordering: .acquiring) < Self.capacity, bytes.count <= Self.slotSize else { return false }
    let slot = place % Self.capacity
    (labels.pointer + slot).initialize(to: Label(source: source, length: bytes.count))
    if let start = bytes.baseAddress {
      (memory.pointer + slot * Self.slotSize).copyMemory(from: start, byteCount: bytes.count)
    }
    filled.store(place + 1, ordering: .releasing)
    return true
  }

  /// By the one thread that empties: the oldest datagram, writable, until `pop`. Nil when there is none.
  func front() -> (bytes: UnsafeMutableRawBufferPointer, source: TransportAddress)? {
    let place = emptied.load(ordering: .relaxed)
    guard place < filled.load(ordering: .acquiring) else { return nil }
    let slot = place % Self.capacity
    let label = labels.pointer[slot]
    let start = memory.pointer + slot * Self.slotSize
    return (UnsafeMutableRawBufferPointer(start: start, count: label.length), label.source)
  }

  /// Gives the slot of `front` back.
  func pop() { emptied.store(emptied.load(ordering: .relaxed) + 1, ordering: .releasing) }
}
