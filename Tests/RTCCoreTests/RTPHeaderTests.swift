import Bytes
import RTCCore
import Testing

@Suite("RTP header")
struct RTPHeaderTests {
  @Test("every field and offset is read")
  func fields() throws {
    let packet = RTPTestPacket(
      second: 0x80 | 111, sequence: 0xFFFE, timestamp: 0xDEAD_BEEF, ssrc: 0x0102_0304, csrcs: [7, 8],
      extensionProfile: 0xBEDE, extensionBody: [0x10, 0xAA, 0, 0], payload: [1, 2, 3]
    ).bytes
    let header = try #require(packet.rtpHeader)
    #expect(header.marker)
    #expect(header.payloadType == 111)
    #expect(header.sequenceNumber == 0xFFFE)
    #expect(header.timestamp == 0xDEAD_BEEF)
    #expect(header.ssrc == 0x0102_0304)
    #expect(header.csrcCount == 2)
    #expect(packet.withUnsafeBytes { header.csrc(1, in: $0) } == 8)
    #expect(header.extensionOffset == 24)
    #expect(header.extensionLength == 4)
    #expect(header.length == 28)
    #expect(packet.rtpPayload == [1, 2, 3])
  }

  @Test("a Chromium probe on SSRC 0 is a packet like any other")
  func probeOnZero() throws {
    var probe = RTPTestPacket(ssrc: 0, payload: [UInt8](repeating: 0, count: 224))
    probe.first |= 0x20
    probe.payload[223] = 224
    #expect(try #require(probe.bytes.rtpHeader).ssrc == 0)
    #expect(probe.bytes.rtpPayload == [])
  }

  @Test("every truncation of a header is refused", arguments: 0..<28)
  func truncated(length: Int) {
    let packet = RTPTestPacket(csrcs: [7, 8], extensionProfile: 0xBEDE, extensionBody: [0x10, 0xAA, 0, 0]).bytes
    #expect(packet.count == 28)
    #expect(Array(packet.prefix(length)).rtpHeader == nil)
  }

  @Test("a version other than 2 is refused", arguments: [0x00, 0x40, 0xC0] as [UInt8])
  func version(bits: UInt8) {
    #expect(RTPTestPacket(first: bits).bytes.rtpHeader == nil)
  }

  @Test("fifteen CSRCs that are not there are refused")
  func overrunByCSRC() {
    var packet = RTPTestPacket(payload: [UInt8](repeating: 0, count: 59)).bytes
    packet[0] |= 15
    #expect(packet.rtpHeader == nil)
  }

  @Test("an extension of 65,535 words that is not there is refused")
  func overrunByExtension() {
    var packet = RTPTestPacket(extensionProfile: 0xBEDE, payload: [UInt8](repeating: 0, count: 1400)).bytes
    packet[14] = 0xFF
    packet[15] = 0xFF
    #expect(packet.rtpHeader == nil)
  }

  @Test(
    "padding is left out of the payload, and one that lies is refused",
    arguments: [
      (1, [9, 9, 9]), (3, [9]), (4, []), (0, nil), (5, nil), (255, nil),
    ] as [(UInt8, [UInt8]?)])
  func padding(count: UInt8, payload: [UInt8]?) {
    var packet = RTPTestPacket(payload: [9, 9, 9, count])
    packet.first |= 0x20
    #expect(packet.bytes.rtpHeader != nil, "the count is encrypted in SRTP: the header is good without it")
    #expect(packet.bytes.rtpPayload == payload)
  }

  @Test("padding announced by a packet without payload is refused")
  func paddingOfNothing() {
    var packet = RTPTestPacket(csrcs: [0x0101_0101])
    packet.first |= 0x20
    #expect(packet.bytes.rtpPayload == nil)
  }

  @Test("a written header reads back, CSRCs and padding of the parsed one left out")
  func rewritten() throws {
    var original = RTPTestPacket(second: 0x80 | 96, csrcs: [1, 2, 3], payload: [5, 1])
    original.first |= 0x20
    var header = try #require(original.bytes.rtpHeader)
    header.sequenceNumber = 65_535
    header.timestamp = 77
    header.ssrc = 0
    header.payloadType = 120
    let fresh = written { header.write(into: &$0) }
    #expect(fresh.count == RTPHeader.fixedLength)
    #expect(
      fresh.rtpHeader
        == RTPHeader(payloadType: 120, sequenceNumber: 65_535, timestamp: 77, ssrc: 0, marker: true))
  }

  @Test("random and damaged packets never trap", arguments: 1...8 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    let map = RTPExtensionMap([.mid: 4, .rid: 10, .audioLevel: 1, .absSendTime: 2, .transportSequence: 3])
    let good = RTPTestPacket(
      csrcs: [1], extensionProfile: 0xBEDE,
      extensionBody: [0x40, 0x31, 0xA1, 0x68, 0x66, 0x10, 0x85, 0x31, 1, 2, 0x22, 1, 2, 3],
      payload: [0x90, 0x80, 0x81, 0x23, 0]
    ).bytes
    for round in 0..<2000 {
      let packet =
        round % 2 == 0 ? random.damaged(good) : random.bytes(Int.random(in: 0...64, using: &random))
      packet.withUnsafeBytes { bytes in
        guard let header = RTPHeader(bytes) else { return }
        #expect(header.length <= bytes.count)
        _ = RTPExtensions(bytes, header: header, map: map)
        guard let range = header.payloadRange(in: bytes) else { return }
        #expect(range.lowerBound >= header.length && range.upperBound <= bytes.count)
        _ = VP8Descriptor(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
    }
  }
}
