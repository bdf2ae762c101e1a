import CLinuxNet
import RTCCore

extension TransportAddress {
  @inline(__always)
  init(_ address: lnet_address) {
    if address.is_ipv6 {
      self.init(ipv6High: address.high, low: address.low, port: address.port)
    } else {
      self.init(ipv4: UInt32(truncatingIfNeeded: address.low), port: address.port)
    }
  }

  @inline(__always)
  var linux: lnet_address { lnet_address(high: high, low: low, port: port, is_ipv6: isIPv6) }
}
