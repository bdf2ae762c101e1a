import Bytes
import RTCCore
import Testing

@testable import SFU

/// Datagrams that come in one batch: the packets of a picture wait for each other.
@Suite("Packets taken in together")
struct PacketTrainTests {
  private let room = TestRoom()
  private let a: TestPeer
  private let b: TestPeer
  private let c: TestPeer

  init() throws {
    a = try room.add(1)
    b = try room.add(2)
    c = try room.add(3)
  }

  /// Hands several datagrams over as one batch; where what they caused went, in order.
  @discardableResult
  private func deliver(_ batch: [(bytes: [UInt8], from: TestPeer)]) -> [TransportAddress] {
    let memory = batch.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0.bytes.count, alignment: 16) }
    defer { for buffer in memory { buffer.deallocate() } }
    for (buffer, datagram) in zip(memory, batch) {
      buffer.copyBytes(from: datagram.bytes)
      room.node.take(buffer, from: datagram.from.address, now: room.now, into: &room.sink)
    }
    room.node.finish(now: room.now, into: &room.sink)
    let addresses = room.sink.datagrams.map(\.to)
    room.advance(.zero)
    return addresses
  }

  /// Packet `index`, 0..<4, of a key frame of layer h.
  private func frame(_ index: UInt16, from peer: TestPeer, ssrc: UInt32 = 101) -> ([UInt8], TestPeer) {
    let payload =
      index == 0 ? TestPeer.keyFrame(picture: 900, height: 360) : TestPeer.vp8(picture: 900, starts: false)
    let bytes = peer.rtp(
      ssrc: ssrc, sequence: 700 + index, timestamp: 90_000, marker: index == 3, mid: "cam", rid: "h",
      payload: payload)
    return (bytes, peer)
  }

  private func numbers(at peer: TestPeer, slot: Int = 0) -> [UInt16] {
    let sent = peer.video(slot: slot)
    return sent.map { $0.header.sequenceNumber &- sent[0].header.sequenceNumber }
  }

  @Test("the packets of a picture leave receiver by receiver, each in order")
  func receiverByReceiver() {
    let addresses = deliver((UInt16(0)..<4).map { frame($0, from: a) })
    #expect(numbers(at: b) == [0, 1, 2, 3])
    #expect(numbers(at: c) == [0, 1, 2, 3])
    let media = addresses.filter { $0 != a.address }
    #expect(media.count == 8)
    #expect(Set(media[..<4]).count == 1 && Set(media[4...]).count == 1)
    #expect(b.video(slot: 0).map(\.header.marker) == [false, false, false, true])
  }

  @Test(
    "what overtook the first packet of a key frame in the same batch is sent once",
    arguments: [[2, 1, 0, 3], [1, 2, 3, 0]])
  func overtakers(order: [UInt16]) {
    deliver(order.map { frame($0, from: a) })
    for peer in [b, c] {
      #expect(numbers(at: peer).sorted() == [0, 1, 2, 3])
      #expect(peer.video(slot: 0).filter(\.header.marker).count == 1)
    }
    #expect(room.node.counters[.protectFailed] == 0)
  }

  @Test("more packets than a train holds, and packets of others in between, all arrive in order")
  func longAndMixed() {
    var batch = [frame(0, from: a)]
    for index in UInt16(1)..<40 {
      batch.append(
        (
          a.rtp(
            ssrc: 101, sequence: 700 + index, timestamp: 90_000, mid: "cam", rid: "h",
            payload: TestPeer.vp8(picture: 900, starts: false)), a
        ))
      if index % 7 == 0 { batch.append(frame(index / 7 - 1, from: b, ssrc: 301)) }
    }
    deliver(batch)
    #expect(numbers(at: c, slot: 0) == Array(0..<40))
    #expect(numbers(at: c, slot: 1) == Array(0..<5))
  }
}
