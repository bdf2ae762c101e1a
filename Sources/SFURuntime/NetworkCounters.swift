package import Bytes
import CLinuxNet
package import SFU

/// What one shard's socket has done since it was opened. A trivial value: copying it is a snapshot.
package struct NetworkCounters: Equatable, Sendable {
  package var datagramsIn: UInt64 = 0
  package var bytesIn: UInt64 = 0
  /// Calls of recvmmsg that brought something, so that `datagramsIn / receives` is the mean batch.
  package var receives: UInt64 = 0
  /// Datagrams over 2,048 bytes, which nobody here sends: dropped unread.
  package var oversized: UInt64 = 0
  package var receiveErrors: UInt64 = 0
  package var datagramsOut: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// Calls that sent something, or were refused for one address.
  package var sends: UInt64 = 0
  /// Datagrams that left together with others of their size in one message (UDP_SEGMENT).
  package var joined: UInt64 = 0
  /// Dropped because the socket's send buffer was full. Sending never waits.
  package var sendBufferFull: UInt64 = 0
  /// Dropped because the kernel has no way to the address, or refused the datagram for itself.
  package var unreachable: UInt64 = 0
  /// Time inside the node.
  package var transit = TransitHistogram()
  /// Datagrams that came to this shard and were handed to another; see `ShardExchange`.
  package var handedOver: UInt64 = 0
  /// Datagrams for another shard whose ring was full.
  package var handoversLost: UInt64 = 0

  package init() {}

  mutating func add(_ sent: lnet_sent) {
    datagramsOut &+= sent.datagrams
    bytesOut &+= sent.bytes
    sends &+= sent.calls
    joined &+= sent.joined
    sendBufferFull &+= sent.full
    unreachable &+= sent.unreachable
  }
}

extension NetworkCounters {
  static func += (sum: inout NetworkCounters, other: NetworkCounters) {
    sum.datagramsIn &+= other.datagramsIn
    sum.bytesIn &+= other.bytesIn
    sum.receives &+= other.receives
    sum.oversized &+= other.oversized
    sum.receiveErrors &+= other.receiveErrors
    sum.datagramsOut &+= other.datagramsOut
    sum.bytesOut &+= other.bytesOut
    sum.sends &+= other.sends
    sum.sendBufferFull &+= other.sendBufferFull
    sum.unreachable &+= other.unreachable
    sum.handedOver &+= other.handedOver
    sum.handoversLost &+= other.handoversLost
    sum.joined &+= other.joined
    sum.transit = sum.transit + other.transit
  }
}

/// Network and media counters of a shard or of the plane, taken at one moment.
package struct MediaPlaneCounters: Equatable, Sendable {
  package var network = NetworkCounters()
  package var media = MediaCounters()
  /// CPU time of the media thread, the kernel's on its behalf included.
  package var cpuTime = TimeDelta.zero
  package var population = MediaPopulation.none

  package init() {}

  /// Adds what another shard has counted.
  package static func += (sum: inout MediaPlaneCounters, other: MediaPlaneCounters) {
    sum.network += other.network
    sum.media += other.media
    sum.cpuTime = sum.cpuTime + other.cpuTime
    sum.population += other.population
  }
}

extension Sequence<MediaPlaneCounters> {
  /// Counters of several shards together.
  package var sum: MediaPlaneCounters { reduce(into: MediaPlaneCounters()) { $0 += $1 } }
}
