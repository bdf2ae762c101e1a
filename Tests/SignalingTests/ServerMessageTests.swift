import Signaling
import Testing

@Suite("Server messages")
struct ServerMessageTests {
  private static let entry = ParticipantEntry(index: 3, join: [1, 2], profile: [9], media: MediaFlags(mic: true))
  private static let flags = #"{"mic":true,"camera":false,"screen":false,"screenAudio":false}"#

  @Test("each is written as docs/protocol.md says", arguments: ServerMessageTests.messages)
  func written(_ message: ServerMessage, _ text: String) {
    #expect(String(decoding: message.encoded(), as: UTF8.self) == #"{"v":1,"type":\#(text)}"#)
  }

  static let messages: [(ServerMessage, String)] = [
    (
      .welcome(
        Welcome(
          index: 4, resume: "tok", resumed: true, participants: [entry], maximumParticipants: 32, instance: "inst")),
      #""welcome","index":4,"resume":"tok","resumed":true,"participants":"#
        + #"[{"index":3,"join":"AQI","profile":"CQ","media":\#(flags)}],"#
        + #""limits":{"participants":32,"message":24576},"instance":"inst""#
    ),
    (.answer(sdp: "v=0\r\n"), #""answer","sdp":"v=0\r\n""#),
    (
      .joined(ParticipantEntry(index: 0, join: [1, 2], profile: nil, media: MediaFlags(mic: true))),
      #""joined","participant":{"index":0,"join":"AQI","media":\#(flags)}"#
    ),
    (.updated(index: 1, profile: [255], media: nil), #""updated","index":1,"profile":"_w""#),
    (.updated(index: 1, profile: nil, media: MediaFlags(mic: true)), #""updated","index":1,"media":\#(flags)"#),
    (.left(index: 1, reason: .lost), #""left","index":1,"reason":"lost""#),
    (
      .slots([7, nil], screen: nil),
      #""slots","slots":[{"slot":0,"index":7},{"slot":1,"index":null}],"screen":null"#
    ),
    (.message(from: 1, box: [1], sequence: 12), #""message","from":1,"box":"AQ","seq":12"#),
    (.connection(.connected), #""connection","state":"connected""#),
    (
      .error(.badOffer, fatal: false, detail: "malformed_sdp"),
      #""error","code":"bad_offer","fatal":false,"detail":"malformed_sdp""#
    ),
    (.error(.roomFull, fatal: true, detail: nil), #""error","code":"room_full","fatal":true"#),
    (.closing, #""closing","reason":"restart""#),
    (.pong, #""pong""#),
  ]

  @Test("what is told about a refusal is a word of the protocol, never the sender's text")
  func details() {
    #expect(SignalingError.invalid(member: "screenAudio").detail?.text == "screen_audio")
    #expect(SignalingError.json(.duplicateKey).detail?.text == "duplicate_key")
    for text in ["", "A", "a b", "<b>", "é", String(repeating: "a", count: 49)] { #expect(Word(checking: text) == nil) }
    #expect(Word(checking: "malformed_sdp")?.text == "malformed_sdp")
  }
}
