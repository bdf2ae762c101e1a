import CLinuxNet
import Glibc
package import RTCCore

/// The sink of a shard: datagrams are built in 64 slots of 2 KB and leave with one call of sendmmsg, when the slots are full
/// or the shard is done with what it received. What the kernel will not take now is dropped and counted: media that
/// waits is worth less than media that is lost.
package struct SendBatch: DatagramSink, ~Copyable {
  private(set) var counters = NetworkCounters()
  private let socket: UDPSocket
  private let batch: OpaquePointer
  private let datagrams: UnsafeMutablePointer<lnet_datagram>
  private var count = 0

  private static var capacity: Int { LNET_BATCH }
  private static var slotSize: Int { LNET_SLOT }

  init(socket: UDPSocket) {
    guard let batch = lnet_batch_create() else { fatalError("no memory for the send batch") }
    self.socket = socket
    self.batch = batch
    datagrams = lnet_batch_datagrams(batch)
  }

  @inline(__always)
  package mutating func reserve() -> UnsafeMutableRawBufferPointer {
    if count == Self.capacity { flush() }
    return UnsafeMutableRawBufferPointer(start: datagrams[count].data, count: Self.slotSize)
  }

  @inline(__always)
  package mutating func commit(length: Int, to address: TransportAddress) {
    precondition(length <= Self.slotSize && count < Self.capacity)
    datagrams[count].length = length
    datagrams[count].address = address.linux
    count &+= 1
  }

  /// Sends what has been committed; called once for each batch received, and after control and timers.
  mutating func flush() {
    var first = 0
    while first < count {
      let sent = Int(lnet_send(batch, socket.descriptor, socket.family, Int32(first), Int32(count)))
      if sent > 0 {
        note(first..<(first + sent))
        first += sent
      } else if sent == -Int(EAGAIN) || sent == -Int(ENOBUFS) {
        counters.sendBufferFull &+= UInt64(count - first)
        break
      } else {
        counters.unreachable &+= 1
        first += 1
      }
    }
    count = 0
  }

  private mutating func note(_ sent: Range<Int>) {
    counters.sends &+= 1
    counters.datagramsOut &+= UInt64(sent.count)
    for index in sent { counters.bytesOut &+= UInt64(datagrams[index].length) }
  }

  deinit { lnet_batch_destroy(batch) }
}
