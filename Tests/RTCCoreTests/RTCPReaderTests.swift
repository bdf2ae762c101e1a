import Bytes
import RTCCore
import Testing

@Suite("RTCP")
struct RTCPReaderTests {
  private static let block = ReportBlock(
    ssrc: 0xCAFE, fractionLost: 12, cumulativeLost: -3, highestSequence: 0x0001_8000, jitter: 90,
    lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 65_536)

  private static let report = SenderReport(
    ssrc: 7, ntpTime: NTPTime(rawValue: 0x0123_4567_89AB_CDEF), rtpTimestamp: 90_000, packetCount: 3, octetCount: 4)

  /// Runs `body` for each packet; false when the datagram is refused as a whole.
  @discardableResult
  private func read(_ datagram: [UInt8], _ body: (RTCPPacket) throws -> Void) rethrows -> Bool {
    try datagram.withUnsafeBytes { bytes in
      guard var reader = RTCPReader(bytes) else { return false }
      while let packet = reader.next() { try body(packet) }
      return true
    }
  }

  /// A short name for each packet, or nil when the datagram is refused.
  private func names(_ datagram: [UInt8]) -> [String]? {
    var names: [String] = []
    let isAccepted = read(datagram) { packet in
      switch packet {
      case .senderReport(_, let blocks): names.append("sr\(blocks.count)")
      case .receiverReport(_, let blocks): names.append("rr\(blocks.count)")
      case .sourceDescription(let items): names.append("sdes\(Array(items).count)")
      case .goodbye(let ssrcs): names.append("bye\(ssrcs.count)")
      case .nack(let nack): names.append("nack\(Array(nack).count)")
      case .pictureLossIndication: names.append("pli")
      case .fullIntraRequest(let entries): names.append("fir\(entries.count)")
      case .receiverEstimatedMaximumBitrate(let remb): names.append("remb\(remb.ssrcs.count)")
      case .transportFeedback(let feedback): names.append("twcc\(Array(feedback).count)")
      case .other(let type): names.append("other\(type)")
      case .malformed(let type): names.append("malformed\(type)")
      }
    }
    return isAccepted ? names : nil
  }

  private static var compound: [UInt8] {
    written { writer in
      [block].withUnsafeBufferPointer { report.write(blocks: $0, into: &writer) }
      Array("cname".utf8).withUnsafeBytes { SourceDescription.write(ssrc: 7, cname: $0, into: &writer) }
      [UInt16](0...20).withUnsafeBufferPointer {
        GenericNACK.write(sender: 7, media: 8, sequences: $0, into: &writer)
      }
      PictureLossIndication(sender: 7, media: 8).write(into: &writer)
      FullIntraRequest.write(sender: 7, entry: .init(ssrc: 8, sequence: 255), into: &writer)
      [8, 9].withUnsafeBufferPointer {
        ReceiverEstimatedMaximumBitrate.write(sender: 7, bitrate: 1_000_000, ssrcs: $0, into: &writer)
      }
      Goodbye.write(ssrc: 7, into: &writer)
    }
  }

  @Test("a compound packet is read packet by packet")
  func compound() {
    #expect(names(Self.compound) == ["sr1", "sdes1", "nack21", "pli", "fir1", "remb2", "bye1"])
  }

  @Test("a reduced-size packet may start with feedback (RFC 5506)")
  func reducedSize() {
    #expect(names(written { PictureLossIndication(sender: 1, media: 2).write(into: &$0) }) == ["pli"])
  }

  @Test("reports say what was written")
  func reports() {
    read(Self.compound) { packet in
      guard case .senderReport(let report, let blocks) = packet else { return }
      #expect(report == Self.report)
      #expect(Array(blocks) == [Self.block])
    }
    let empty = written { ReceiverReport(ssrc: 5).write(into: &$0) }
    #expect(empty == [0x80, 201, 0, 1, 0, 0, 0, 5])
    #expect(names(empty) == ["rr0"])
  }

  @Test("no more than 31 report blocks are written")
  func manyBlocks() {
    let blocks = [ReportBlock](repeating: Self.block, count: 40)
    let datagram = written { writer in
      blocks.withUnsafeBufferPointer { ReceiverReport(ssrc: 5).write(blocks: $0, into: &writer) }
    }
    #expect(names(datagram) == ["rr31"])
  }

