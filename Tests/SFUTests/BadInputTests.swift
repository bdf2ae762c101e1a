import Bytes
import RTCCore
import Testing

@testable import SFU

/// The room goes on, the sender alone is refused, and a counter says why.
@Suite("Bad input")
struct BadInputTests {
  private let room = TestRoom()
  private let a: TestPeer
  private let b: TestPeer

  init() throws {
    a = try room.add(1)
    b = try room.add(2)
  }

  private func count(_ reason: DropReason) -> UInt64 { room.node.counters[reason] }

  /// The room works: what one says the other hears.
  private func expectAlive(sequence: UInt16 = 60_000) {
    let before = b.packets.count
    room.deliver(
      a.rtp(ssrc: 11, sequence: sequence, payloadType: TestOffer.opus, mid: "mic", payload: [1]), from: a)
    #expect(b.packets.count == before + 1)
  }

  private func sound(_ sequence: UInt16, ssrc: UInt32 = 11, mid: String? = "mic") -> [UInt8] {
    a.rtp(ssrc: ssrc, sequence: sequence, payloadType: TestOffer.opus, mid: mid, payload: [5, 5, 5])
  }

  @Test("DTLS before a check has validated the address is dropped")
  func dtlsBeforeICE() throws {
    let late = try room.add(3, connect: false)
    room.deliver(late.hello(), from: late)
    #expect(count(.unvalidatedAddress) == 1)
    room.connect(late)
    #expect(room.events.contains(.connected(late.id)))
    expectAlive()
  }

  @Test("media before the handshake is dropped")
  func mediaBeforeKeys() throws {
    let late = try room.add(3, connect: false)
    room.deliver(late.check(), from: late)
    room.deliver(late.rtp(ssrc: 5, sequence: 1, mid: "mic", payload: [1]), from: late)
    room.deliver(late.rtcp { Goodbye.write(ssrc: 5, into: &$0) }, from: late)
    #expect(count(.beforeKeys) == 2)
    expectAlive()
  }

  @Test("a check with a wrong ufrag or password is not answered and validates nothing")
  func wrongUfrag() throws {
    let late = try room.add(3, connect: false)
    room.deliver(late.check(ufrag: "somebody"), from: late)
    #expect(count(.unknownUfrag) == 1)
    room.deliver(late.check(password: "not the password of this"), from: late)
    #expect(count(.badSTUNIntegrity) == 1)
    #expect(late.stunResponses == 0)
    room.deliver(late.hello(), from: late)
    #expect(count(.unvalidatedAddress) == 1)
    expectAlive()
  }

  @Test("a certificate other than the offer's ends the session, and only that one")
  func wrongCertificate() throws {
    let late = try room.add(3, connect: false)
    room.deliver(late.check(), from: late)
    room.deliver(late.hello(identity: TestSecurity(identity: 99)), from: late)
    #expect(room.events.contains(.disconnected(late.id, reason: .dtlsFailed)))
    #expect(room.node.population.peers == 2)
    expectAlive()
  }

  @Test("a replayed packet is heard once")
  func replay() {
    let packet = sound(1)
    for _ in 0..<3 { room.deliver(packet, from: a) }
    #expect(b.packets.count == 1)
    #expect(count(.replayedSRTP) == 2)
    expectAlive(sequence: 2)
  }

  @Test("a changed packet is dropped and moves no window")
  func badTag() {
    var packet = sound(7)
    packet[packet.count - 16] ^= 1
    room.deliver(packet, from: a)
    #expect(count(.badTag) == 1)
    var report = a.rtcp { Goodbye.write(ssrc: 11, into: &$0) }
    report[report.count - 20] ^= 1
    room.deliver(report, from: a)
    #expect(count(.badTag) == 2)
    #expect(b.packets.isEmpty)
    expectAlive(sequence: 7)
  }

