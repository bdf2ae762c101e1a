import Bytes
import Congestion
import RTCCore
import Testing

@testable import SFU

/// What a node sets aside for a participant, apart from cryptography.
@Suite("Memory")
struct MemoryTests {
  /// Slots of the page: nine people and the screen, sound and picture each.
  private static let tracks = 20

  /// What hangs on a transport's pointers: packets sent, at 12 bytes each; 512 results for the throughput, at 24; names
  /// of packets that wait.
  private static var attached: Int {
    SentPacketHistory.capacity * 12 + 512 * 24 + PacerQueue.capacity * MemoryLayout<PacerQueue.Entry>.stride
  }

  private static var idle: Int {
    let tables = 2 * (8 * MemoryLayout<TransportAddress>.stride + MemoryLayout<ICERoutingKey>.stride + 9 * 16)
    return MemoryLayout<Peer>.stride + MemoryLayout<Transport<TestSecurity>>.stride
      + tracks * MemoryLayout<DownTrack>.stride + 10 * MemoryLayout<Slot>.stride + attached + tables
  }

  @Test("an idle participant takes 64 kB at most")
  func idleParticipant() {
    print(
      "bytes of an idle participant: \(Self.idle); peer \(MemoryLayout<Peer>.stride), transport",
      "\(MemoryLayout<Transport<TestSecurity>>.stride), down track \(MemoryLayout<DownTrack>.stride),",
      "attached \(Self.attached)")
    #expect(Self.idle <= 64 << 10)
  }

  @Test("a participant with microphone and a camera of 2 Mbit/s takes 700 kB at most")
  func activeSender() {
    let stores = [(2, 150), (1, 450), (0, 1_400)].reduce(0) { $0 + Self.store(layersAbove: $1.0, kilobits: $1.1) }
    let sum = Self.idle + stores + 4 * MemoryLayout<UpTrack>.stride + TransportFeedbackBuilder.capacity * 8
    print("bytes of an active sender: \(sum); up track \(MemoryLayout<UpTrack>.stride), stores \(stores)")
    #expect(sum <= 700_000)
  }

  /// Bytes that the store of a layer has touched after a minute.
  private static func store(layersAbove: Int, kilobits: Int) -> Int {
    let capacity = UpTrack.historyCapacity(layersAbove: layersAbove)
    var history = PacketHistory(capacity: capacity)
    defer { history.destroy() }
    let payload = [UInt8](repeating: 0, count: 1_100)
    let packets = kilobits * 60_000 / 8 / payload.count
    for packet in 0..<packets {
      payload.withUnsafeBytes {
        history.store(
          sequence: Int64(packet), timestamp: 0, marker: false, payload: $0,
          now: Instant.zero + .milliseconds(Int64(packet) * 60_000 / Int64(packets)))
      }
    }
    return history.touchedBytes + PacketHistory.overhead(capacity: capacity)
  }

  @Test("a node of 1,000 has places for the slots of all")
  func placesForAll() {
    let router = MediaRouter(configuration: MediaNodeConfiguration(maximumPeers: 1_000, seed: 1))
    let (downTracks, ssrcs, peers) = (router.downTracks.capacity, router.ssrcs.capacity, router.peers.capacity)
    #expect(downTracks >= 1_000 * Self.tracks)
    #expect(ssrcs >= 1_000 * 8)
    #expect(peers == 1_000)
  }
}
