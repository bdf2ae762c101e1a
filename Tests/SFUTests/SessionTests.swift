import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Sessions")
struct SessionTests {
  @Test("a peer without checks for 30 s is gone, and so is its room")
  func consentExpires() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    for _ in 0..<8 {
      room.advance(.seconds(5))
      room.deliver(a.check(), from: a)
    }
    #expect(room.events.contains(.disconnected(b.id, reason: .consentExpired)))
    #expect(room.events.contains(.slotChanged(receiver: a.id, slot: 0, kind: .person, source: nil)))
    #expect(room.node.population.peers == 1)
    room.advance(.seconds(31))
    #expect(room.events.contains(.disconnected(a.id, reason: .consentExpired)))
    #expect(room.node.population == MediaPopulation(rooms: 0, peers: 0, upTracks: 0, downTracks: 0))
    #expect(room.node.nextDeadline == .distantFuture)
  }

  @Test("a peer that never gets through is given up after 30 s")
  func neverConnects() throws {
    let room = TestRoom()
    let a = try room.add(1, connect: false)
    room.advance(.seconds(29))
    #expect(room.node.population.peers == 1)
    room.advance(.seconds(2))
    #expect(room.events.contains(.disconnected(a.id, reason: .consentExpired)))
  }

  @Test("a peer that closes DTLS is gone at once")
  func closes() throws {
    let room = TestRoom()
    let a = try room.add(1)
    room.deliver(a.goodbye(), from: a)
    #expect(room.events.contains(.disconnected(a.id, reason: .closed)))
    #expect(room.node.population.rooms == 0)
  }

  @Test("the handshake is kept until something authentic came, as its end may have to be said again")
  func rests() throws {
    let room = TestRoom()
    let a = try room.add(1)
    let found = room.node.router.place(of: a.id)
    let place = try #require(found)
    let dtls = room.node.transports[room.node.router.peers[place].pointee.transport].pointee.dtls
    room.advance(.seconds(3))
    #expect(!dtls.isResting)
    room.deliver(camera(a, "q", 1, TestPeer.vp8(key: true, picture: 1)), from: a)
    room.advance(.seconds(3))
    #expect(dtls.isResting)
    room.apply(.removePeer(a.id))
    #expect(a.wasClosed)
  }

  @Test("removing a peer frees everything it had, and its address means nothing any more")
  func removal() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    room.deliver(camera(a, "q", 1, TestPeer.vp8(key: true, picture: 1)), from: a)
    room.apply(.removePeer(a.id))
    #expect(a.wasClosed)
    room.deliver(camera(a, "q", 2, TestPeer.vp8(picture: 2)), from: a)
    #expect(room.node.counters[.unvalidatedAddress] == 1)
    #expect(room.node.population.upTracks == 0)
    #expect(room.node.population.downTracks == b.configuration.slots.count * 2 + 2)
  }

  @Test("a second session of a peer replaces the first; the others keep it in its slot and see one stream")
  func replacement() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    let c = try room.add(3)
    func send(_ peer: TestPeer, _ numbers: ClosedRange<UInt16>) {
      for number in numbers {
        let payload = TestPeer.vp8(key: number % 10 == 0, picture: number)
        room.deliver(camera(peer, "q", number, payload, ssrc: UInt32(peer.id.rawValue) * 100), from: peer)
        room.advance(.milliseconds(20))
      }
    }
    send(a, 10...14)
    #expect(b.video(slot: 0).count == 5)
    room.events = []
    let again = try room.add(1)
    #expect(again.configuration.slots[0].audio!.ssrc != a.configuration.slots[0].audio!.ssrc)
    #expect(!room.events.contains { if case .slotChanged(b.id, _, _, _) = $0 { true } else { false } })
    #expect(room.events.contains(.slotChanged(receiver: again.id, slot: 0, kind: .person, source: b.id)))
    send(again, 107...114)
    #expect(b.video(slot: 0).count == 10)
    try expectContinuous(b.video(slot: 0))
    send(c, 10...12)
    #expect(again.video(slot: 1).count == 3)
    #expect(room.node.population.peers == 3)
  }

  @Test("a peer that moves to another address goes on there")
  func movesAddress() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    let elsewhere = TransportAddress(ipv4: 0x7F00_0002, port: 4_000)
    room.deliver(
      a.rtp(ssrc: 11, sequence: 1, payloadType: TestOffer.opus, mid: "mic", payload: [1]), from: a, at: elsewhere)
    #expect(room.node.counters[.unvalidatedAddress] == 1)
    room.deliver(a.check(), from: a, at: elsewhere)
    room.deliver(
      a.rtp(ssrc: 11, sequence: 2, payloadType: TestOffer.opus, mid: "mic", payload: [2]), from: a, at: elsewhere)
    #expect(b.packets.map(\.payload) == [[2]])
  }

  @Test("sound and picture of a person are reported on one clock, as far apart as the sender has them")
  func lipSync() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    // On the sender's clock: sound 48,000 and picture 90,000 are the same moment, second 1,000.
    room.deliver(
      a.rtp(ssrc: 11, sequence: 1, timestamp: 48_000, payloadType: TestOffer.opus, mid: "mic", payload: [1]), from: a)
    room.deliver(
      a.rtp(
        ssrc: 100, sequence: 1, timestamp: 90_000, mid: "cam", rid: "q", payload: TestPeer.vp8(key: true, picture: 1)),
      from: a)
    room.deliver(senderReport(a, ssrc: 11, ntp: 1_000 << 32, timestamp: 48_000), from: a)
    room.advance(.milliseconds(40))
    room.deliver(senderReport(a, ssrc: 100, ntp: 1_000 << 32 + 1 << 31, timestamp: 135_000), from: a)
    room.advance(.milliseconds(400))
    let reports = b.reports { packet -> SenderReport? in
      guard case .senderReport(let report, _) = packet else { return nil }
      return report
    }
    let audio = try #require(reports.first { $0.ssrc == b.configuration.slots[0].audio!.ssrc })
    let video = try #require(reports.first { $0.ssrc == b.configuration.slots[0].video!.ssrc })
    let sound = try #require(b.audio(slot: 0).first?.header.timestamp)
    let picture = try #require(b.video(slot: 0).first?.header.timestamp)
    let soundTime = seconds(audio) - Double(audio.rtpTimestamp &- sound) / 48_000
    let pictureTime = seconds(video) - Double(video.rtpTimestamp &- picture) / 90_000
    #expect(abs(soundTime - pictureTime) < 0.001)
  }

  private func seconds(_ report: SenderReport) -> Double { Double(report.ntpTime.rawValue) / 4_294_967_296 }
}
