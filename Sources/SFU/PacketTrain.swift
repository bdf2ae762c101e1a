/// Packets of one incoming stream that came one after the other and leave together, receiver by receiver: what a receiver
/// needs is then looked up once for all of them, and they lie side by side for the flush.
struct PacketTrain {
  static var capacity: Int { 16 }

  /// The first `count` are in use. They borrow their datagrams.
  let packets: UnsafeMutablePointer<MediaPacket>
  private(set) var count = 0
  private var transport: Int32 = -1
  private var ssrc: UInt32 = 0

  /// Memory is freed by `destroy`.
  init() { packets = .allocate(capacity: Self.capacity) }

  func destroy() { packets.deallocate() }

  @inline(__always)
  var isFull: Bool { count == Self.capacity }

  /// Whether a packet of this SSRC from this transport belongs to what waits.
  @inline(__always)
  func continues(with ssrc: UInt32, from transport: Int32) -> Bool { ssrc == self.ssrc && transport == self.transport }

  /// The caller has seen that it continues and is not full, or is empty.
  @inline(__always)
  mutating func append(_ packet: borrowing MediaPacket, ssrc: UInt32, from transport: Int32) {
    (packets + count).initialize(to: copy packet)
    count &+= 1
    self.ssrc = ssrc
    self.transport = transport
  }

  @inline(__always)
  mutating func clear() { count = 0 }

  /// Whether a packet with this number follows the one at `position`.
  func contains(_ sequence: Int64, after position: Int) -> Bool {
    for index in (position + 1)..<count where packets[index].sequence == sequence { return true }
    return false
  }
}
