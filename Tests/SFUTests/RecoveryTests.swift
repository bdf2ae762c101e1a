import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Recovery")
struct RecoveryTests {
  private let room = TestRoom()
  private let a: TestPeer
  private let b: TestPeer

  init() throws {
    a = try room.add(1)
    b = try room.add(2)
  }

  private func send(_ sequence: UInt16, key: Bool = false) {
    room.deliver(camera(a, "q", sequence, TestPeer.vp8(key: key, picture: sequence)), from: a)
  }

  @Test("the sender is asked for what is missing, again until it comes, and the late packet finds its place")
  func nacksSender() {
    send(10, key: true)
    send(11)
    send(14)
    room.advance(.milliseconds(5))
    #expect(a.nacked.isEmpty, "reordering gets a moment")
    room.advance(.milliseconds(10))
    #expect(a.nacked == [12, 13])
    room.advance(.milliseconds(150))
    #expect(a.nacked == [12, 13, 12, 13])
    send(13)
    send(12)
    a.forget()
    room.advance(.milliseconds(500))
    #expect(a.nacked.isEmpty)
    let first = b.video(slot: 0)[0].header.sequenceNumber
    #expect(b.video(slot: 0).map { $0.header.sequenceNumber &- first } == [0, 1, 4, 3, 2])
  }

  @Test("a retransmission of the sender is unwrapped, forwarded once, and counted")
  func unwrapsRTX() {
    send(10, key: true)
    send(12)
    let lost = TestPeer.vp8(picture: 11)
    for number in UInt16(1)...2 {
      room.deliver(
        a.rtp(
          ssrc: 900, sequence: number, timestamp: 33_000, payloadType: TestOffer.rtx, mid: "cam", repairedRID: "q",
          payload: [0, 11] + lost), from: a)
    }
    #expect(b.video(slot: 0).count == 3)
    #expect(b.video(slot: 0)[2].vp8?.pictureID == (b.video(slot: 0)[0].vp8!.pictureID! + 1) & 0x7FFF)
    #expect(room.node.counters.recovered == 1)
    #expect(room.node.counters[.uselessRetransmission] == 1)
  }

  @Test("a receiver's NACK is answered in the RTX stream with what was sent")
  func answersNack() throws {
    send(10, key: true)
    send(11)
    send(12)
    let sent = b.video(slot: 0)
    let wanted = sent[1].header.sequenceNumber
    room.deliver(nack(b, [wanted]), from: b)
    let repaired = try #require(b.rtx(slot: 0).first)
    #expect(repaired.header.payloadType == TestOffer.rtx)
    #expect(repaired.extensions.mid?.text == "v0", "Firefox finds the m-line by it")
    #expect(repaired.header.timestamp == sent[1].header.timestamp)
    #expect(repaired.header.marker == sent[1].header.marker)
    #expect(repaired.payload == [UInt8(wanted >> 8), UInt8(wanted & 0xFF)] + sent[1].payload)
    room.deliver(nack(b, [wanted]), from: b)
    #expect(b.rtx(slot: 0)[1].header.sequenceNumber == repaired.header.sequenceNumber + 1)
  }

  @Test("a NACK for a packet from before a change of layer is answered with the numbers it had")
  func answersNackAcrossSwitch() throws {
    send(10, key: true)
    send(11)
    room.deliver(camera(a, "h", 700, TestPeer.keyFrame(picture: 900, height: 360)), from: a)
    let sent = b.video(slot: 0)
    #expect(sent.count == 3)
    room.deliver(nack(b, sent.map(\.header.sequenceNumber)), from: b)
    #expect(b.rtx(slot: 0).map { Array($0.payload.dropFirst(2)) } == sent.map(\.payload))
  }

