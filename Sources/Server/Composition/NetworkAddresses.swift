import Glibc
import RTCCore

/// Addresses of this machine that a client may reach it at.
package enum NetworkAddresses {
  /// Of interfaces that are up, loopback and link-local ones left out, in the order of the system.
  package static func detected() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var addresses: [String] = []
    var next = list
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard interface.ifa_flags & UInt32(IFF_UP) != 0, let text = text(interface.ifa_addr) else { continue }
      guard isReachable(text), !addresses.contains(text) else { continue }
      addresses.append(text)
    }
    return addresses
  }

  private static func isReachable(_ text: String) -> Bool {
    guard let address = TransportAddress.parse(text, port: 0), !address.isLoopback else { return false }
    return !text.hasPrefix("169.254.") && !text.lowercased().hasPrefix("fe80:")
  }

  private static func text(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address else { return nil }
    let length: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, socklen_t(length), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else {
      return nil
    }
    return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
