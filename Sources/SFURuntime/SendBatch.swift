import Bytes
import CLinuxNet
package import RTCCore

/// The sink of a shard: up to 1,024 datagrams are built in 1 MiB and leave together, when there is no more room or the shard
/// is done with what it received. Datagrams to one address leave in order, and those of equal size as one message that
/// the kernel divides (UDP_SEGMENT). What the kernel will not take now is dropped and counted: media that waits is
/// worth less than media that is lost.
package struct SendBatch: DatagramSink, ~Copyable {
  /// Datagrams that wait for `flush`.
  private(set) var count = 0
  /// What has been sent since the start.
  private(set) var sent = lnet_sent()
  private(set) var transit = TransitHistogram()

  private let egress: OpaquePointer
  private let datagrams: UnsafeMutablePointer<lnet_outgoing>
  private let memory: UnsafeMutablePointer<UInt8>
  /// Bytes of `memory` in use.
  private var used = 0
  /// What came in and caused something: place of its first datagram, and when it came.
  private let origins: UnsafeMutablePointer<Origin>
  private var originCount = 1

  private struct Origin {
    var first: Int
    /// Nanoseconds of the system's clock; 0 for what nothing received has caused.
    var arrival: Int64
  }

  private static var capacity: Int { Int(LNET_EGRESS) }
  private static var bytes: Int { Int(LNET_EGRESS_BYTES) }
  /// Room for one datagram.
  private static var room: Int { 2_048 }

  /// Memory that is not there at start will not be there later: there is nothing to serve with. Without `joins` each
  /// datagram is a message of its own.
  init(socket: UDPSocket, joins: Bool = true) {
    guard let egress = lnet_egress_create(socket.descriptor, socket.family, joins) else {
      fatalError("no memory for the send batch")
    }
    self.egress = egress
    datagrams = lnet_egress_datagrams(egress)
    memory = lnet_egress_memory(egress)
    origins = .allocate(capacity: Self.capacity + 1)
    origins[0] = Origin(first: 0, arrival: 0)
  }

  /// What is committed from now on was caused by what arrived at `arrival` (`lnet_real_time`); 0 for timers and commands.
  @inline(__always)
  mutating func begin(arrival: Int64) {
    if origins[originCount &- 1].first < count { originCount &+= 1 }
    origins[originCount &- 1] = Origin(first: count, arrival: arrival)
  }

  @inline(__always)
  package mutating func reserve() -> UnsafeMutableRawBufferPointer {
    if count == Self.capacity || used &+ Self.room > Self.bytes { flush() }
    return UnsafeMutableRawBufferPointer(start: memory + used, count: Self.room)
  }

  @inline(__always)
  package mutating func commit(length: Int, to address: TransportAddress) {
    precondition(length <= Self.room && count < Self.capacity)
    datagrams[count] = lnet_outgoing(
      data: memory + used, address: address.linux, length: UInt32(truncatingIfNeeded: length))
    // On to the next line of the cache.
    used &+= (length &+ 63) & ~63
    count &+= 1
  }

  /// Sends what has been committed.
  mutating func flush() {
    guard count > 0 else { return }
    lnet_egress_send(egress, Int32(truncatingIfNeeded: count), &sent)
    noteTransit()
    // What is being handled may go on to send.
    origins[0] = Origin(first: 0, arrival: origins[originCount &- 1].arrival)
    originCount = 1
    count = 0
    used = 0
  }

  private mutating func noteTransit() {
    let end = lnet_real_time()
    for index in 0..<originCount where origins[index].arrival != 0 {
      let next = index &+ 1 < originCount ? origins[index &+ 1].first : count
      let datagrams = next &- origins[index].first
      if datagrams > 0 { transit.record(TimeDelta(nanoseconds: end &- origins[index].arrival), datagrams: datagrams) }
    }
  }

  deinit {
    origins.deallocate()
    lnet_egress_destroy(egress)
  }
}
