package import Bytes
internal import Congestion
package import RTCCore

/// Limits of a node that hold for its whole life; memory is reserved (not touched) for them at once.
package struct MediaNodeConfiguration: Sendable {
  /// Peers at most.
  package var maximumPeers: Int
  /// Seeds hash tables and the starts of sequence numbers. Random in service, fixed in simulations.
  package var seed: UInt64
  /// What a path is thought to carry before anything is known of it.
  package var startRate: DataRate
  /// Whether `takeAddressChanges` is called: several shards share one port.
  package var keepsAddressChanges: Bool

  package init(
    maximumPeers: Int = 2_048, seed: UInt64, startRate: DataRate = .kilobits(300), keepsAddressChanges: Bool = false
  ) {
    self.maximumPeers = maximumPeers
    self.seed = seed
    self.startRate = startRate
    self.keepsAddressChanges = keepsAddressChanges
  }
}

/// The selective forwarding unit of one shard, sans IO: every peer, room and stream of it. It knows no socket, thread or
/// clock. A call completes its work into the sink before it returns; events collect until `drainEvents`.
package struct MediaNode<Security: RTCSecurityProvider>: ~Copyable {
  var router: MediaRouter
  var transports: Slab<Transport<Security>>
  /// Place of the transport that a validated address belongs to.
  var addresses: FlatTable<TransportAddress>
  /// Place of the transport that a check's user name belongs to.
  var ufrags: FlatTable<ICERoutingKey>
  let security: Security
  let startRate: DataRate
  /// Addresses that were validated or given up, for whoever steers datagrams to shards.
  var addressChanges = AddressChanges()
  /// Packets taken in and not yet forwarded.
  var train = PacketTrain()
  /// Scratch for feedback, and zeros for padding.
  var report = FeedbackReport()
  let zeros: UnsafeMutableRawBufferPointer

  /// `security` holds the certificate whose fingerprint the answers carry.
  package init(configuration: MediaNodeConfiguration, security: Security) {
    let peers = max(1, configuration.maximumPeers)
    router = MediaRouter(configuration: configuration)
    transports = Slab(capacity: peers)
    addresses = FlatTable(capacity: peers * 8, seed: configuration.seed)
    ufrags = FlatTable(capacity: peers, seed: configuration.seed)
    self.security = security
    startRate = configuration.startRate
    addressChanges.isKept = configuration.keepsAddressChanges
    zeros = .allocate(byteCount: 256, alignment: 16)
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    zeros.deallocate()
    train.destroy()
    for place in 0..<transports.limit where transports.contains(place) { transports[place].pointee.destroy() }
  }

  package var counters: MediaCounters { router.counters }

  /// Rooms, peers and the tracks of both directions that exist now.
  package var population: MediaPopulation {
    MediaPopulation(
      rooms: router.rooms.count, peers: router.peers.count, upTracks: router.upTracks.count,
      downTracks: router.downTracks.count)
  }

  package var hasEvents: Bool { !router.events.isEmpty }

  /// Hands over the events since the last call, oldest first, and forgets them.
  package mutating func drainEvents(_ body: (MediaEvent) -> Void) {
    for event in router.events { body(event) }
    router.events.removeAll(keepingCapacity: true)
  }

  /// Takes in one datagram from the socket, decrypting it in place, and sends what follows from it. One that belongs to
  /// nobody here is counted as dropped and left as it was.
  @discardableResult
  package mutating func handle(
    _ datagram: UnsafeMutableRawBufferPointer, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> DatagramOwner {
    let owner = take(datagram, from: source, now: now, into: &out)
    finish(now: now, into: &out)
    return owner
  }

  /// The same for one datagram of a batch: packets of a picture that come one after the other wait for each other, so that
  /// each receiver gets them in one go. Their memory stays as it is until `finish`, which follows the last of a batch.
  @discardableResult
  package mutating func take(
    _ datagram: UnsafeMutableRawBufferPointer, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> DatagramOwner {
    router.counters.packetsIn &+= 1
    router.counters.bytesIn &+= UInt64(datagram.count)
    let bytes = UnsafeRawBufferPointer(datagram)
    let kind = DatagramKind.classify(bytes)
    if kind != .rtp { finish(now: now, into: &out) }
    switch kind {
    case .stun:
      return handleSTUN(bytes, from: source, now: now, into: &out)
    case .dtls, .rtp, .rtcp:
      guard let place = addresses[source], transports[place].pointee.agent.pairs.contains(source) else {
        router.counters.drop(.unvalidatedAddress)
        return .stranger
      }
      switch kind {
      case .rtp: handleRTP(datagram, transport: place, from: source, now: now, into: &out)
      case .rtcp: handleRTCP(datagram, transport: place, from: source, now: now, into: &out)
      default: handleDTLS(bytes, transport: place, from: source, now: now, into: &out)
      }
    case .unknown:
      router.counters.drop(.unknownDatagram)
    }
    return .ours
  }
}

/// How much lives in a node.
package struct MediaPopulation: Hashable, Sendable {
  package var rooms: Int
  package var peers: Int
  package var upTracks: Int
  package var downTracks: Int

  package static let none = MediaPopulation(rooms: 0, peers: 0, upTracks: 0, downTracks: 0)

  package static func += (sum: inout MediaPopulation, other: MediaPopulation) {
    sum.rooms += other.rooms
    sum.peers += other.peers
    sum.upTracks += other.upTracks
    sum.downTracks += other.downTracks
  }
}
