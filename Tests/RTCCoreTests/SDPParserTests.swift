import RTCCore
import Testing

@Suite("SDP")
struct SDPParserTests {
  private func section(_ lines: String...) throws -> MediaDescription {
    let text = (["m=video 9 UDP/TLS/RTP/SAVPF 96 97"] + lines).map { $0 + "\r\n" }.joined()
    return try #require(try SessionDescription(parsing: sdp() + text).media.first)
  }

  @Test("an answer built from values reads back as it was")
  func built() throws {
    var answer = SessionDescription(origin: SDPOrigin(sessionID: .max, version: 2))
    answer.isICELite = true
    answer.allowsMixedExtensions = true
    answer.groups = [SDPGroup(semantics: "BUNDLE", mids: ["0", "1"])]
    answer.transport.setup = .passive
    answer.transport.fingerprints = [SDPFingerprint(algorithm: "sha-256", value: "AA:BB")]
    answer.transport.iceUfrag = "abcd"
    answer.transport.icePwd = "0123456789abcdefghijkl"
    var video = MediaDescription(kind: .video)
    video.mid = "0"
    video.direction = .recvonly
    video.connection = "IN IP4 0.0.0.0"
    video.bandwidth = ["AS:2000"]
    video.hasRTCPMux = true
    video.hasReducedSizeRTCP = true
    video.codecs = [
      SDPCodec(payloadType: 96, name: "VP8", clockRate: 90_000, feedback: ["nack", "nack pli"]),
      SDPCodec(payloadType: 97, name: "rtx", clockRate: 90_000, parameters: "apt=96"),
    ]
    video.headerExtensions = [
      SDPHeaderExtension(id: 4, uri: RTPExtensionKind.mid.uri),
      SDPHeaderExtension(id: 255, direction: .recvonly, uri: RTPExtensionKind.rid.uri, attributes: "x y"),
    ]
    video.rids = [SDPRid(id: "q", direction: .recv), SDPRid(id: "f", direction: .recv, restrictions: "max-width=9")]
    video.simulcast = SDPSimulcast(
      send: [[.init(rid: "a"), .init(rid: "b", isPaused: true)]], receive: [[.init(rid: "q")], [.init(rid: "f")]])
    video.candidates = ["1 1 udp 1 127.0.0.1 9 typ host"]
    video.isEndOfCandidates = true
    var audio = MediaDescription(kind: .audio, port: 0)
    audio.mid = "1"
    audio.isBundleOnly = true
    audio.direction = .inactive
    audio.streams = [SDPMediaStreamID(stream: "slot0", track: "a0"), SDPMediaStreamID(stream: "-")]
    audio.sources = [
      SDPSource(ssrc: .max, attributes: [SDPAttribute(name: "cname", value: "x:y"), SDPAttribute(name: "z")])
    ]
    audio.sourceGroups = [SDPSourceGroup(semantics: "FID", ssrcs: [.max, 0])]
    audio.attributes = [SDPAttribute(name: "ptime", value: "20"), SDPAttribute(name: "odd")]
    answer.media = [video, audio]
    #expect(try SessionDescription(parsing: answer.text()) == answer)
  }

  @Test("lines may end in LF alone, and the last in nothing")
  func lineEnds() throws {
    let text = sdp("m=audio 9 RTP/AVP 0", "a=mid:0")
    let description = try SessionDescription(parsing: text)
    #expect(try SessionDescription(parsing: text.replacing("\r\n", with: "\n")) == description)
    #expect(try SessionDescription(parsing: String(text.dropLast())) == description)
    #expect(description.media[0].codecs.map(\.name) == ["PCMU"])
  }

  @Test("a direction of the session holds for sections without one")
  func direction() throws {
    let description = try SessionDescription(
      parsing: sdp("a=recvonly", "m=audio 9 RTP/AVP 0", "m=audio 9 RTP/AVP 0", "a=inactive"))
    #expect(description.media.map(\.direction) == [.recvonly, .inactive])
    #expect(try section().direction == .sendrecv)
    for direction in [MediaDirection.sendrecv, .sendonly, .recvonly, .inactive] {
      #expect(direction.reversed.reversed == direction)
      #expect(direction.reversed.sends == direction.receives)
    }
  }

