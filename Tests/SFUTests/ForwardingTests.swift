import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Forwarding")
struct ForwardingTests {
  @Test("what one person sends reaches the others, and not the sender")
  func reachesOthers() throws {
    let room = TestRoom()
    let (a, b, c) = (try room.add(1), try room.add(2), try room.add(3))
    room.deliver(
      a.rtp(ssrc: 11, sequence: 40_000, payloadType: TestOffer.opus, mid: "mic", level: 30, payload: [9, 9]), from: a)
    #expect(a.packets.isEmpty)
    for receiver in [b, c] {
      let packet = try #require(receiver.audio(slot: 0).first)
      #expect(packet.payload == [9, 9])
      #expect(packet.header.payloadType == TestOffer.opus)
      #expect(packet.header.sequenceNumber < 32_768)
      #expect(packet.extensions.mid?.text == "a0")
      #expect(packet.extensions.transportSequence != nil)
      #expect(packet.extensions.absSendTime != nil)
      #expect(packet.extensions.audioLevel == nil)
    }
    #expect(room.node.counters.forwarded == 2)
  }

  @Test("nothing of a picture is sent before a key frame")
  func waitsForKeyFrame() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    room.deliver(camera(a, "q", 1, TestPeer.vp8(picture: 10)), from: a)
    #expect(b.video(slot: 0).isEmpty)
    room.deliver(camera(a, "q", 2, TestPeer.vp8(key: true, picture: 11)), from: a)
    room.deliver(camera(a, "q", 3, TestPeer.vp8(picture: 12)), from: a)
    #expect(b.video(slot: 0).count == 2)
    #expect(b.video(slot: 0)[0].vp8?.pictureID == (b.video(slot: 0)[1].vp8!.pictureID! - 1) & 0x7FFF)
  }

  @Test("rooms do not hear each other, even with equal SSRCs")
  func roomsAreSeparate() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    let (c, d) = (try room.add(3, room: RoomID(8)), try room.add(4, room: RoomID(8)))
    for sender in [a, c] {
      room.deliver(
        sender.rtp(
          ssrc: 11, sequence: 1, payloadType: TestOffer.opus, mid: "mic", payload: [UInt8(sender.id.rawValue)]),
        from: sender)
    }
    #expect(b.packets.map(\.payload) == [[1]])
    #expect(d.packets.map(\.payload) == [[3]])
    #expect(room.node.population.rooms == 2)
  }

  @Test("a change of layer looks to the decoder like one stream", arguments: [UInt64(1), 2, 3])
  func layersAreOneStream(seed: UInt64) throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    var random = SeededGenerator(seed: seed)
    var picture: [String: UInt16] = [:]
    var sequence: [String: UInt16] = [:]
    var time: UInt32 = 0
    for rid in ["q", "h", "f"] {
      picture[rid] = UInt16.random(in: 0..<0x8000, using: &random)
      sequence[rid] = UInt16.random(in: 0...UInt16.max, using: &random)
    }
    for (step, height) in [90, 360, 720, 180, 720].enumerated() {
      room.apply(
        .setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: a.id, pixelHeight: height)]))
      for frame in 0..<5 {
        time &+= 3_000
        for (layer, rid) in ["q", "h", "f"].enumerated() {
          picture[rid]! = (picture[rid]! + 1) & 0x7FFF
          let payload =
            frame == 1
            ? TestPeer.keyFrame(picture: picture[rid]!, height: 180 << layer)
            : TestPeer.vp8(picture: picture[rid]!)
          sequence[rid]! &+= 1
          room.deliver(
            a.rtp(
              ssrc: UInt32(100 + layer), sequence: sequence[rid]!, timestamp: time, marker: true, mid: "cam", rid: rid,
              payload: payload), from: a)
        }
        room.advance(.milliseconds(33))
      }
      #expect(b.video(slot: 0).count >= step * 4, "seed \(seed)")
    }
    try expectContinuous(b.video(slot: 0))
    #expect(room.node.counters.switches >= 4)
  }

  @Test("a slot that changes hands goes on as one stream, from a key frame of the other person")
  func slotChangesHands() throws {
    let room = TestRoom()
    let b = try room.add(2) { $0.slots = 1 }
    let a = try room.add(1) { $0.slots = 1 }
    let c = try room.add(3) { $0.slots = 1 }
    func send(_ peer: TestPeer, _ count: Int, from start: UInt16) {
      for index in 0..<UInt16(count) {
        let frame = start + index
        room.deliver(
          camera(
            peer, "q", frame, index == 0 ? TestPeer.vp8(key: true, picture: frame) : TestPeer.vp8(picture: frame),
            ssrc: UInt32(peer.id.rawValue * 10)), from: peer)
        room.advance(.milliseconds(33))
      }
    }
    send(a, 5, from: 500)
    send(c, 5, from: 9_000)
    #expect(b.video(slot: 0).count == 5)
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: c.id, pixelHeight: 360)]))
    #expect(room.events.last == .slotChanged(receiver: b.id, slot: 0, kind: .person, source: c.id))
    send(a, 5, from: 700)
    #expect(b.video(slot: 0).count == 5)
    send(c, 5, from: 9_500)
    #expect(b.video(slot: 0).count == 10)
    try expectContinuous(b.video(slot: 0))
  }

  @Test("a hidden picture stops, and starts again on a key frame")
  func hiddenPictureStops() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    room.deliver(camera(a, "q", 1, TestPeer.vp8(key: true, picture: 1)), from: a)
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: a.id, pixelHeight: 0)]))
    room.deliver(camera(a, "q", 2, TestPeer.vp8(picture: 2)), from: a)
    #expect(b.video(slot: 0).count == 1)
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: a.id, pixelHeight: 360)]))
    room.advance(.milliseconds(10))
    #expect(a.keyFrameRequests == [100])
    room.deliver(camera(a, "q", 3, TestPeer.vp8(picture: 3)), from: a)
    room.deliver(camera(a, "q", 4, TestPeer.vp8(key: true, picture: 4)), from: a)
    #expect(b.video(slot: 0).count == 2)
  }

  @Test("the shared screen goes to the screen slot of everybody else")
  func screenSlot() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    room.apply(.setSource(peer: a.id, kind: .screen, enabled: true))
    #expect(room.events.last == .slotChanged(receiver: b.id, slot: 0, kind: .screen, source: a.id))
    room.deliver(
      a.rtp(ssrc: 70, sequence: 1, mid: "scr", payload: TestPeer.keyFrame(picture: 5, height: 1_080)), from: a)
    #expect(b.packets.map(\.header.ssrc) == [b.configuration.screenSlot!.video!.ssrc])
    room.apply(.setSource(peer: a.id, kind: .screen, enabled: false))
    #expect(room.events.last == .slotChanged(receiver: b.id, slot: 0, kind: .screen, source: nil))
  }

  @Test("a shared screen that a receiver does not want stops for that receiver, and comes when it is wanted")
  func unwantedScreenStops() throws {
    let room = TestRoom()
    let (a, b, c) = (try room.add(1), try room.add(2), try room.add(3))
    let slot = b.configuration.slots.count
    func ask(_ height: Int) {
      room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: slot, participant: nil, pixelHeight: height)]))
    }
    func share(_ sequence: UInt16) {
      let payload = TestPeer.keyFrame(picture: sequence, height: 1_080)
      room.deliver(a.rtp(ssrc: 70, sequence: sequence, mid: "scr", payload: payload), from: a)
    }
    room.apply(.setSource(peer: a.id, kind: .screen, enabled: true))
    ask(0)
    share(1)
    #expect(b.packets.isEmpty)
    #expect(c.packets.count == 1)
    ask(2_160)
    share(2)
    #expect(b.packets.count == 1)
    ask(0)
    room.apply(.setView(peer: b.id, requests: []))
    share(3)
    #expect(b.packets.count == 2)
  }
}

/// A camera packet whose timestamp follows its sequence number.
func camera(_ peer: TestPeer, _ rid: String, _ sequence: UInt16, _ payload: [UInt8], ssrc: UInt32 = 100) -> [UInt8] {
  let layer: UInt32 = rid == "q" ? 0 : rid == "h" ? 1 : 2
  return peer.rtp(
    ssrc: ssrc + layer, sequence: sequence, timestamp: UInt32(sequence) &* 3_000, marker: true, mid: "cam", rid: rid,
    payload: payload)
}

/// Sequence numbers and picture ids count by one, timestamps grow.
func expectContinuous(_ packets: [TestPeer.Received]) throws {
  for (before, after) in zip(packets, packets.dropFirst()) {
    #expect(after.header.sequenceNumber == before.header.sequenceNumber &+ 1)
    #expect(Int32(bitPattern: after.header.timestamp &- before.header.timestamp) > 0)
    let (first, second) = (try #require(before.vp8?.pictureID), try #require(after.vp8?.pictureID))
    #expect(second == (first + 1) & 0x7FFF)
  }
}
