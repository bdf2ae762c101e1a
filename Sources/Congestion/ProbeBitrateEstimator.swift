internal import Bytes

/// Measures how fast a probe cluster went in and came out (libwebrtc's `ProbeBitrateEstimator`).
struct ProbeBitrateEstimator {
  /// Shares of a cluster that must have arrived.
  static var minimumReceived: Double { 0.8 }
  /// A cluster that arrives more than twice as fast as it was sent measured something else.
  static var maximumRatio: Double { 2 }
  /// Below this share of the send rate the link was full.
  static var unsaturatedRatio: Double { 0.9 }
  static var targetUtilization: Double { 0.95 }
  static var maximumInterval: TimeDelta { .seconds(1) }

  /// Clusters on the way at a time, by id; a power of two.
  static var capacity: Int { 4 }
  static var heapBytes: Int { capacity * MemoryLayout<Cluster>.stride }

  private struct Cluster {
    var id: UInt16 = 0
    var probes = 0
    var firstSend = Instant.distantFuture
    var lastSend = Instant.zero
    var firstReceive = Instant.distantFuture
    var lastReceive = Instant.zero
    var lastSendSize = 0
    var firstReceiveSize = 0
    var bytes = 0
  }

  private let clusters: UnsafeMutablePointer<Cluster>
  private var last: DataRate?
  /// Whether the last estimate found the link full.
  private(set) var isSaturated = false

  /// Memory is freed by `destroy`.
  init() {
    clusters = .allocate(capacity: Self.capacity)
    clusters.initialize(repeating: Cluster(), count: Self.capacity)
  }

  func destroy() { clusters.deallocate() }

  /// Takes a packet of a cluster, whose plan is `wanted`.
  mutating func add(_ packet: PacketResult, wanted: ProbeCluster) {
    let slot = Int(packet.probe) & (Self.capacity - 1)
    if clusters[slot].id != packet.probe || clusters[slot].lastReceive + Self.maximumInterval < packet.receiveTime {
      clusters[slot] = Cluster(id: packet.probe)
    }
    var cluster = clusters[slot]
    cluster.firstSend = min(cluster.firstSend, packet.sendTime)
    if packet.sendTime > cluster.lastSend {
      cluster.lastSend = packet.sendTime
      cluster.lastSendSize = Int(packet.size)
    }
    if packet.receiveTime < cluster.firstReceive {
      cluster.firstReceive = packet.receiveTime
      cluster.firstReceiveSize = Int(packet.size)
    }
    cluster.lastReceive = max(cluster.lastReceive, packet.receiveTime)
    cluster.bytes += Int(packet.size)
    cluster.probes += 1
    clusters[slot] = cluster
    guard cluster.probes >= Int(Double(wanted.minimumProbes) * Self.minimumReceived),
      cluster.bytes >= Int(Double(wanted.minimumBytes) * Self.minimumReceived)
    else { return }
    estimate(cluster)
  }

  private mutating func estimate(_ cluster: Cluster) {
    let send = cluster.lastSend - cluster.firstSend
    let receive = cluster.lastReceive - cluster.firstReceive
    guard send > .zero, send <= Self.maximumInterval, receive > .zero, receive <= Self.maximumInterval else { return }
    // The last packet's way out, and the first one's way in, lie outside the intervals.
    let sendRate = DataRate(bytes: cluster.bytes - cluster.lastSendSize, over: send)
    let receiveRate = DataRate(bytes: cluster.bytes - cluster.firstReceiveSize, over: receive)
    guard receiveRate <= sendRate * Self.maximumRatio else { return }
    isSaturated = receiveRate < sendRate * Self.unsaturatedRatio
    last = isSaturated ? receiveRate * Self.targetUtilization : min(sendRate, receiveRate)
  }

  mutating func fetchAndReset() -> DataRate? {
    defer { last = nil }
    return last
  }
}