  @Test("feedback for all formats is listed with each, once")
  func wildcard() throws {
    let section = try section(
      "a=rtcp-fb:* nack pli", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=rtcp-fb:96 nack pli",
      "a=rtcp-fb:96 transport-cc")
    #expect(section.codecs.map(\.feedback) == [["nack pli", "transport-cc"], ["nack pli"]])
  }

  @Test("a payload type without a mapping is no codec")
  func unmapped() throws {
    #expect(try section("a=rtpmap:96 VP8/90000").codecs.map(\.payloadType) == [96])
    #expect(try section().codecs.isEmpty)
  }

  @Test("a proposed extension id is kept but not mapped, and one unknown by URI neither")
  func proposals() throws {
    let section = try section(
      "a=extmap:4096 \(RTPExtensionKind.mid.uri)", "a=extmap:3 urn:example:other",
      "a=extmap:255 \(RTPExtensionKind.rid.uri)")
    #expect(section.headerExtensions.count == 3)
    #expect(section.extensionMap == RTPExtensionMap([.rid: 255]))
  }

  @Test("port 0 is a rejection unless it goes with the bundle")
  func rejection() throws {
    let description = try SessionDescription(
      parsing: sdp("m=audio 0 RTP/AVP 0", "m=audio 0 RTP/AVP 0", "a=bundle-only", "m=audio 9/2 RTP/AVP 0"))
    #expect(description.media.map(\.isRejected) == [true, false, false])
  }

  @Test(
    "the first lines, and lines that are none, are refused",
    arguments: [
      ("", 0), ("v=0", 1), ("v=1\r\no=- 1 2 IN IP4 x", 1), ("o=- 1 2 IN IP4 x\r\nv=0", 1), ("v=0\r\ns=-", 2),
      ("v=0\r\no=- one 2 IN IP4 x", 2), ("v=0\r\no=- 1 2 IN", 2), ("v=0\r\no=- 18446744073709551616 2 IN IP4 x", 2),
      (sdp("v=0"), 5), (sdp("o=- 1 2 IN IP4 x"), 5), (sdp("nonsense"), 5), (sdp("aa=b"), 5), (sdp("=b"), 5),
      (sdp("a="), 5), (sdp("a=:x"), 5), (sdp("") + "s=-", 5), (sdp("s=\u{0}"), 5), (sdp("s=\u{7F}"), 5),
      (sdp("s=a\rb"), 5),
    ])
  func lines(text: String, line: Int) {
    #expect(sdpError(text) == .malformed(line: line))
  }

  @Test(
    "malformed media lines are refused",
    arguments: [
      "m=", "m=video", "m=video 9 UDP/TLS/RTP/SAVPF", "m=video 65536 RTP/AVP 0", "m=video -1 RTP/AVP 0",
      "m=video 9 RTP/AVP 128", "m=video 9 RTP/AVP 96 96", "m=video 9 RTP/AVP x", "m=smell 9 RTP/AVP 0",
    ])
  func mediaLines(line: String) {
    #expect(sdpError(sdp(line)) == .malformed(line: 5))
  }

