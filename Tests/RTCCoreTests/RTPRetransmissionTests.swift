import RTCCore
import Testing

@Suite("RTX")
struct RTPRetransmissionTests {
  private func unwrap(_ packet: [UInt8]) -> (RTPHeader, [UInt8])? {
    packet.withUnsafeBytes { bytes in
      guard var header = RTPHeader(bytes), RTX.unwrap(&header, in: bytes, ssrc: 10, payloadType: 96),
        let range = header.payloadRange(in: bytes)
      else { return nil }
      return (header, Array(bytes[range]))
    }
  }

  @Test("a retransmission becomes the packet that it repeats (RFC 4588 §4)")
  func unwrapping() throws {
    var packet = RTPTestPacket(
      second: 0x80 | 97, sequence: 5, timestamp: 900, ssrc: 20, csrcs: [1], extensionProfile: 0xBEDE,
      extensionBody: [0x40, 0x31, 0xB0, 0x71], payload: [0xFF, 0xFE, 9, 8, 7, 2, 2])
    packet.first |= 0x20
    let (header, payload) = try #require(unwrap(packet.bytes))
    #expect(header.sequenceNumber == 65_534)
    #expect(header.ssrc == 10)
    #expect(header.payloadType == 96)
    #expect(header.timestamp == 900)
    #expect(header.marker)
    #expect(payload == [9, 8, 7])
    #expect(header.length == 24, "what is clear on the wire stays what it was")
  }

  @Test("Firefox's MID on RTX is read before unwrapping as after it")
  func identified() throws {
    let map = RTPExtensionMap([.mid: 3, .repairedRID: 10])
    let packet = RTPTestPacket(
      extensionProfile: 0xBEDE, extensionBody: [0x30, 0x31, 0xA0, 0x71], payload: [0, 1, 5]
    ).bytes
    let values = try #require(packet.rtpExtensions(map))
    #expect(values.mid == StreamToken("1"))
    #expect(values.repairedRID == StreamToken("q"))
    let (header, _) = try #require(unwrap(packet))
    #expect(packet.withUnsafeBytes { RTPExtensions($0, header: header, map: map) } == values)
  }

  @Test(
    "probes that are padding alone, and packets without an original payload, repeat nothing",
    arguments: [
      [0, 0, 0, 4], [0, 1, 2], [0, 1, 1],
    ] as [[UInt8]])
  func probes(payload: [UInt8]) {
    var packet = RTPTestPacket(payload: payload)
    packet.first |= 0x20
    #expect(unwrap(packet.bytes) == nil)
    #expect(unwrap(RTPTestPacket(payload: []).bytes) == nil)
    #expect(unwrap(RTPTestPacket(payload: [0]).bytes) == nil)
    #expect(unwrap(RTPTestPacket(payload: [0, 1]).bytes) == nil)
  }

  @Test("a header is not unwrapped twice")
  func twice() throws {
    let packet = RTPTestPacket(payload: [0, 1, 2, 3, 4, 5]).bytes
    packet.withUnsafeBytes { bytes in
      var header = RTPHeader(bytes)!
      #expect(RTX.unwrap(&header, in: bytes, ssrc: 10, payloadType: 96))
      let once = header
      #expect(!RTX.unwrap(&header, in: bytes, ssrc: 11, payloadType: 96))
      #expect(header == once)
    }
  }

  @Test("what is wrapped is unwrapped, two bytes longer on the wire")
  func roundTrip() throws {
    let map = RTPExtensionMap([.mid: 3, .repairedRID: 10])
    var values = RTPExtensions()
    values.mid = StreamToken("1")
    let original: [UInt8] = [0x10, 1, 2, 3]
    let packet = written { writer in
      original.withUnsafeBytes { payload in
        RTX.wrap(
          header: RTPHeader(payloadType: 97, sequenceNumber: 1, timestamp: 900, ssrc: 20), extensions: values,
          map: map, originalSequence: 40_000, payload: payload, into: &writer)
      }
    }
    let (header, payload) = try #require(unwrap(packet))
    #expect(header.sequenceNumber == 40_000)
    #expect(payload == original)
    #expect(packet.rtpExtensions(map) == values)
  }
}
