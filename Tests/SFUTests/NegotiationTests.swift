import RTCCore
import Testing

@testable import SFU

@Suite("Negotiation")
struct NegotiationTests {
  private func negotiate(
    _ offer: String, _ mids: OfferedMids, seed: UInt64 = 1
  ) throws(NegotiationError) -> (answer: SessionDescription, peer: PeerConfiguration) {
    var random = SeededGenerator(seed: seed)
    let local = LocalDescription(
      fingerprint: TestSecurity(identity: 0xAB).fingerprint, candidates: ["1 1 udp 2130706431 127.0.0.1 5000 typ host"])
    let result = try MediaNegotiator.negotiate(offer: offer, mids: mids, local: local, using: &random)
    guard let answer = try? SessionDescription(parsing: result.answer) else { throw .malformedSDP }
    return (answer, result.peer)
  }

  private func offer(_ change: (inout TestOffer) -> Void = { _ in }) -> TestOffer {
    var offer = TestOffer(fingerprint: TestSecurity(identity: 1).fingerprint)
    change(&offer)
    return offer
  }

  @Test(
    "simulcast offers of real browsers are answered layer by layer", .enabled(if: Fixture.arePresent),
    arguments: ["chromium", "firefox"])
  func simulcastFixtures(browser: String) throws {
    let text = try Fixture.sdp("\(browser)-simulcast-offer")
    let (answer, peer) = try negotiate(text, OfferedMids(microphone: "0", camera: "1"))
    let camera = try #require(answer.section(mid: "1"))
    #expect(camera.simulcast?.receive.map { $0.map(\.rid) } == [["q"], ["h"], ["f"]])
    #expect(camera.rids.map(\.id) == ["q", "h", "f"])
    #expect(camera.direction == .recvonly)
    #expect(camera.codecs.map { $0.name.lowercased() } == ["vp8", "rtx"])
    #expect(camera.codecs[0].feedback.sorted() == ["ccm fir", "nack", "nack pli", "transport-cc"])
    #expect(answer.section(mid: "0")?.codecs.map { $0.name.lowercased() } == ["opus"])
    #expect(answer.isICELite)
    #expect(answer.bundledMids == ["0", "1"])
    let source = try #require(peer.sources.first { $0.kind == .camera })
    #expect(source.rids == ["q", "h", "f"])
    #expect(source.ssrcs.count == (browser == "firefox" ? 3 : 0))
    #expect(peer.extensions[.repairedRID] != 0)
  }

