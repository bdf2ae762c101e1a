package import Bytes

/// Sends the clusters that were asked for, one after the other, at their rates (libwebrtc's `BitrateProber`).
package struct BitrateProber {
  /// A probe that is later than this spoils its cluster.
  static var maximumDelay: TimeDelta { .milliseconds(10) }
  static var clusterTimeout: TimeDelta { .seconds(5) }
  /// Each burst of a cluster is worth this much of its rate.
  static var minimumDelta: TimeDelta { .milliseconds(2) }

  /// The cluster that is under way; 0 for none. What is sent belongs to it.
  private(set) var activeCluster: UInt16 = 0
  /// When the next burst is due; `.distantFuture` when there is nothing to send.
  package private(set) var nextProbeTime = Instant.distantFuture
  private var sentBytes = 0
  private var sentProbes = 0
  private var started: Instant?
  private var count = 0
  private var clusters = InlineArray<4, ProbeCluster?>(repeating: nil)

  package init() {}

  mutating func add(_ cluster: ProbeCluster) {
    if count == 4 { removeFirst() }
    clusters[count] = cluster
    count += 1
    if count == 1 { nextProbeTime = cluster.requested }
  }

  /// Begins or goes on with a cluster: how many bytes are to be sent now; nil when nothing is due. What is sent until
  /// `isProbing` ends belongs to the cluster.
  package mutating func burst(_ now: Instant) -> Int? {
    while count > 0, now >= nextProbeTime, let cluster = clusters[0] {
      let isLate = started != nil && now - nextProbeTime > Self.maximumDelay
      guard !isLate, now - cluster.requested <= Self.clusterTimeout else {
        removeFirst()
        continue
      }
      if started == nil {
        started = now
        activeCluster = cluster.id
      }
      return max(1, cluster.rate.bytes(in: Self.minimumDelta))
    }
    return nil
  }

  /// Gives up what there is to send: there is nothing to probe with.
  package mutating func abandon() { self = BitrateProber() }

  /// Whether a cluster is under way: what can wait goes out as part of it.
  @inline(__always)
  package var isProbing: Bool { activeCluster != 0 }

  /// A packet of the active cluster has been sent.
  mutating func sent(bytes: Int, now: Instant) {
    guard let started, let cluster = clusters[0] else { return }
    sentBytes += bytes
    sentProbes += 1
    nextProbeTime = started + cluster.rate.time(for: sentBytes)
    if sentBytes >= Int(cluster.minimumBytes), sentProbes >= Int(cluster.minimumProbes) { removeFirst() }
  }

  private mutating func removeFirst() {
    for index in 1..<4 { clusters[index - 1] = clusters[index] }
    clusters[3] = nil
    count -= 1
    sentBytes = 0
    sentProbes = 0
    started = nil
    activeCluster = 0
    // The next cluster does not ride on this one's tail.
    nextProbeTime = count == 0 ? .distantFuture : nextProbeTime
  }
}
