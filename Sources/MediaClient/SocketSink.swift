internal import CLinuxNet
internal import Glibc
package import RTCCore

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
  /// Of 2^32 datagrams, how many are lost.
  private let loss: UInt64
  private var random: SplitMix64

  /// `loss` is the share of datagrams, 0...1, that never leave.
  init?(loss: Double, seed: UInt64) {
    guard let batch = lnet_batch_create() else { return nil }
    self.batch = batch
    datagrams = lnet_batch_datagrams(batch)
    self.loss = UInt64(max(0, min(loss, 1)) * 0x1p32)
    random = SplitMix64(seed: seed)
  }

  /// Whether the next datagram, of either direction, is one that a network would lose.
  @inline(__always)
  mutating func loses() -> Bool { loss > 0 && random.next() >> 32 < loss }

  deinit { lnet_batch_destroy(batch) }

  @inline(__always)
  mutating func reserve() -> UnsafeMutableRawBufferPointer {
    if count == LNET_BATCH { flush() }
    return UnsafeMutableRawBufferPointer(start: datagrams[count].data, count: Int(LNET_SLOT))
  }

  @inline(__always)
  mutating func commit(length: Int, to address: TransportAddress) {
    guard !loses() else { return }
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

  /// The address, without a port, that this machine sends to this one from; nil when there is no way.
  package var localAddress: TransportAddress? {
    var source = lnet_address()
    guard lnet_source_of(linux, &source) == 0 else { return nil }
    return TransportAddress(source).withPort(0)
  }

  var linux: lnet_address { lnet_address(high: high, low: low, port: port, is_ipv6: isIPv6) }
}