  @Test(
    "malformed attributes are refused with their line",
    arguments: [
      "a=mid", "a=mid:", "a=mid:a b", "a=rtpmap:96", "a=rtpmap:96 VP8", "a=rtpmap:999 VP8/90000",
      "a=rtpmap:96 VP8/fast", "a=rtpmap:96 opus/48000/2/3", "a=rtpmap", "a=fmtp:x y", "a=fmtp:96", "a=rtcp-fb:96",
      "a=rtcp-fb:+ nack", "a=rtcp-fb:** nack", "a=extmap:0 urn:x", "a=extmap:256 urn:x", "a=extmap:4352 urn:x",
      "a=extmap:65537 urn:x", "a=extmap:3", "a=extmap:3/sideways urn:x", "a=extmap:3 ", "a=rid:q", "a=rid:q both",
      "a=rid: send", "a=simulcast:send", "a=simulcast:send ;", "a=simulcast:send q;~", "a=simulcast:send q send h",
      "a=simulcast:up q", "a=ssrc:1", "a=ssrc:4294967296 cname:x", "a=ssrc:-1 cname:x", "a=ssrc-group:FID",
      "a=ssrc-group:FID 1 x", "a=msid:", "a=msid:a b c", "a=ice-ufrag:abc", "a=ice-ufrag:a b c",
      "a=ice-ufrag:ab\u{E9}d", "a=ice-pwd:short",
      "a=ice-options", "a=fingerprint:sha-256", "a=setup:maybe", "a=setup",
    ])
  func attributes(line: String) {
    #expect(sdpError(sdp("m=video 9 UDP/TLS/RTP/SAVPF 96", line)) == .malformed(line: 6))
  }

  @Test(
    "a second of what there may be one of is refused",
    arguments: [
      ["a=mid:0", "a=mid:1"], ["a=extmap:3 urn:x", "a=extmap:3 urn:y"], ["a=rid:q send", "a=rid:q send"],
      ["a=simulcast:send q", "a=simulcast:send q"],
    ])
  func twice(lines: [String]) {
    #expect(sdpError(sdp("m=video 9 RTP/AVP 96", lines[0], lines[1])) == .malformed(line: 7))
  }

  @Test("two sections of one mid are refused")
  func duplicateMid() {
    #expect(sdpError(sdp("m=audio 9 RTP/AVP 0", "a=mid:x", "m=audio 9 RTP/AVP 0", "a=mid:x")) == .duplicateMid)
  }

  @Test("sizes are bounded")
  func limits() throws {
    let filler = sdp("a=x:" + String(repeating: "y", count: SessionDescription.maximumLength))
    #expect(sdpError(filler) == .tooLarge)
    #expect(sdpError(String(filler.utf8.prefix(SessionDescription.maximumLength))!) == nil)

    func sections(_ count: Int) -> String { sdp() + String(repeating: "m=audio 9 RTP/AVP 0\r\n", count: count) }
    #expect(try SessionDescription(parsing: sections(96)).media.count == 96)
    #expect(sdpError(sections(97)) == .tooMany(line: 101))

    func sources(_ count: Int) -> String {
      sdp("m=audio 9 RTP/AVP 0") + (0..<count).map { "a=ssrc:\($0) cname:x\r\n" }.joined()
    }
    #expect(sdpError(sources(256)) == nil)
    #expect(sdpError(sources(257)) == .tooMany(line: 262))
  }

  @Test("bytes that are not UTF-8 become text that is")
  func encoding() throws {
    let bytes = Array(sdp("m=audio 9 RTP/AVP 0", "a=mid:0").utf8) + Array("a=x:".utf8) + [0xFF, 0xC0, 0x80]
    let description = try SessionDescription(utf8: bytes)
    #expect(try SessionDescription(parsing: description.text()) == description)
  }

  @Test("random text is refused without a trap", arguments: 1...8 as ClosedRange<UInt64>)
  func noise(seed: UInt64) {
    var random = RTPTestRandom(seed: seed)
    let alphabet = Array("vosmat=:0126 9/;~,*audiomidrtp\r\n".utf8)
    for _ in 0..<500 {
      let count = Int.random(in: 0...200, using: &random)
      let tail = (0..<count).map { _ in alphabet.randomElement(using: &random)! }
      guard let parsed = try? SessionDescription(utf8: Array(sdp("m=audio 9 RTP/AVP 0").utf8) + tail) else { continue }
      #expect((try? SessionDescription(parsing: parsed.text())) == parsed)
    }
  }
}
