package import Bytes

/// A short burst at a chosen rate (libwebrtc's `ProbeClusterConfig`).
package struct ProbeCluster: Hashable, Sendable {
  /// 1...65,535.
  package var id: UInt16
  package var rate: DataRate
  package var minimumBytes: Int32
  package var minimumProbes: Int32
  package var requested: Instant
}
