import RTCCore
package import SFU
import SFURuntime

/// The media plane as the server sees it: a description to answer offers with, and a place to post commands. Events come
/// back through `RoomDirectory.deliver`.
package protocol MediaService: Sendable {
  var description: LocalDescription { get }

  /// Takes effect soon, in the order of posting; never blocks.
  func post(_ command: MediaCommand, in room: RoomID)

  /// What has been counted since the start, by name; what was dropped is `drop_` and the reason.
  func report() async -> [String: UInt64]
}

extension MediaPlane: MediaService {
  package func report() async -> [String: UInt64] {
    let counters = await counters()
    var report = [
      "packets_in": counters.media.packetsIn, "packets_out": counters.media.packetsOut,
      "forwarded": counters.media.forwarded, "retransmitted": counters.media.retransmitted,
      "recovered": counters.media.recovered, "key_frame_requests": counters.media.keyFrameRequestsSent,
      "send_buffer_full": counters.network.sendBufferFull, "oversized": counters.network.oversized,
    ]
    for reason in DropReason.allCases where counters.media[reason] > 0 {
      report["drop_\(reason)"] = counters.media[reason]
    }
    return report
  }
}
