import SFU
import Testing

@testable import SFURuntime

@Suite("Room placement")
struct RoomPlacementTests {
  private func peer(_ number: UInt64) -> PeerID { PeerID(number) }

  @Test("a room begins where the fewest peers are, the first of equals, and stays there")
  func leastLoaded() {
    var placement = RoomPlacement(shards: 3)
    #expect(placement.add(peer(1), to: RoomID(1)) == 0)
    #expect(placement.add(peer(2), to: RoomID(1)) == 0)
    #expect(placement.add(peer(3), to: RoomID(2)) == 1)
    #expect(placement.add(peer(4), to: RoomID(3)) == 2)
    #expect(placement.add(peer(5), to: RoomID(4)) == 1)
    #expect(placement.add(peer(6), to: RoomID(1)) == 0)
    #expect(placement.remove(peer(3), from: RoomID(2)) == 1)
    #expect(placement.remove(peer(5), from: RoomID(4)) == 1)
    #expect(placement.add(peer(7), to: RoomID(5)) == 1)
  }

  @Test("a room that is over is forgotten; one that somebody is about to enter is not")
  func forgotten() {
    var placement = RoomPlacement(shards: 2)
    _ = placement.add(peer(1), to: RoomID(1))
    #expect(placement.hold(RoomID(2)) == 1)
    #expect(placement.hold(RoomID(2)) == 1)
    placement.release(RoomID(2))
    _ = placement.add(peer(2), to: RoomID(3))
    #expect(placement.add(peer(3), to: RoomID(2)) == 1, "held where it was when it began")
    #expect(placement.remove(peer(3), from: RoomID(2)) == 1)
    #expect(placement.shard(of: RoomID(2)) == 1, "still held")
    placement.release(RoomID(2))
    #expect(placement.shard(of: RoomID(2)) == nil)
    _ = placement.remove(peer(1), from: RoomID(1))
    _ = placement.remove(peer(2), from: RoomID(3))
    #expect(placement.roomCount == 0)
  }

  @Test("a peer that comes again counts once, and one that is not there is not removed")
  func twice() {
    var placement = RoomPlacement(shards: 2)
    _ = placement.add(peer(1), to: RoomID(1))
    _ = placement.add(peer(1), to: RoomID(1))
    #expect(placement.remove(peer(9), from: RoomID(1)) == nil)
    #expect(placement.remove(peer(1), from: RoomID(9)) == nil)
    #expect(placement.remove(peer(1), from: RoomID(1)) == 0)
    #expect(placement.remove(peer(1), from: RoomID(1)) == nil)
    #expect(placement.roomCount == 0)
    placement.release(RoomID(1))
    #expect(placement.roomCount == 0)
  }

  @Test("a hundred thousand rooms that came and went leave nothing, and the load is even", arguments: [1, 2, 16])
  func churn(_ shards: Int) {
    var placement = RoomPlacement(shards: shards)
    var counts = [Int](repeating: 0, count: shards)
    for room in 0..<100_000 {
      let id = RoomID(UInt64(room))
      counts[placement.hold(id)] += 1
      _ = placement.add(peer(UInt64(room)), to: id)
      placement.release(id)
      guard room >= 100 else { continue }
      _ = placement.remove(peer(UInt64(room - 100)), from: RoomID(UInt64(room - 100)))
    }
    #expect(placement.roomCount == 100)
    #expect(counts.allSatisfy { $0 > 100_000 / shards / 2 })
  }
}
