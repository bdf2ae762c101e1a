internal import CLinuxNet
internal import Glibc
internal import RTCCore

/// Collects what one client sends and hands it to the kernel in one call. What the kernel will not take is lost, as on
/// a network.
struct SocketSink: DatagramSink, ~Copyable {
  /// Where `flush` sends from.
  var socket: Int32 = -1
  var family: Int32 = AF_INET
  /// Datagrams that the kernel refused.
  private(set) var refused: UInt64 = 0
  private let batch: OpaquePointer
  private let datagrams: UnsafeMutablePointer<lnet_datagram>
  private var count = 0

  init?() {
    guard let batch = lnet_batch_create() else { return nil }
    self.batch = batch
    datagrams = lnet_batch_datagrams(batch)
  }

  deinit { lnet_batch_destroy(batch) }

  @inline(__always)
  mutating func reserve() -> UnsafeMutableRawBufferPointer {
    if count == LNET_BATCH { flush() }
    return UnsafeMutableRawBufferPointer(start: datagrams[count].data, count: Int(LNET_SLOT))
  }

  @inline(__always)
  mutating func commit(length: Int, to address: TransportAddress) {
    datagrams[count].length = length
    datagrams[count].address = address.linux
    count &+= 1
  }

  mutating func flush() {
    var first = 0
    while first < count {
      let sent = Int(lnet_send(batch, socket, family, Int32(first), Int32(count)))
      if sent <= 0 { refused += 1 }
      first += max(1, sent)
    }
    count = 0
  }
}

extension TransportAddress {
  init(_ address: lnet_address) {
    if address.is_ipv6 {
      self.init(ipv6High: address.high, low: address.low, port: address.port)
    } else {
      self.init(ipv4: UInt32(truncatingIfNeeded: address.low), port: address.port)
    }
  }

  var linux: lnet_address { lnet_address(high: high, low: low, port: port, is_ipv6: isIPv6) }
}
