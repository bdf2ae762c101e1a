import Bytes
import RTCCore
import Testing

@Suite("RTP header extensions")
struct RTPExtensionTests {
  private static let chromium = RTPExtensionMap([
    .audioLevel: 1, .absSendTime: 2, .transportSequence: 3, .mid: 4, .playoutDelay: 5, .rid: 10, .repairedRID: 11,
    .videoOrientation: 13,
  ])

  private static var all: RTPExtensions {
    var values = RTPExtensions()
    values.mid = StreamToken("0")
    values.rid = StreamToken("h")
    values.repairedRID = StreamToken("sixteen-bytes-id")
    values.audioLevel = AudioLevel(level: 37, voice: true)
    values.absSendTime = 0xABCDEF
    values.transportSequence = 65_535
    values.playoutDelay = PlayoutDelay(minimum: 1, maximum: 0xABC)
    values.videoOrientation = 3
    return values
  }

  private func parse(_ profile: UInt16, _ body: [UInt8]) -> RTPExtensions? {
    RTPTestPacket(extensionProfile: profile, extensionBody: body, payload: [1]).bytes.rtpExtensions(Self.chromium)
  }

  @Test("one-byte elements are read between padding (RFC 8285 §4.2)")
  func oneByte() throws {
    let values = try #require(parse(0xBEDE, [0x10, 0xA5, 0, 0, 0x31, 0x12, 0x34, 0x22, 1, 2, 3, 0x40, 0x30]))
    #expect(values.audioLevel == AudioLevel(level: 0x25, voice: true))
    #expect(values.transportSequence == 0x1234)
    #expect(values.absSendTime == 0x010203)
    #expect(values.mid == StreamToken("0"))
    #expect(values.rid == nil)
  }

  @Test("two-byte elements are read, whatever the four application bits", arguments: [0x1000, 0x100F] as [UInt16])
  func twoByte(profile: UInt16) throws {
    let values = try #require(parse(profile, [1, 1, 0x25, 0, 0, 3, 2, 0x12, 0x34, 200, 0, 10, 1, 0x71]))
    #expect(values.audioLevel == AudioLevel(level: 0x25, voice: false))
    #expect(values.transportSequence == 0x1234)
    #expect(values.rid == StreamToken("q"))
  }

  @Test("written extensions read back, in the one-byte form while ids and lengths allow it")
  func roundTrip() throws {
    let header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
    var large = Self.chromium
    large[.rid] = 15
    for (map, profile) in [(Self.chromium, 0xBEDE as UInt16), (large, 0x1000)] {
      let packet = written { header.write(extensions: Self.all, map: map, into: &$0) }
      #expect(try #require(packet.rtpHeader).extensionProfile == profile)
      #expect(try #require(packet.rtpHeader).length == packet.count)
      #expect(packet.rtpExtensions(map) == Self.all)
    }
  }

  @Test("what was not negotiated is not written")
  func notNegotiated() throws {
    let header = RTPHeader(payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3)
    #expect(written { header.write(extensions: Self.all, map: RTPExtensionMap(), into: &$0) }.count == 12)
    let only = RTPExtensionMap([.transportSequence: 3])
    let packet = written { header.write(extensions: Self.all, map: only, into: &$0) }
    #expect(Array(packet[12...]) == [0xBE, 0xDE, 0, 1, 0x31, 0xFF, 0xFF, 0])
  }

  @Test("of two elements with one id the later counts")
  func duplicates() throws {
    #expect(try #require(parse(0xBEDE, [0x31, 0, 1, 0x31, 0, 2])).transportSequence == 2)
    #expect(try #require(parse(0x1000, [3, 2, 0, 1, 3, 2, 0, 2])).transportSequence == 2)
  }

  @Test(
    "an element that reaches past the extension is refused, though the packet goes on",
    arguments: [
      (0xBEDE, [0x10, 0xA5, 0x00, 0x4F]), (0xBEDE, [0x10, 0xA5, 0x22, 1]),
      (0x1000, [1, 1, 0xA5, 3]), (0x1000, [1, 1, 0xA5, 0, 3, 3, 0, 1]), (0x1000, [1, 255, 0, 0]),
    ] as [(UInt16, [UInt8])])
  func overrun(profile: UInt16, body: [UInt8]) {
    #expect(parse(profile, body) == nil)
  }

  @Test("ids 0 and 15 end a one-byte list")
  func reserved() throws {
    #expect(try #require(parse(0xBEDE, [0xF0, 1, 0x31, 0, 1])) == RTPExtensions())
    #expect(try #require(parse(0xBEDE, [0x02, 1, 0x31, 0, 1])) == RTPExtensions())
  }

  @Test("a known element of unfitting length is skipped, those after it are read")
  func unfitting() throws {
    let values = try #require(parse(0x1000, [3, 3, 0, 0, 0, 2, 0, 4, 0, 1, 1, 5]))
    #expect(values.transportSequence == nil)
    #expect(values.absSendTime == nil)
    #expect(values.mid == nil)
    #expect(values.audioLevel == AudioLevel(level: 5, voice: false))
  }

  @Test("a MID longer than sixteen bytes is none")
  func longMid() throws {
    #expect(try #require(parse(0x1000, [4, 17] + [UInt8](repeating: 0x61, count: 17))).mid == nil)
    #expect(StreamToken("") == nil)
    #expect(StreamToken("seventeen-bytes-x") == nil)
  }

  @Test("extensions of another profile are skipped as a whole")
  func foreign() throws {
    #expect(try #require(parse(0x2000, [0xFF, 0xFF, 0xFF, 0xFF])) == RTPExtensions())
  }

  @Test("a token keeps its bytes", arguments: ["0", "q", "mid-of-9", "exactly-eight+1x"])
  func token(text: String) throws {
    let token = try #require(StreamToken(text))
    #expect(token.text == text)
    #expect(Array(text.utf8).withUnsafeBytes { StreamToken($0) } == token)
    #expect(token != StreamToken("other"))
  }

  @Test("a map finds kinds by id and forgets what is set to 0")
  func map() {
    var map = Self.chromium
    #expect(map.kind(of: 10) == .rid)
    #expect(map.kind(of: 0) == nil)
    #expect(map.kind(of: 9) == nil)
    map[.rid] = 0
    #expect(map.kind(of: 10) == nil)
    for kind in RTPExtensionKind.allCases { #expect(RTPExtensionKind(uri: kind.uri) == kind) }
    #expect(RTPExtensionKind(uri: "urn:ietf:params:rtp-hdrext:csrc-audio-level") == nil)
  }
}
