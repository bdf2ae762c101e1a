import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Sound for receivers who lose packets")
struct SoundCopiesTests {
  private let room = TestRoom()
  private let a: TestPeer
  private let b: TestPeer
  private let c: TestPeer

  init() throws {
    a = try room.add(1)
    b = try room.add(2)
    c = try room.add(3)
  }

  private func say(_ sequence: UInt16, bytes: Int = 80) {
    room.advance(.milliseconds(20))
    let payload = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &+ Int(sequence)) }
    room.deliver(
      a.rtp(
        ssrc: 11, sequence: sequence, timestamp: UInt32(sequence) * 960, payloadType: TestOffer.opus, mid: "mic",
        payload: payload), from: a)
  }

  /// Sealed datagrams of the first slot's sound, replays included.
  private func sound(to peer: TestPeer) -> [[UInt8]] {
    let ssrc = withUnsafeBytes(of: peer.configuration.slots[0].audio!.ssrc.bigEndian) { Array($0) }
    return peer.sealed.filter { Array($0[8..<12]) == ssrc }
  }

  /// `peer` says of all that came to it that every fourth packet was lost.
  private func complain(_ peer: TestPeer) {
    var builder = TransportFeedbackBuilder()
    for packet in peer.packets {
      guard let number = packet.extensions.transportSequence, number % 4 > 0 else { continue }
      builder.record(number, at: room.now)
    }
    room.deliver(peer.rtcp { _ = builder.write(sender: 1, media: 2, into: &$0) }, from: peer)
  }

  private func loseSome() {
    for sequence in UInt16(1)...40 { say(sequence) }
    complain(b)
    b.forget()
    c.forget()
  }

  private func transport(of peer: TestPeer) -> Transport<TestSecurity> {
    room.node.transports[room.node.router.peers[room.node.router.peerPlaces[peer.id]!].pointee.transport].pointee
  }

  @Test("each is sent again after the next one, byte for byte as it was sealed, and plays once")
  func identical() {
    loseSome()
    for sequence in UInt16(41)...60 { say(sequence) }
    let sent = sound(to: b)
    #expect(sent.count == 39, "the last one has no copy yet")
    for index in 1..<20 {
      let isSame = sent[2 * index] == (index == 1 ? sent[0] : sent[2 * index - 3])
      #expect(isSame, "packet \(index)")
    }
    #expect(Set(sent).count == 20)
    #expect(b.audio(slot: 0).count == 20)
    #expect(room.node.counters.copied == 19)
  }

  @Test("whoever loses nothing is sent everything once, and nothing is kept")
  func othersOnce() {
    loseSome()
    for sequence in UInt16(41)...60 { say(sequence) }
    #expect(sound(to: c).count == 20)
    #expect(Set(sound(to: c)).count == 20)
    #expect(!transport(of: c).copies.isKept)
    #expect(transport(of: b).copies.isKept)
  }

  @Test("pictures are never copied")
  func noPictures() {
    loseSome()
    for number in UInt16(10)...30 {
      room.deliver(camera(a, "q", number, TestPeer.vp8(key: number == 10, picture: number)), from: a)
    }
    #expect(Set(b.sealed).count == b.sealed.count)
    #expect(b.video(slot: 0).count == 21)
  }

  @Test("what is too large to be kept, or from before a pause, is sent once")
  func notKept() {
    loseSome()
    say(41)
    b.forget()
    say(42, bytes: 600)
    #expect(sound(to: b).count == 2)
    say(43)
    #expect(sound(to: b).count == 3)
    room.advance(.milliseconds(200))
    say(44)
    #expect(sound(to: b).count == 4)
  }

  @Test("nothing is kept when the losses have ended, nor after the receiver has left")
  func freed() throws {
    loseSome()
    #expect(transport(of: b).copies.isKept)
    room.apply(.removePeer(b.id))
    #expect(room.node.population.peers == 2)
    let again = try room.add(2)
    #expect(!transport(of: again).copies.isKept)
    for sequence in UInt16(41)...80 { say(sequence) }
    complain(again)
    #expect(transport(of: again).copies.isKept)
    for sequence in UInt16(81)...1_000 {
      say(sequence)
      guard sequence % 10 == 0 else { continue }
      var builder = TransportFeedbackBuilder()
      for packet in again.packets { builder.record(packet.extensions.transportSequence!, at: room.now) }
      room.deliver(again.rtcp { _ = builder.write(sender: 1, media: 2, into: &$0) }, from: again)
      again.forget()
    }
    #expect(!transport(of: again).copies.isKept)
  }

  @Test("more sounds than there are places take each other's, and none is given for another's")
  func manySounds() {
    var copies = SoundCopies()
    copies.begin()
    defer { copies.end() }
    var now = Instant(nanoseconds: 1_000_000_000)
    for round in 0..<100 {
      for track in Int32(0)..<12 {
        now = now + .milliseconds(1)
        let bytes = [UInt8(round), UInt8(track)]
        let before = bytes.withUnsafeBytes { copies.keep($0, number: UInt16(round), of: track, now: now) }
        if let before {
          #expect(Array(before.bytes) == [UInt8(round - 1), UInt8(track)])
          #expect(before.number == UInt16(round - 1))
        }
      }
    }
  }

  @Test("NACKs for sound are not answered, however many: repairs would need the nonce of the packet again")
  func nacksForSound() throws {
    loseSome()
    say(41)
    let heard = try #require(b.configuration.slots[0].audio).ssrc
    b.forget()
    for _ in 0..<200 {
      room.deliver(
        b.rtcp { writer in
          Array(UInt16(0)..<60).withUnsafeBufferPointer {
            GenericNACK.write(sender: 1, media: heard, sequences: $0, into: &writer)
          }
        }, from: b)
    }
    #expect(b.sealed.isEmpty)
  }

  @Test("senders are never asked for a sound again: browsers would seal it anew under the nonce that it had")
  func neverAsksForSound() throws {
    for sequence in stride(from: UInt16(1), to: 400, by: 3) { say(sequence) }
    room.advance(.seconds(2))
    #expect(a.nacked.isEmpty)
    #expect(room.node.counters.nacksSent == 0)
    for media in a.answer.split(separator: "\nm=").dropFirst() where media.hasPrefix("audio") {
      #expect(!media.contains("nack"), "nor does the answer say that it could be")
    }
  }
}
