import CLinuxNet
import Glibc
import RTCCore
import RTCSecurity

/// What `tertulia doctor` asks the kernel. Each opens what it needs and closes it again.
package enum KernelProbe {
  /// Nil when the UDP port can be had; otherwise why not, in words.
  package static func udpObstacle(bind: String?, port: UInt16) -> String? {
    do throws(MediaPlaneError) {
      try MediaPort(MediaPlaneConfiguration(bindAddress: bind, port: port)).close()
      return nil
    } catch {
      return error.description
    }
  }

  /// Nil when the TCP port can be had; otherwise the number of the error.
  package static func tcpError(bind: String?, port: UInt16) -> Int32? {
    let both = TransportAddress(ipv6High: 0, low: 0, port: port)
    let address = bind.flatMap { TransportAddress.parse($0, port: port) } ?? both
    var status = lnet_probe_tcp(address.linux, address.isIPv6 && address.isUnspecified)
    if bind == nil, status == -EAFNOSUPPORT || status == -EADDRNOTAVAIL {
      status = lnet_probe_tcp(TransportAddress(ipv4: 0, port: port).linux, false)
    }
    return status == 0 ? nil : -status
  }

  /// Buffers of a socket of the media plane; nil when none can be opened.
  package static func buffers() -> SocketBuffers? {
    guard let port = try? MediaPort(MediaPlaneConfiguration(bindAddress: "127.0.0.1", port: 0)) else { return nil }
    defer { port.close() }
    return SocketBuffers(port.sockets)
  }

  /// Whether the kernel cuts bursts into datagrams by itself (UDP_SEGMENT).
  package static var hasSegmentation: Bool { lnet_probe_segmentation() == 0 }

  /// Whether it takes a program that steers datagrams to media threads.
  package static var acceptsSteering: Bool {
    guard let port = try? MediaPort(MediaPlaneConfiguration(bindAddress: "127.0.0.1", port: 0, shards: 2)) else {
      return false
    }
    defer { port.close() }
    var random = SecureRandom()
    let program = SteeringProgram(routes: [:], shards: 2, key: SteeringKey(using: &random))
    let instructions = program.instructions.map(\.linux)
    return lnet_steer(port.sockets[0].descriptor, instructions, Int32(instructions.count)) == 0
  }

  /// Whether something keeps the clock right; nil when the kernel does not say.
  package static var isClockSynchronized: Bool? {
    let status = lnet_probe_clock()
    return status < 0 ? nil : status > 0
  }

  /// Addresses that answers would name.
  package static func advertised(bind: String?) -> Addresses {
    let bound = bind.flatMap { TransportAddress.parse($0, port: 0) } ?? TransportAddress(ipv6High: 0, low: 0, port: 0)
    let addresses = LocalCandidates.advertised(of: LocalCandidates.interfaceAddresses(for: bound))
    return Addresses(
      publicCount: addresses.count { !$0.isPrivate && !$0.isLoopback },
      privateCount: addresses.count { $0.isPrivate },
      hasPublicIPv6: addresses.contains { $0.isIPv6 && !$0.isPrivate && !$0.isLoopback })
  }

  /// How many addresses of which kind: the addresses themselves are nobody's business here.
  package struct Addresses: Equatable, Sendable {
    package var publicCount: Int
    package var privateCount: Int
    package var hasPublicIPv6: Bool

    package init(publicCount: Int, privateCount: Int, hasPublicIPv6: Bool) {
      self.publicCount = publicCount
      self.privateCount = privateCount
      self.hasPublicIPv6 = hasPublicIPv6
    }
  }
}
