import CLinuxNet
import Glibc
import RTCCore

/// A bound UDP socket that does not block. Whoever holds the value closes it.
struct UDPSocket: Sendable {
  let descriptor: Int32
  /// AF_INET, or AF_INET6 for one that speaks both.
  let family: Int32
  let port: UInt16

  /// What the kernel granted, in bytes of datagrams.
  let grantedReceive: Int
  let grantedSend: Int

  /// Room for a quarter of a second at 250 Mbit/s while the thread is elsewhere; the kernel may grant less.
  static var bufferBytes: Int32 { 8 << 20 }

  /// Binds `address`; the unspecified IPv6 address takes IPv4 too. Port 0 lets the kernel choose. `sharesPort` lets other
  /// sockets of this process that say the same have the port as well.
  init(bind address: TransportAddress, sharesPort: Bool = false) throws(MediaPlaneError) {
    let isDualStack = address.isIPv6 && address.isUnspecified
    descriptor =
      sharesPort
      ? lnet_udp_open_shared(address.linux, isDualStack, Self.bufferBytes)
      : lnet_udp_open(address.linux, isDualStack, Self.bufferBytes)
    guard descriptor >= 0 else { throw .bind(errno: -descriptor) }
    family = address.isIPv6 ? AF_INET6 : AF_INET
    port = UInt16(clamping: lnet_local_port(descriptor))
    lnet_udp_note_arrivals(descriptor)
    // The kernel counts twice what was asked for.
    grantedReceive = Int(max(0, lnet_granted_buffer(descriptor, true))) / 2
    grantedSend = Int(max(0, lnet_granted_buffer(descriptor, false))) / 2
  }

  func close() { lnet_close(descriptor) }
}