  @Test("an SSRC of somebody else is refused")
  func foreignSSRC() {
    room.deliver(sound(1), from: a)
    room.deliver(
      b.rtp(ssrc: 11, sequence: 1, payloadType: TestOffer.opus, mid: "mic", payload: [6]), from: b)
    #expect(count(.foreignSSRC) == 1)
    #expect(a.packets.isEmpty)
    expectAlive(sequence: 2)
  }

  @Test("an SSRC cannot move to another m-line, and a layer has one SSRC at a time")
  func ssrcOfAnotherLine() {
    room.deliver(sound(1), from: a)
    room.deliver(
      a.rtp(ssrc: 11, sequence: 2, mid: "cam", rid: "q", payload: TestPeer.vp8(key: true, picture: 1)), from: a)
    #expect(count(.unknownPayloadType) == 1)
    room.deliver(sound(1, ssrc: 12), from: a)
    #expect(count(.foreignSSRC) == 1)
    expectAlive(sequence: 3)
  }

  @Test("an SSRC without mid that the offer did not declare is refused")
  func unexplainedSSRC() {
    room.deliver(sound(1, ssrc: 500, mid: nil), from: a)
    room.deliver(sound(1, ssrc: 501, mid: "nothing"), from: a)
    // Bandwidth probes of Chromium.
    room.deliver(sound(1, ssrc: 0, mid: nil), from: a)
    #expect(count(.unknownSSRC) == 3)
    expectAlive()
  }

  @Test("a flood of SSRCs is bounded")
  func manySSRCs() {
    for ssrc in UInt32(1_000)..<1_200 { room.deliver(sound(1, ssrc: ssrc), from: a) }
    #expect(room.node.population.upTracks == 1)
    #expect(count(.foreignSSRC) == 199)
  }

  @Test("payload types and payloads that were not agreed on are dropped")
  func wrongPayload() {
    room.deliver(a.rtp(ssrc: 11, sequence: 1, payloadType: 13, mid: "mic", payload: [1]), from: a)
    #expect(count(.unknownPayloadType) == 1)
    room.deliver(a.rtp(ssrc: 21, sequence: 1, mid: "cam", rid: "q", payload: [0x80, 0xF0]), from: a)
    #expect(count(.malformedPayload) == 1)
    expectAlive(sequence: 2)
  }

  @Test("random bytes from anywhere are counted and change nothing", arguments: [UInt64(11), 12, 13])
  func randomBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let stranger = TransportAddress(ipv4: 0x0A00_0001, port: 9)
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...1_500, using: &random)
      var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Let half of them look like what the node takes.
      if length > 1, Bool.random(using: &random) {
        bytes[0] = [0, 1, 22, 0x80, 0x90][Int.random(in: 0..<5, using: &random)]
      }
      room.deliver(bytes, from: a, at: Bool.random(using: &random) ? stranger : a.address)
    }
    #expect(room.node.population.peers == 2, "seed \(seed)")
    #expect(b.packets.isEmpty)
    let dropped = DropReason.allCases.reduce(0) { $0 + count($1) }
    #expect(dropped == 2_000, "seed \(seed)")
    expectAlive()
  }

  @Test("random RTP and RTCP of a member, well protected, change nothing for the others", arguments: [UInt64(21), 22])
  func randomMediaOfMember(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for index in 0..<1_000 {
      let length = Int.random(in: 0...200, using: &random)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let report = a.rtcp { writer in
        Goodbye.write(ssrc: UInt32.random(in: 12...20, using: &random), into: &writer)
        writer.write(bytes)
      }
      room.deliver(report, from: a)
      room.deliver(
        a.rtp(
          ssrc: 300, sequence: UInt16(truncatingIfNeeded: index), mid: "cam", rid: "q", payload: bytes), from: a)
    }
    room.advance(.seconds(1))
    expectAlive()
  }

  @Test("a node that is full says so and serves the others")
  func nodeFull() throws {
    let small = TestRoom(maximumPeers: 2)
    try small.add(1)
    try small.add(2)
    let third = try small.add(3, connect: false)
    #expect(small.events.contains(.disconnected(third.id, reason: .nodeFull)))
    #expect(small.node.population.peers == 2)
  }
}