  @Test("extensions that Firefox sends one way are answered the other way", .enabled(if: Fixture.arePresent))
  func directedExtensions() throws {
    let (answer, _) = try negotiate(
      try Fixture.sdp("firefox-simulcast-offer"), OfferedMids(microphone: "0", camera: "1"))
    let rid = try #require(
      answer.section(mid: "1")?.headerExtensions.first { $0.uri == RTPExtensionKind.rid.uri })
    #expect(rid.id == 9)
    #expect(rid.direction == .recvonly)
  }

  @Test("VP9 of profile 0 is answered after VP8 where it is offered, with SSRCs in common")
  func vp9() throws {
    let offer = offer { $0.hasVP9 = true }
    let (answer, peer) = try negotiate(offer.text, offer.mids)
    for mid in ["cam", "scr", "v0", "sv"] {
      let section = try #require(answer.section(mid: mid))
      #expect(section.codecs.map(\.payloadType) == [TestOffer.vp8, TestOffer.rtx, TestOffer.vp9, TestOffer.vp9RTX])
      #expect(section.codecs[2].parameters == "profile-id=0")
      #expect(section.codecs[2].feedback == section.codecs[0].feedback)
      #expect(section.sources.count == (mid == "cam" || mid == "scr" ? 0 : 2))
    }
    let expected = VP9PayloadTypes(media: TestOffer.vp9, rtx: TestOffer.vp9RTX)
    #expect(peer.slots.allSatisfy { $0.video?.vp9 == expected && $0.audio?.vp9 == nil })
    let plain = self.offer { _ in }
    #expect(try negotiate(plain.text, plain.mids).peer.slots.allSatisfy { $0.video?.vp9 == nil })
  }

  @Test(
    "default offers become slots and sources", .enabled(if: Fixture.arePresent),
    arguments: ["chromium-default-offer", "firefox-default-offer"])
  func defaultFixtures(name: String) throws {
    let text = try Fixture.sdp(name)
    let mids = try SessionDescription(parsing: text).media.compactMap(\.mid)
    let (answer, peer) = try negotiate(text, OfferedMids(microphone: mids[0], camera: mids[1]))
    #expect(answer.media.count == 2)
    #expect(peer.sources.count == 2)
    #expect(answer.media[1].codecs.map { $0.name.lowercased() } == ["vp8", "rtx", "vp9", "rtx"])
    let vp9 = try #require(peer.sources[1].vp9)
    #expect(vp9.media == (name.hasPrefix("chromium") ? 98 : 121))
    #expect(answer.media[1].retransmission(of: vp9.media)?.payloadType == vp9.rtx)
  }

  @Test(
    "slots of real browsers get a stream each, common to sound and picture", .enabled(if: Fixture.arePresent),
    arguments: ["chromium", "firefox"])
  func receivingFixtures(browser: String) throws {
    let text = try Fixture.sdp("\(browser)-recvonly-offer")
    let sections = try SessionDescription(parsing: text).media
    let audio = sections.filter { $0.kind == .audio }.compactMap(\.mid)
    let video = sections.filter { $0.kind == .video }.compactMap(\.mid)
    let slots = zip(audio, video).map { SlotMids(audio: $0, video: $1) }
    let (answer, peer) = try negotiate(text, OfferedMids(slots: slots))
    for (index, slot) in slots.enumerated() {
      let picture = try #require(answer.section(mid: slot.video!))
      let sound = try #require(answer.section(mid: slot.audio!))
      #expect(picture.direction == .sendonly)
      #expect(picture.streams.map(\.stream) == ["slot\(index)"])
      #expect(sound.streams.map(\.stream) == ["slot\(index)"])
      #expect(picture.sources.map(\.ssrc) == [peer.slots[index].video!.ssrc, peer.slots[index].video!.rtxSSRC!])
      #expect(picture.retransmissionSSRC(of: picture.sources[0].ssrc) == picture.sources[1].ssrc)
      #expect(sound.sources[0].cname == picture.sources[0].cname)
    }
  }

  @Test("the answer mirrors the offer's m-lines, names the node, and puts candidates on the first of the bundle")
  func answerShape() throws {
    let offer = offer()
    let (answer, peer) = try negotiate(offer.text, offer.mids)
    #expect(answer.media.map(\.mid) == offer.session.media.map(\.mid))
    #expect(answer.media.allSatisfy { $0.transport.setup == .passive })
    #expect(answer.media.allSatisfy { $0.transport.iceUfrag == peer.localCredentials.ufrag })
    #expect(answer.media[0].candidates.count == 1)
    #expect(answer.media.dropFirst().allSatisfy { $0.candidates.isEmpty })
    #expect(answer.media.allSatisfy { $0.hasRTCPMux && $0.hasReducedSizeRTCP })
    #expect(peer.screenSlot?.cname == "screen")
  }

  @Test("m-lines that nobody named are refused and leave the bundle")
  func unnamedSections() throws {
    let offer = offer()
    var mids = offer.mids
    mids.camera = nil
    let (answer, _) = try negotiate(offer.text, mids)
    let camera = try #require(answer.section(mid: "cam"))
    #expect(camera.isRejected)
    #expect(!answer.bundledMids.contains("cam"))
  }

  @Test("SSRCs of a session differ, and sessions do not share them")
  func ssrcsDiffer() throws {
    let offer = offer { $0.slots = 32 }
    func ssrcs(_ seed: UInt64) throws -> [UInt32] {
      let (_, peer) = try negotiate(offer.text, offer.mids, seed: seed)
      return peer.slots.flatMap { [$0.audio!.ssrc, $0.video!.ssrc, $0.video!.rtxSSRC!] } + [peer.localSSRC]
    }
    let first = try ssrcs(1)
    #expect(Set(first).count == 97)
    #expect(Set(first).isDisjoint(with: try ssrcs(2)))
  }

  // MARK: Refusals

  /// An offer or its mids spoiled in one way, and the name of the refusal.
  enum Spoiled: String, CaseIterable {
    case noBundle, outsideBundle, noICE, noFingerprint, twoFingerprints, serverRole, noMux, unknownMid, midTwice
    case audioAsVideo, wrongDirection, noVP8, conflictingID, idWithTwoMeanings, fourLayers, tooManySlots, garbage

    var expected: NegotiationError {
      switch self {
      case .noBundle, .outsideBundle: .notBundled
      case .noICE: .missingICECredentials
      case .noFingerprint, .twoFingerprints: .missingFingerprint
      case .serverRole: .wrongSetup
      case .noMux: .missingRTCPMux
      case .unknownMid, .midTwice: .unknownMid
      case .audioAsVideo, .wrongDirection: .wrongMediaKind
      case .noVP8: .missingCodec
      case .conflictingID, .idWithTwoMeanings: .conflictingExtensions
      case .fourLayers, .tooManySlots: .tooMuch
      case .garbage: .malformedSDP
      }
    }
  }

  @Test("an offer that cannot be answered is refused by name", arguments: Spoiled.allCases)
  func refusals(spoiled: Spoiled) throws {
    let offer = offer()
    var session = offer.session
    var mids = offer.mids
    switch spoiled {
    case .noBundle: session.groups = []
    case .outsideBundle: session.groups[0].mids.removeAll { $0 == "cam" }
    case .noICE: session.media[0].transport.iceUfrag = nil
    case .noFingerprint: session.media[0].transport.fingerprints = []
    case .twoFingerprints:
      session.media[0].transport.fingerprints.append(
        SDPFingerprint(algorithm: "sha-256", value: TestSecurity(identity: 2).fingerprint.sdp))
    case .serverRole: session.media[0].transport.setup = .passive
    case .noMux: session.media[1].hasRTCPMux = false
    case .unknownMid: mids.camera = "nothing"
    case .midTwice: mids.screen = "cam"
    case .audioAsVideo:
      mids.camera = "mic"
      mids.microphone = nil
    case .wrongDirection: session.media[1].direction = .recvonly
    case .noVP8: session.media[1].codecs = [SDPCodec(payloadType: 100, name: "H264", clockRate: 90_000)]
    case .conflictingID: session.media[1].headerExtensions[0].id = 14
    case .idWithTwoMeanings:
      session.media[1].headerExtensions = [SDPHeaderExtension(id: 3, uri: RTPExtensionKind.rid.uri)]
    case .fourLayers: session.media[1].simulcast?.send.append([SDPSimulcast.Alternative(rid: "x")])
    case .tooManySlots: mids.slots = (0..<33).map { _ in SlotMids(audio: nil, video: nil) }
    case .garbage: break
    }
    let text = spoiled == .garbage ? "v=0\r\nthis is not SDP\r\n" : session.text()
    #expect(throws: spoiled.expected) { try negotiate(text, mids) }
  }

  @Test("random and cut offers end in an error or an answer, never in a trap", arguments: [UInt64(1), 2, 3, 4])
  func randomOffers(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let offer = offer { $0.slots = 1 }
    let text = Array(offer.text.utf8)
    for _ in 0..<20 {
      var bytes = Array(text.prefix(Int.random(in: 0...text.count, using: &random)))
      for _ in 0..<Int.random(in: 0...8, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? negotiate(String(decoding: bytes, as: UTF8.self), offer.mids)
    }
  }
}
