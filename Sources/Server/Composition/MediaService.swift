package import SFU
package import SFURuntime

/// The media plane as the server sees it: descriptions to answer offers with, and a place to post commands. Events come
/// back through `RoomDirectory.deliver`.
package protocol MediaService: Sendable {
  /// What an answer to somebody in `room` says about this node. Keeps the room where it is until `leave`, which must follow
  /// when the peer was posted or will not be.
  func enter(_ room: RoomID) -> LocalDescription
  func leave(_ room: RoomID)

  /// Takes effect soon, in the order of posting; never blocks. Whoever was added must be removed.
  func post(_ command: MediaCommand, in room: RoomID)

  /// What each shard has counted since the start.
  func shardCounters() async -> [MediaPlaneCounters]

  /// Nil with one shard.
  var steeringStatus: SteeringStatus? { get }
}

extension MediaPlane: MediaService {}

extension MediaService {
  /// What has been counted since the start, by name; what was dropped is `drop_` and the reason.
  func report() async -> [String: UInt64] {
    let sum = await shardCounters().sum
    var report = [
      "packets_in": sum.media.packetsIn, "packets_out": sum.media.packetsOut, "forwarded": sum.media.forwarded,
      "retransmitted": sum.media.retransmitted, "recovered": sum.media.recovered,
      "key_frame_requests": sum.media.keyFrameRequestsSent, "send_buffer_full": sum.network.sendBufferFull,
      "oversized": sum.network.oversized, "handed_over": sum.network.handedOver,
    ]
    for reason in DropReason.allCases where sum.media[reason] > 0 { report["drop_\(reason)"] = sum.media[reason] }
    return report
  }
}
