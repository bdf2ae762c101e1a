import CLinuxNet
import Glibc
import RTCCore

/// A bound UDP socket that does not block. Whoever holds the value closes it.
struct UDPSocket: Sendable {
  let descriptor: Int32
  /// AF_INET, or AF_INET6 for one that speaks both.
  let family: Int32
  let port: UInt16

  /// Room for a quarter of a second at 250 Mbit/s while the thread is elsewhere; the kernel may grant less.
  private static var bufferBytes: Int32 { 8 << 20 }

  /// Binds `address`; the unspecified IPv6 address takes IPv4 too. Port 0 lets the kernel choose.
  init(bind address: TransportAddress) throws(MediaPlaneError) {
    descriptor = lnet_udp_open(address.linux, address.isIPv6 && address.isUnspecified, Self.bufferBytes)
    guard descriptor >= 0 else { throw .bind(errno: -descriptor) }
    family = address.isIPv6 ? AF_INET6 : AF_INET
    port = UInt16(clamping: lnet_local_port(descriptor))
    lnet_udp_note_arrivals(descriptor)
  }

  func close() { lnet_close(descriptor) }
}