  @Test("NACKs beyond what was sent, and for what never was, are counted and not answered")
  func limitsRetransmissions() {
    send(10, key: true)
    let first = b.video(slot: 0)[0].header.sequenceNumber
    room.deliver(nack(b, [first &- 5, first &+ 5]), from: b)
    #expect(b.rtx(slot: 0).isEmpty)
    #expect(room.node.counters[.retransmissionGone] == 2)
    for _ in 0..<50 { room.deliver(nack(b, [first]), from: b) }
    #expect(b.rtx(slot: 0).count == 33)
    #expect(room.node.counters[.retransmissionBudget] == 17)
  }

  @Test("key frame requests of many receivers become one, and a request that came too soon is not forgotten")
  func coalescesKeyFrameRequests() throws {
    let others = try (3...8).map { try room.add($0) { $0.slots = 9 } }
    send(10, key: true)
    a.forget()
    func ask() {
      for peer in others {
        guard let ssrc = peer.packets.last?.header.ssrc else { continue }
        room.deliver(peer.rtcp { PictureLossIndication(sender: 1, media: ssrc).write(into: &$0) }, from: peer)
      }
    }
    ask()
    room.advance(.milliseconds(50))
    #expect(a.keyFrameRequests.count == 1)
    send(11, key: true)
    ask()
    room.advance(.milliseconds(100))
    #expect(a.keyFrameRequests.count == 1)
    room.advance(.milliseconds(400))
    #expect(a.keyFrameRequests.count == 2)
  }

  @Test("a key frame that came satisfies everybody: nobody asks again")
  func asksNoMore() {
    send(10, key: true)
    a.forget()
    room.advance(.seconds(2))
    #expect(a.keyFrameRequests.isEmpty)
  }

  @Test("a receiver that cannot decode has its sender asked until the key frame comes, not only once")
  func asksUntilAnswered() {
    send(10, key: true)
    a.forget()
    let picture = b.configuration.slots[0].video!.ssrc
    room.deliver(b.rtcp { PictureLossIndication(sender: 1, media: picture).write(into: &$0) }, from: b)
    for sequence in UInt16(11)...40 {
      send(sequence)
      room.advance(.milliseconds(100))
    }
    #expect(a.keyFrameRequests.count >= 10, "one in 300 ms")
    send(41, key: true)
    a.forget()
    room.advance(.seconds(1))
    #expect(a.keyFrameRequests.isEmpty)
  }

