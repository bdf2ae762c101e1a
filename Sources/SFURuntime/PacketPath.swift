package import Bytes
import CLinuxNet
package import RTCCore
package import RTCSecurity
package import SFU

/// A node on its socket: what one shard's thread does for packets, without the waiting. Concrete on purpose: here the
/// generic code of the node meets the provider it is specialised for (docs/adr/0009-egress-and-specialisation.md).
package struct PacketPath: ~Copyable {
  package var node: MediaNode<OpenSSLSecurity>
  private let socket: UDPSocket
  private var inbound = ReceiveBatch()
  private var outbound: SendBatch
  private var received = NetworkCounters()
  private var exchange: ShardExchange
  /// From other shards of the port.
  private let incoming: [HandoverRing]

  /// Enough datagrams for a flush to be worth it. More are collected while they come, so that the packets of a picture
  /// leave together for each receiver.
  private static var enough: Int { 256 }

  init(
    socket: UDPSocket, configuration: MediaNodeConfiguration, security: OpenSSLSecurity,
    exchange: ShardExchange = ShardExchange()
  ) {
    self.socket = socket
    self.exchange = exchange
    incoming = exchange.incoming
    node = MediaNode(configuration: configuration, security: security)
    outbound = SendBatch(socket: socket)
  }

  /// On a socket of its own, which it closes never: for measuring.
  package init(
    bind address: TransportAddress, configuration: MediaNodeConfiguration, security: OpenSSLSecurity
  ) throws(MediaPlaneError) {
    self.init(socket: try UDPSocket(bind: address), configuration: configuration, security: security)
  }

  package var port: UInt16 { socket.port }

  /// Takes in a batch of what waits in the socket. True when it is worth looking once more before `flush`: it caused
  /// something, more may have come in the meantime, and there is room.
  package mutating func receive(now: Instant) -> Bool {
    inbound.receive(from: socket, counters: &received)
    received.datagramsIn &+= UInt64(inbound.count)
    // What came first counts for all: they wait for each other.
    if inbound.count > 0 { outbound.begin(arrival: inbound.arrival(at: 0)) }
    for index in 0..<inbound.count {
      guard let bytes = inbound.bytes(at: index) else {
        received.oversized &+= 1
        continue
      }
      received.bytesIn &+= UInt64(bytes.count)
      let source = inbound.source(at: index)
      let owner = node.take(bytes, from: source, now: now, into: &outbound)
      if owner == .stranger, exchange.isShared { pass(UnsafeRawBufferPointer(bytes), from: source) }
    }
    node.finish(now: now, into: &outbound)
    return inbound.count > 0 && outbound.count > 0 && outbound.count < Self.enough
  }

  private mutating func pass(_ stranger: UnsafeRawBufferPointer, from source: TransportAddress) {
    if exchange.pass(stranger, from: source, counters: &received) { node.forget(stranger: stranger) }
  }

  /// Works through what other shards have handed over. Whom this shard does not know either is dropped.
  mutating func takeHandedOver(now: Instant) {
    for ring in incoming {
      while let (bytes, source) = ring.front() {
        outbound.begin(arrival: 0)
        node.handle(bytes, from: source, now: now, into: &outbound)
        ring.pop()
      }
    }
  }

  mutating func learn(_ routes: [AddressRoute]) { exchange.learn(routes) }

  /// Does what the node has planned for `now`.
  package mutating func advance(to now: Instant) {
    outbound.begin(arrival: 0)
    node.advance(to: now, into: &outbound)
  }

  package mutating func apply(_ command: MediaCommand, now: Instant) {
    outbound.begin(arrival: 0)
    node.apply(command, now: now, into: &outbound)
  }

  /// Sends all that the calls before have caused, and tells other shards what is for them.
  package mutating func flush() {
    outbound.flush()
    guard exchange.isShared else { return }
    exchange.wakeOthers()
    if node.hasAddressChanges { exchange.report(node.takeAddressChanges()) }
  }

  /// What has happened so far. The CPU time is that of the calling thread.
  package var counters: MediaPlaneCounters {
    var counters = MediaPlaneCounters()
    counters.media = node.counters
    counters.population = node.population
    counters.network = received
    counters.network.add(outbound.sent)
    counters.network.transit = outbound.transit
    counters.cpuTime = TimeDelta(nanoseconds: lnet_thread_cpu_time())
    return counters
  }
}
