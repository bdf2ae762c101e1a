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

  @Test("a participant with microphone and camera takes 1 MB at most")
  func activeSender() {
    let layers = [64, 128, 256].reduce(0) {
      $0 + $1 * (PacketHistory.slotSize + MemoryLayout<PacketHistory.Entry>.stride)
    }
    let sum = Self.idle + layers + 4 * MemoryLayout<UpTrack>.stride
    print("bytes of an active sender: \(sum); up track \(MemoryLayout<UpTrack>.stride), stores \(layers)")
    #expect(sum <= 1 << 20)
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