  @Test(
    "losses beyond 24 bits are clamped",
    arguments: [
      (Int32.max, 0x7F_FFFF as Int32), (.min, -0x80_0000), (-1, -1),
    ])
  func cumulativeLoss(lost: Int32, kept: Int32) {
    let block = ReportBlock(ssrc: 1, fractionLost: 0, cumulativeLost: lost, highestSequence: 0, jitter: 0)
    let datagram = written { writer in
      [block].withUnsafeBufferPointer { ReceiverReport(ssrc: 5).write(blocks: $0, into: &writer) }
    }
    read(datagram) { packet in
      guard case .receiverReport(_, let blocks) = packet else { return }
      #expect(blocks.first?.cumulativeLost == kept)
    }
  }

  @Test("a round trip is what is left after the receiver's delay")
  func roundTrip() {
    let sent = NTPTime(Instant(nanoseconds: 100_000_000_000))
    var block = Self.block
    block.lastSenderReport = sent.compact
    block.delaySinceLastSenderReport = TimeDelta.milliseconds(500).compactNTP
    let arrival = NTPTime(Instant(nanoseconds: 100_550_000_000))
    #expect((49_900...50_100).contains(block.roundTrip(at: arrival)?.microseconds ?? 0))
    block.delaySinceLastSenderReport = TimeDelta.seconds(2).compactNTP
    #expect(block.roundTrip(at: arrival) == nil, "it waited longer than the report is old")
    block.lastSenderReport = 0
    #expect(block.roundTrip(at: arrival) == nil)
    #expect(TimeDelta.seconds(100_000).compactNTP == .max)
    #expect(TimeDelta.seconds(-1).compactNTP == 0)
  }

  @Test("a description carries its name, at most 255 bytes of it", arguments: [0, 1, 2, 3, 5, 255, 300])
  func sourceDescription(length: Int) {
    let name = [UInt8](repeating: 0x61, count: length)
    let datagram = written { writer in
      name.withUnsafeBytes { SourceDescription.write(ssrc: 9, cname: $0, into: &writer) }
    }
    read(datagram) { packet in
      guard case .sourceDescription(let items) = packet else { return }
      let found = items.map { ($0.ssrc, $0.type, Array($0.text)) }
      #expect(found.count == 1)
      #expect(found[0].0 == 9)
      #expect(found[0].1 == SourceDescription.cname)
      #expect(found[0].2 == Array(name.prefix(255)))
    }
    #expect(names(datagram) == ["sdes1"])
  }

  @Test(
    "lost packets are named in as few words as the format has",
    arguments: [
      ([5], 1), ([5, 6, 21], 1), ([5, 22], 2), ([65_530, 65_535, 0, 10], 1), ([5, 4], 2), ([5, 5], 2),
    ] as [([UInt16], Int)])
  func nack(sequences: [UInt16], pairs: Int) {
    let datagram = written { writer in
      sequences.withUnsafeBufferPointer { GenericNACK.write(sender: 1, media: 2, sequences: $0, into: &writer) }
    }
    #expect(datagram.count == 12 + 4 * pairs)
    read(datagram) { packet in
      guard case .nack(let nack) = packet else { return }
      #expect(Array(nack) == sequences)
      #expect(nack.sender == 1 && nack.media == 2)
    }
  }

