import RTCCore
import Testing

@Suite("SDP of browsers", .enabled(if: SDPFixtures.arePresent, "no recorded offers: set TERTULIA_FIXTURES"))
struct SDPFixtureTests {
  @Test("every recorded offer is the same after writing and reading", arguments: SDPFixtures.names)
  func roundTrip(name: String) throws {
    let offer = try SDPFixtures.offer(name)
    #expect(try SessionDescription(parsing: offer.text()) == offer)
    #expect(offer.bundledMids == offer.media.compactMap(\.mid))
    for section in offer.media {
      let transport = offer.transport(of: section)
      #expect(transport.iceUfrag != nil && transport.icePwd != nil)
      #expect(transport.fingerprints.map(\.algorithm) == ["sha-256"])
      #expect(transport.setup == .actpass)
      #expect(offer.allowsMixedExtensions(in: section) || section.kind == .application)
      #expect(!section.isRejected)
    }
  }

  @Test("every line of a recorded offer is understood or kept", arguments: SDPFixtures.names)
  func unknown(name: String) throws {
    let offer = try SDPFixtures.offer(name)
    let kept = Set(offer.attributes.map(\.name) + offer.media.flatMap(\.attributes).map(\.name))
    #expect(
      kept.isSubset(of: ["msid-semantic", "rtcp", "rtcp-xr", "sctp-port", "max-message-size", "fmtp", "rtpmap"]))
  }

  @Test("every media section carries Opus or VP8 with feedback and retransmission", arguments: SDPFixtures.names)
  func codecs(name: String) throws {
    let offer = try SDPFixtures.offer(name)
    for section in offer.media where section.kind == .audio {
      let opus = try #require(section.codec(named: "OPUS"))
      #expect(opus.clockRate == 48_000 && opus.channels == 2)
      #expect(opus.feedback == ["transport-cc"])
      #expect(opus.parameter("useinbandfec") == "1")
    }
    for section in offer.media where section.kind == .video {
      let vp8 = try #require(section.codec(named: "VP8"))
      #expect(Set(vp8.feedback) == ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"])
      #expect(section.retransmission(of: vp8.payloadType) != nil)
      #expect(section.hasRTCPMux && section.hasReducedSizeRTCP)
      #expect(section.extensionMap[.mid] != 0)
      #expect(section.extensionMap[.transportSequence] != 0)
    }
  }

  @Test("Firefox gives its fingerprint at session level, and it holds for every section")
  func sessionFingerprint() throws {
    let offer = try SDPFixtures.offer("firefox-default-offer.sdp")
    #expect(offer.transport.fingerprints.count == 1)
    for section in offer.media {
      #expect(section.transport.fingerprints.isEmpty)
      #expect(offer.transport(of: section).fingerprints == offer.transport.fingerprints)
      #expect(offer.transport(of: section).iceOptions == ["trickle"])
    }
  }

  @Test("Firefox's extmap has directions")
  func extensionDirections() throws {
    let video = try SDPFixtures.offer("firefox-simulcast-offer.sdp").media[1]
    let rid = try #require(video.headerExtensions.first { $0.id == 9 })
    #expect(rid.direction == .sendonly)
    #expect(rid.uri == RTPExtensionKind.rid.uri)
    #expect(video.headerExtensions.first { $0.id == 6 }?.direction == .recvonly)
    #expect(video.extensionMap[.rid] == 9)
    #expect(video.extensionMap[.repairedRID] == 10)
  }

  @Test("Firefox's rtcp-fb for payload types that the m= line lacks is ignored")
  func strayFeedback() throws {
    let text = try SDPFixtures.text("firefox-simulcast-offer.sdp")
    #expect(text.contains("a=rtcp-fb:121 nack"))
    let video = try SessionDescription(parsing: text).media[1]
    #expect(video.codec(payloadType: 121) == nil)
    #expect(video.codecs.map(\.payloadType) == [120, 124, 123, 122, 119])
  }

  @Test("Firefox's port 0 with bundle-only is no rejection")
  func bundleOnly() throws {
    let section = try SDPFixtures.offer("firefox-recvonly-offer.sdp").media[2]
    #expect(section.port == 0)
    #expect(section.isBundleOnly)
    #expect(!section.isRejected)
    #expect(section.direction == .recvonly)
  }

  @Test("Firefox simulcast has rids and ssrc lines together")
  func firefoxSimulcast() throws {
    let video = try SDPFixtures.offer("firefox-simulcast-offer.sdp").media[1]
    #expect(video.rids.map(\.id) == ["q", "h", "f"])
    #expect(video.rids.allSatisfy { $0.direction == .send })
    #expect(video.simulcast?.send == [["q"], ["h"], ["f"]].map { $0.map { .init(rid: $0) } })
    #expect(video.sources.count == 6)
    #expect(video.sources.allSatisfy { $0.cname == "{168ae0eb-4c20-4f1d-8d14-c78846ea9980}" })
    #expect(video.retransmissionSSRC(of: 377_212_992) == 3_609_309_558)
    #expect(video.retransmissionSSRC(of: 3_609_309_558) == nil)
  }

  @Test("Chromium simulcast has rids without ssrc lines, and RED and ULPFEC beside VP8")
  func chromiumSimulcast() throws {
    let video = try SDPFixtures.offer("chromium-simulcast-offer.sdp").media[1]
    #expect(video.direction == .sendonly)
    #expect(video.simulcast?.send.map { $0.map(\.rid) } == [["q"], ["h"], ["f"]])
    #expect(video.sources.isEmpty)
    #expect(video.codecs.map(\.name) == ["VP8", "rtx", "red", "rtx", "ulpfec"])
    #expect(video.retransmission(of: 96)?.payloadType == 97)
    #expect(video.retransmission(of: 118)?.payloadType == 119)
    #expect(video.extensionMap.kind(of: 13) == .videoOrientation)
  }

  @Test("candidates of component 2 and of TCP are kept as they are")
  func candidates() throws {
    let audio = try SDPFixtures.offer("firefox-default-offer.sdp").media[0]
    #expect(audio.candidates.count == 8)
    #expect(audio.candidates.contains("2 2 TCP 2105458942 127.0.0.1 9 typ host tcptype active"))
    #expect(audio.isEndOfCandidates)
  }

  @Test("a data section is described by its own formats")
  func application() throws {
    let data = try #require(try SDPFixtures.offer("firefox-recvonly-offer.sdp").media.last)
    #expect(data.kind == .application)
    #expect(!data.isRTP)
    #expect(data.formats == ["webrtc-datachannel"])
    #expect(data.attributes.contains(SDPAttribute(name: "sctp-port", value: "5000")))
  }

  @Test("damaged offers are read or refused, and what is read can be written", arguments: SDPFixtures.names)
  func damaged(name: String) throws {
    let good = Array(try SDPFixtures.text(name).utf8)
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = RTPTestRandom(seed: seed)
      guard let parsed = try? SessionDescription(utf8: random.damaged(good)) else { continue }
      #expect(try SessionDescription(parsing: parsed.text()) == parsed, "seed \(seed)")
    }
  }
}
