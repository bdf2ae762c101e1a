import Bytes
import Testing

@testable import SFU

/// The store that retransmissions are answered from.
@Suite("Packet history")
struct PacketHistoryTests {
  private static let capacity = 524_288

  /// A store beside what it was given.
  private final class Store {
    private(set) var history = PacketHistory(capacity: PacketHistoryTests.capacity)
    private(set) var sent: [(size: Int, time: Instant)] = []

    deinit { history.destroy() }

    func add(_ size: Int, at now: Instant) {
      let sequence = sent.count
      let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: size)
      payload.withUnsafeBytes {
        history.store(
          sequence: Int64(sequence), timestamp: UInt32(sequence), marker: sequence % 3 == 0, payload: $0, now: now)
      }
      sent.append((size, now))
    }

    func contains(_ sequence: Int) -> Bool { history.find(Int64(sequence)) != nil }

    /// Whether all that is found is what was stored.
    var isTrue: Bool {
      sent.indices.allSatisfy { sequence in
        guard let found = history.find(Int64(sequence)) else { return true }
        return found.payload.count == sent[sequence].size && found.entry.timestamp == UInt32(sequence)
          && found.entry.marker == (sequence % 3 == 0)
          && found.payload.allSatisfy { $0 == UInt8(truncatingIfNeeded: sequence) }
      }
    }
  }

  @Test("what came in the last two seconds is found, though the rate changes and pictures come in bursts")
  func keepsTwoSeconds() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let store = Store()
    var (now, oldest) = (Instant.zero, 0)
    for second in 0..<30 {
      // Up to 1.6 Mbit/s, each second another.
      let perPicture = 1 + Int(random.next() % 6)
      for picture in 0..<25 {
        let packets = picture == 0 && second % 4 == 0 ? 30 : perPicture
        for _ in 0..<packets { store.add(600 + Int(random.next() % 600), at: now) }
        now = now + .milliseconds(40)
        while store.sent[oldest].time + PacketHistory.lifetime < now { oldest += 1 }
        #expect((oldest..<store.sent.count).allSatisfy(store.contains))
      }
    }
    #expect(store.isTrue)
  }

  @Test("of a faster stream the last are found, at least one for each 2 kB of the store")
  func keepsTheLast() {
    for size in [100, 1_100, PacketHistory.largestPayload] {
      let store = Store()
      for packet in 0..<5_000 { store.add(size, at: Instant.zero + .microseconds(Int64(packet) * 200)) }
      #expect((4_744..<5_000).allSatisfy(store.contains))
      #expect(!store.contains(4_000))
      #expect(store.isTrue)
      #expect(store.history.touchedBytes <= Self.capacity)
    }
  }

  @Test("a stream takes what it sends in two seconds, and little more, however long it lasts")
  func takesWhatItSends() {
    let store = Store()
    for packet in 0..<10_000 { store.add(1_000, at: Instant.zero + .milliseconds(Int64(packet) * 10)) }
    #expect((200_000..<240_000).contains(store.history.touchedBytes))
  }

  @Test("a payload that is too large is left out")
  func leavesOut() {
    let store = Store()
    store.add(PacketHistory.largestPayload + 1, at: .zero)
    #expect(!store.contains(0))
  }
}