  @Test("a NACK of nothing is not written, and one too long is cut")
  func nackLimits() {
    let nothing: [UInt16] = []
    let many = (0..<1000).map { UInt16($0 * 20) }
    #expect(
      written { writer in
        nothing.withUnsafeBufferPointer { GenericNACK.write(sender: 1, media: 2, sequences: $0, into: &writer) }
      }.isEmpty)
    let cut = written(capacity: 103) { writer in
      many.withUnsafeBufferPointer { GenericNACK.write(sender: 1, media: 2, sequences: $0, into: &writer) }
    }
    #expect(names(cut) == ["nack22"])
  }

  @Test(
    "a REMB keeps 18 bits of the rate",
    arguments: [
      (0, 0), (262_143, 262_143), (262_145, 262_144), (1_500_000, 1_500_000), (.max, 0xFFFF_C000_0000_0000),
    ] as [(UInt64, UInt64)])
  func bitrate(rate: UInt64, kept: UInt64) {
    let datagram = written { writer in
      [1, 2, 3].withUnsafeBufferPointer {
        ReceiverEstimatedMaximumBitrate.write(sender: 1, bitrate: rate, ssrcs: $0, into: &writer)
      }
    }
    read(datagram) { packet in
      guard case .receiverEstimatedMaximumBitrate(let remb) = packet else { return }
      #expect(remb.bitrate == kept)
      #expect(Array(remb.ssrcs) == [1, 2, 3])
    }
    #expect(names(datagram) == ["remb3"])
  }

  @Test("a datagram whose lengths do not add up is refused as a whole")
  func framing() {
    let good = Self.compound
    for length in 0..<good.count {
      // A cut between two packets leaves a good compound.
      guard let names = names(Array(good.prefix(length))) else { continue }
      #expect(!names.isEmpty && length % 4 == 0)
    }
    #expect(names([]) == nil)
    #expect(names([0x80, 201, 0]) == nil)
    #expect(names(good + [0x80]) == nil)
    #expect(names(good + [0x40, 201, 0, 0]) == nil, "version 1")
    #expect(names([0x80, 201, 0xFF, 0xFF, 0, 0, 0, 1]) == nil)
  }

  @Test(
    "a packet whose counts exceed its length is malformed, those around it are read",
    arguments: [
      ([0x9F, 200, 0, 6] + [UInt8](repeating: 0, count: 24), "malformed200"),
      ([0x81, 200, 0, 1, 0, 0, 0, 1], "malformed200"), ([0x81, 201, 0, 1, 0, 0, 0, 1], "malformed201"),
      ([0x80, 201, 0, 0], "malformed201"), ([0x82, 203, 0, 1, 0, 0, 0, 1], "malformed203"),
      ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 0, 0], "malformed202"),
      ([0x82, 202, 0, 2, 0, 0, 0, 1, 1, 1, 0x61, 0], "malformed202"),
      ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 0x61, 0x62], "malformed202"),
      ([0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2], "malformed205"),
      ([0x81, 206, 0, 1, 0, 0, 0, 1], "malformed206"),
      ([0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2], "malformed206"),
      ([0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 1, 0, 0, 1], "malformed206"),
      ([0x8F, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 0, 0xFC, 0, 2], "other"),
      ([0xA0, 203, 0, 1, 0, 0, 0, 5], "malformed203"), ([0xA0, 203, 0, 1, 0, 0, 0, 0], "malformed203"),
      ([0xA0, 203, 0, 0], "malformed203"),
    ] as [([UInt8], String)])
  func lies(packet: [UInt8], name: String) {
    // An exponent that shifts the rate out of 64 bits is one of them.
    let expected = name == "other" ? "malformed206" : name
    let pli = written { PictureLossIndication(sender: 1, media: 2).write(into: &$0) }
    #expect(names(pli + packet + pli) == ["pli", expected, "pli"])
  }

  @Test(
    "types and formats that are not used are passed over",
    arguments: [
      ([0x80, 207, 0, 1, 0, 0, 0, 1], "other207"), ([0x80, 204, 0, 0], "other204"),
      ([0x83, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2], "other205"),
      ([0x8F, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0x4C, 0x4E, 0x54, 0x46], "other206"),
      ([0x8F, 206, 0, 0], "other206"),
    ] as [([UInt8], String)])
  func unused(packet: [UInt8], name: String) {
    #expect(names(packet) == [name])
  }

  @Test("padding is not content")
  func padding() {
    #expect(names([0xA1, 203, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4]) == ["bye1"])
    #expect(names([0xA2, 203, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4]) == ["malformed203"])
  }

  @Test("random and damaged datagrams never trap", arguments: 1...8 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    for round in 0..<2000 {
      let datagram =
        round % 2 == 0
        ? random.damaged(Self.compound) : random.bytes(4 * Int.random(in: 1...32, using: &random))
      _ = names(datagram)
    }
  }
}
