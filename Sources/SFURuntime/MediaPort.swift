import Glibc
import RTCCore

/// The sockets of a media plane: one, or one for each shard on the same port.
struct MediaPort: Sendable {
  let bound: TransportAddress
  let sockets: [UDPSocket]

  var port: UInt16 { sockets[0].port }
  var isShared: Bool { sockets.count > 1 }

  /// Sockets that a port chosen by the kernel may be tried with.
  private static var tries: Int { 5 }
  static var maximumShards: Int { ICECredentials.maximumShards }

  init(_ configuration: MediaPlaneConfiguration) throws(MediaPlaneError) {
    let (address, first) = try Self.open(configuration)
    let count = max(1, min(configuration.shards, Self.maximumShards))
    bound = address
    guard count > 1 else {
      sockets = [first]
      return
    }
    sockets = try Self.share(address, first, count, tries: configuration.port == 0 ? Self.tries : 1)
  }

  func close() {
    for socket in sockets { socket.close() }
  }

  static func parse(_ text: String, port: UInt16 = 0) throws(MediaPlaneError) -> TransportAddress {
    guard let address = TransportAddress.parse(text, port: port) else { throw .badAddress(text) }
    return address
  }

  /// `first` has the port to itself, which shows that nobody else has it: another node of the same user would be let in
  /// among sockets that share. It makes way for them.
  private static func share(
    _ address: TransportAddress, _ first: UDPSocket, _ count: Int, tries: Int
  ) throws(MediaPlaneError) -> [UDPSocket] {
    first.close()
    var sockets: [UDPSocket] = []
    do throws(MediaPlaneError) {
      for _ in 0..<count { sockets.append(try UDPSocket(bind: address.withPort(first.port), sharesPort: true)) }
      return sockets
    } catch {
      for socket in sockets { socket.close() }
      guard tries > 1 else { throw error }
      return try share(address, try UDPSocket(bind: address), count, tries: tries - 1)
    }
  }

  /// Without a configured address: both families, or IPv4 alone where the kernel has no IPv6.
  private static func open(_ configuration: MediaPlaneConfiguration) throws(MediaPlaneError)
    -> (bound: TransportAddress, socket: UDPSocket)
  {
    if let text = configuration.bindAddress {
      let address = try parse(text, port: configuration.port)
      return (address, try UDPSocket(bind: address))
    }
    let both = TransportAddress(ipv6High: 0, low: 0, port: configuration.port)
    do throws(MediaPlaneError) {
      return (both, try UDPSocket(bind: both))
    } catch .bind(EAFNOSUPPORT), .bind(EADDRNOTAVAIL) {
      let ipv4 = TransportAddress(ipv4: 0, port: configuration.port)
      return (ipv4, try UDPSocket(bind: ipv4))
    }
  }
}

/// Bytes of datagrams that the kernel keeps for a socket while nobody reads, or the network does not take them.
package struct SocketBuffers: Equatable, Sendable {
  package let asked: Int
  /// The least of all sockets.
  package let receive: Int
  package let send: Int

  package init(asked: Int, receive: Int, send: Int) {
    self.asked = asked
    self.receive = receive
    self.send = send
  }

  init(_ sockets: [UDPSocket]) {
    asked = Int(UDPSocket.bufferBytes)
    receive = sockets.map(\.grantedReceive).min() ?? 0
    send = sockets.map(\.grantedSend).min() ?? 0
  }

  /// Half of what was asked for is what bursts need.
  package var isShort: Bool { min(receive, send) < asked / 2 }
}
