import Glibc

/// A plain blocking UDP socket on the loopback interface, IPv4 or IPv6.
struct UDPTestClient: ~Copyable {
  private let descriptor: Int32
  private let isIPv6: Bool
  private let server: UInt16

  /// Receiving gives up after ten seconds: a bound for broken runs, not something a test waits for.
  init(server: UInt16, isIPv6: Bool = false) throws {
    self.server = server
    self.isIPv6 = isIPv6
    descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    guard descriptor >= 0,
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size)) == 0,
      connectToServer() == 0
    else { throw POSIXFailure(code: errno) }
  }

  /// How many bytes were sent, or -1.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Int { Glibc.send(descriptor, bytes, bytes.count, 0) }

  func receive() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count >= 0 else { throw POSIXFailure(code: errno) }
    return Array(bytes[..<count])
  }

  private func connectToServer() -> Int32 {
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = server.bigEndian
      address.sin6_addr = in6addr_loopback
      return connect(&address)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return connect(&address)
  }

  private func connect<Address>(_ address: inout Address) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  deinit { close(descriptor) }
}

struct POSIXFailure: Error {
  var code: Int32
}