  @Test("a source that is switched off, and a layer that nobody is to get any more, are not asked in vain")
  func asksNobodyInVain() {
    for rid in ["q", "h", "f"] { room.deliver(camera(a, rid, 10, TestPeer.vp8(picture: 10)), from: a) }
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: a.id, pixelHeight: 720)]))
    room.advance(.milliseconds(400))
    #expect(!a.keyFrameRequests.isEmpty)
    room.apply(.setSource(peer: a.id, kind: .camera, enabled: false))
    a.forget()
    room.advance(.seconds(2))
    #expect(a.keyFrameRequests.isEmpty)
    room.apply(.setSource(peer: a.id, kind: .camera, enabled: true))
    for rid in ["q", "h", "f"] { room.deliver(camera(a, rid, 11, TestPeer.vp8(picture: 11)), from: a) }
    room.advance(.milliseconds(400))
    #expect(!a.keyFrameRequests.isEmpty, "on again, it is asked again")
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: nil, pixelHeight: 0)]))
    a.forget()
    room.advance(.seconds(2))
    #expect(a.keyFrameRequests.isEmpty)
  }

  @Test("a layer that falls silent without a goodbye is left for the next one, whose key frame is asked for")
  func leavesSilentLayer() throws {
    room.apply(.setView(peer: b.id, requests: [ViewRequest(slot: 0, participant: a.id, pixelHeight: 720)]))
    for (rid, height) in [("q", 180), ("h", 360), ("f", 720)] {
      room.deliver(camera(a, rid, 10, TestPeer.keyFrame(picture: 10, height: height)), from: a)
    }
    room.deliver(camera(a, "f", 11, TestPeer.vp8(picture: 11)), from: a)
    let before = b.video(slot: 0).count
    a.forget()
    for sequence in UInt16(11)...28 {
      for rid in ["q", "h"] { room.deliver(camera(a, rid, sequence, TestPeer.vp8(picture: sequence)), from: a) }
      room.advance(.milliseconds(100))
      if sequence == 17 { #expect(a.keyFrameRequests == [101], "within 0.7 s, as the smaller layers go on") }
    }
    #expect(Set(a.keyFrameRequests) == [101])
    #expect(a.keyFrameRequests.count >= 2, "within 1.8 s, and again when nothing came")
    room.deliver(camera(a, "h", 29, TestPeer.keyFrame(picture: 29, height: 360)), from: a)
    room.deliver(camera(a, "h", 30, TestPeer.vp8(picture: 30)), from: a)
    #expect(b.video(slot: 0).count == before + 2)
    try expectContinuous(b.video(slot: 0))
  }

  @Test("a layer that its sender stops and starts again is held, longer each time; not one that the node had paused")
  func holdsReturningLayer() {
    var layer = LayerReturn()
    func at(_ seconds: Int64, sent: Bool, smaller: Bool = true, paused: Bool = false) -> Bool {
      layer.mayTake(
        isSent: sent, smallerGoOn: smaller, isPaused: paused, now: .zero + .seconds(100) + .seconds(seconds))
    }
    #expect(at(0, sent: true))
    #expect(!at(1, sent: false), "stops")
    #expect(!at(3, sent: true), "is back")
    #expect(at(3, sent: true, smaller: false), "there is nothing else")
    #expect(at(6, sent: true))
    #expect(!at(7, sent: false), "stops again")
    #expect(!at(16, sent: true))
    #expect(at(17, sent: true))
    #expect(!at(18, sent: false, paused: true))
    #expect(!at(19, sent: false))
    #expect(at(20, sent: true), "it was paused by the node")
    #expect(!at(21, sent: false, smaller: false))
    #expect(at(22, sent: true), "everything had stopped")
    #expect(!at(90, sent: false))
    #expect(at(95, sent: true), "the last stop was long ago")
  }

  @Test("a loss too large to repair asks for a key frame instead")
  func hugeLoss() {
    send(10, key: true)
    room.advance(.seconds(1))
    a.forget()
    send(5_000)
    room.advance(.milliseconds(50))
    #expect(a.nacked.isEmpty)
    #expect(a.keyFrameRequests == [100])
  }

  @Test("the sender's estimator is told of every packet, lost ones included")
  func transportFeedback() {
    for sequence in UInt16(1)...5 { send(sequence, key: sequence == 1) }
    _ = a.rtp(ssrc: 100, sequence: 6, payload: [0])
    send(7)
    room.advance(.milliseconds(150))
    let statuses = a.reports { packet -> [Bool]? in
      guard case .transportFeedback(let feedback) = packet else { return nil }
      return feedback.map { $0.arrival != nil }
    }
    #expect(statuses == [[true, true, true, true, true, false, true]])
  }

  @Test("the sender gets report blocks with loss, and an echo of its report")
  func receiverReports() throws {
    send(1, key: true)
    for sequence in UInt16(2)...9 where sequence != 5 && sequence != 6 { send(sequence) }
    room.deliver(senderReport(a, ssrc: 100, ntp: 77 << 32, timestamp: 5), from: a)
    room.advance(.milliseconds(300))
    let block = try #require(
      a.reports { packet -> [ReportBlock]? in
        guard case .receiverReport(_, let blocks) = packet else { return nil }
        return Array(blocks)
      }.first?.first)
    #expect(block.ssrc == 100)
    #expect(block.highestSequence == 9)
    #expect(block.cumulativeLost == 2)
    #expect(block.lastSenderReport == 77 << 16)
    #expect(block.delaySinceLastSenderReport > 0)
  }

  @Test(
    "whoever speaks hears of what a listener loses of the sound, four times over and a fifth at most, so that it is repaired"
  )
  func lossOfListeners() throws {
    for sequence in UInt16(1)...9 {
      room.deliver(
        a.rtp(ssrc: 11, sequence: sequence, payloadType: TestOffer.opus, mid: "mic", payload: [1]), from: a)
    }
    send(1, key: true)
    let heard = try #require(b.configuration.slots[0].audio).ssrc
    for (lost, told) in [(UInt8(5), UInt8(20)), (200, 51), (0, 0)] {
      let block = ReportBlock(
        ssrc: heard, fractionLost: lost, cumulativeLost: 1, highestSequence: 9, jitter: 0, lastSenderReport: 0,
        delaySinceLastSenderReport: 0)
      room.deliver(
        b.rtcp { writer in
          withUnsafePointer(to: block) {
            ReceiverReport(ssrc: 1).write(blocks: UnsafeBufferPointer(start: $0, count: 1), into: &writer)
          }
        }, from: b)
      a.forget()
      room.advance(.milliseconds(1_200))
      let blocks = a.reports { packet -> [ReportBlock]? in
        guard case .receiverReport(_, let blocks) = packet else { return nil }
        return Array(blocks)
      }
      let sound = try #require(blocks.joined().first { $0.ssrc == 11 })
      #expect(sound.fractionLost == told)
      #expect(sound.cumulativeLost == 0, "its own path loses nothing")
      #expect(blocks.joined().first { $0.ssrc == 100 }?.fractionLost == 0, "pictures are repaired by retransmission")
    }
  }

  @Test("what is lost of a sound on the speaker's own path is said four times over too")
  func lossOfSpeaker() throws {
    for sequence in UInt16(1)...20 where sequence != 10 {
      room.deliver(
        a.rtp(ssrc: 11, sequence: sequence, payloadType: TestOffer.opus, mid: "mic", payload: [1]), from: a)
    }
    room.advance(.milliseconds(1_200))
    let blocks = a.reports { packet -> [ReportBlock]? in
      guard case .receiverReport(_, let blocks) = packet else { return nil }
      return Array(blocks)
    }.joined()
    let sound = try #require(blocks.first { $0.ssrc == 11 && $0.fractionLost > 0 })
    #expect(sound.fractionLost == 4 * (256 / 20))
    #expect(sound.cumulativeLost == 1)
  }

  @Test("a goodbye pauses a layer: it goes on under its SSRC without saying its mid, or another takes its place")
  func goodbye() {
    func say() { room.deliver(a.rtcp { Goodbye.write(ssrc: 100, into: &$0) }, from: a) }
    send(10, key: true)
    say()
    room.deliver(
      a.rtp(ssrc: 100, sequence: 11, timestamp: 33_000, marker: true, payload: TestPeer.vp8(picture: 11)), from: a)
    #expect(b.video(slot: 0).count == 2)
    say()
    room.deliver(camera(a, "q", 500, TestPeer.vp8(key: true, picture: 77), ssrc: 200), from: a)
    #expect(b.video(slot: 0).count == 3)
    #expect(room.node.population.upTracks == 1)
  }
}

func nack(_ peer: TestPeer, _ numbers: [UInt16], slot: Int = 0) -> [UInt8] {
  let ssrc = peer.configuration.slots[slot].video!.ssrc
  return peer.rtcp { writer in
    numbers.withUnsafeBufferPointer { GenericNACK.write(sender: 1, media: ssrc, sequences: $0, into: &writer) }
  }
}

func senderReport(_ peer: TestPeer, ssrc: UInt32, ntp: UInt64, timestamp: UInt32) -> [UInt8] {
  peer.rtcp {
    SenderReport(ssrc: ssrc, ntpTime: NTPTime(rawValue: ntp), rtpTimestamp: timestamp, packetCount: 1, octetCount: 1)
      .write(into: &$0)
  }
}
