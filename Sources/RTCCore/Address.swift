/// An IP address and port, 24 trivial bytes. IPv4-mapped IPv6 addresses are always stored as IPv4, so one peer has one
/// value whatever socket it came through. Printing one shows nothing: an address is personal data.
package struct TransportAddress: Hashable, Sendable {
  /// The first eight address bytes as a network-order integer; zero for IPv4.
  package let high: UInt64
  /// The last eight address bytes as a network-order integer; IPv4 has its four in the low half.
  package let low: UInt64
  package let port: UInt16
  package let isIPv6: Bool

  /// `ipv4` is the address as a network-order integer: 127.0.0.1 is 0x7F00_0001.
  @inline(__always)
  package init(ipv4: UInt32, port: UInt16) {
    high = 0
    low = UInt64(ipv4)
    self.port = port
    isIPv6 = false
  }

  /// A mapped address (::ffff:a.b.c.d) becomes IPv4 (RFC 4291 §2.5.5.2).
  @inline(__always)
  package init(ipv6High high: UInt64, low: UInt64, port: UInt16) {
    let isMapped = high == 0 && low >> 32 == 0xFFFF
    self.high = high
    self.low = isMapped ? low & 0xFFFF_FFFF : low
    self.port = port
    isIPv6 = !isMapped
  }

  package var ipv4: UInt32? { isIPv6 ? nil : UInt32(truncatingIfNeeded: low) }

  package func withPort(_ port: UInt16) -> TransportAddress {
    isIPv6
      ? TransportAddress(ipv6High: high, low: low, port: port)
      : TransportAddress(ipv4: UInt32(truncatingIfNeeded: low), port: port)
  }

  /// 0.0.0.0 or ::, which no peer can have.
  package var isUnspecified: Bool { high == 0 && low == 0 }

  package var isLoopback: Bool { isIPv6 ? high == 0 && low == 1 : low >> 24 == 127 }

  /// Link-local, private, shared or unique-local space (RFC 3927, RFC 1918, RFC 6598, RFC 4193): of no use to the public
  /// and never advertised to it.
  package var isPrivate: Bool {
    if isIPv6 { return high >> 54 == 0x3FA || high >> 57 == 0x7E }
    return low >> 16 == 0xA9FE || low >> 24 == 10 || low >> 20 == 0xAC1 || low >> 16 == 0xC0A8 || low >> 22 == 0x191
  }
}

extension TransportAddress: CustomStringConvertible {
  package var description: String { "‹hidden›" }
}
