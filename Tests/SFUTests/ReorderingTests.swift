import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Reordering")
struct ReorderingTests {
  private let room = TestRoom()
  private let a: TestPeer
  private let b: TestPeer

  init() throws {
    a = try room.add(1)
    b = try room.add(2)
  }

  /// Packet `index`, 0..<4, of the key frame of layer h that begins at 700.
  private func send(_ index: UInt16) {
    let payload =
      index == 0 ? TestPeer.keyFrame(picture: 900, height: 360) : TestPeer.vp8(picture: 900, starts: false)
    room.deliver(
      a.rtp(
        ssrc: 101, sequence: 700 + index, timestamp: 90_000, marker: index == 3, mid: "cam", rid: "h",
        payload: payload), from: a)
  }

  private var numbers: [UInt16] {
    let sent = b.video(slot: 0)
    return sent.map { $0.header.sequenceNumber &- sent[0].header.sequenceNumber }
  }

  @Test("packets that overtake the first one of a key frame follow it", arguments: [true, false])
  func overtakersFollow(switching: Bool) throws {
    if switching {
      room.deliver(camera(a, "q", 10, TestPeer.vp8(key: true, picture: 10)), from: a)
    }
    let before = b.video(slot: 0).count
    for index: UInt16 in [2, 1, 0, 3] { send(index) }
    let frame = b.video(slot: 0).dropFirst(before)
    #expect(numbers == Array(0..<UInt16(before + 4)))
    #expect(frame.map(\.header.marker) == [false, false, false, true])
    #expect(Set(frame.map(\.header.timestamp)).count == 1)
    #expect(Set(frame.map { $0.vp8?.pictureID }).count == 1)
    #expect(b.rtx(slot: 0).isEmpty)
  }

  @Test("a first packet that only a retransmission brings takes the rest of its frame along")
  func repairedFirstPacket() throws {
    room.deliver(camera(a, "q", 10, TestPeer.vp8(key: true, picture: 10)), from: a)
    room.deliver(
      a.rtp(
        ssrc: 101, sequence: 699, timestamp: 87_000, marker: true, mid: "cam", rid: "h",
        payload: TestPeer.vp8(picture: 899)), from: a)
    for index: UInt16 in 1...3 { send(index) }
    #expect(b.video(slot: 0).count == 1)
    room.deliver(
      a.rtp(
        ssrc: 901, sequence: 1, timestamp: 90_000, payloadType: TestOffer.rtx, mid: "cam", repairedRID: "h",
        payload: [0x02, 0xBC] + TestPeer.keyFrame(picture: 900, height: 360)), from: a)
    #expect(numbers == [0, 1, 2, 3, 4])
  }

  @Test("what was on its way before the key frame stays behind")
  func olderPacketsStay() throws {
    send(1)
    send(0)
    room.deliver(
      a.rtp(
        ssrc: 101, sequence: 698, timestamp: 87_000, marker: true, mid: "cam", rid: "h",
        payload: TestPeer.vp8(picture: 899)), from: a)
    #expect(numbers == [0, 1])
  }
}
