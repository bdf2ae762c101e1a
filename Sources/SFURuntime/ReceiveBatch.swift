import CLinuxNet
import RTCCore

/// Up to 64 datagrams taken from a socket with one call of recvmmsg, in memory allocated once.
struct ReceiveBatch: ~Copyable {
  private(set) var count = 0
  private let batch: OpaquePointer
  private let datagrams: UnsafeMutablePointer<lnet_datagram>

  /// Memory that is not there at start will not be there later: there is nothing to serve with.
  init() {
    guard let batch = lnet_batch_create() else { fatalError("no memory for the receive batch") }
    self.batch = batch
    datagrams = lnet_batch_datagrams(batch)
  }

  /// Replaces the batch with what waits in `socket`, which may be nothing.
  mutating func receive(from socket: UDPSocket, counters: inout NetworkCounters) {
    let received = Int(lnet_receive(batch, socket.descriptor))
    count = max(0, received)
    if received > 0 { counters.receives &+= 1 }
    if received < 0 { counters.receiveErrors &+= 1 }
  }

  /// The memory of datagram `index`, 0..<count, writable for decryption in place; nil if it came cut off.
  @inline(__always)
  func bytes(at index: Int) -> UnsafeMutableRawBufferPointer? {
    datagrams[index].is_truncated
      ? nil : UnsafeMutableRawBufferPointer(start: datagrams[index].data, count: datagrams[index].length)
  }

  @inline(__always)
  func source(at index: Int) -> TransportAddress { TransportAddress(datagrams[index].address) }

  /// When the kernel took it in, in nanoseconds of the system's clock; 0 when it does not say.
  @inline(__always)
  func arrival(at index: Int) -> Int64 { datagrams[index].arrival }

  deinit { lnet_batch_destroy(batch) }
}
