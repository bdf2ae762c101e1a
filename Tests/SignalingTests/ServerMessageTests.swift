import Signaling
import Testing

@Suite("Server messages")
struct ServerMessageTests {
  private static let entry = ParticipantEntry(index: 3, join: [1, 2], media: MediaFlags(mic: true))
  private static let flags = #"{"mic":true,"camera":false,"screen":false,"screenAudio":false}"#

  @Test("each is written as docs/protocol.md says", arguments: ServerMessageTests.messages)
  func written(_ message: ServerMessage, _ text: String) {
    #expect(String(decoding: message.encoded(), as: UTF8.self) == #"{"v":1,"type":\#(text)}"#)
  }

  static let messages: [(ServerMessage, String)] = [
    (
      .welcome(
        Welcome(
          index: 4, resume: "tok", resumed: true, participants: [entry], maximumParticipants: 32, instance: "inst",
          senderKey: [1, 2])),
      #""welcome","index":4,"resume":"tok","resumed":true,"participants":"#
        + #"[{"index":3,"join":"AQI","media":\#(flags)}],"#
        + #""limits":{"participants":32,"message":24576},"instance":"inst","sender_key":"AQI""#
    ),
    (.answer(sdp: "v=0\r\n"), #""answer","sdp":"v=0\r\n""#),
    (
      .joined(ParticipantEntry(index: 0, join: [1, 2], media: MediaFlags(mic: true))),
      #""joined","participant":{"index":0,"join":"AQI","media":\#(flags)}"#
    ),
    (.updated(index: 1, media: MediaFlags(mic: true)), #""updated","index":1,"media":\#(flags)"#),
    (.left(index: 1, reason: .lost), #""left","index":1,"reason":"lost""#),
    (
      .slots([7, nil], screen: nil),
      #""slots","slots":[{"slot":0,"index":7},{"slot":1,"index":null}],"screen":null"#
    ),
    (.message(from: 1, box: [1], sequence: 12), #""message","from":1,"box":"AQ","seq":12"#),
    (.left(index: 1, reason: .removed), #""left","index":1,"reason":"removed""#),
    (.createGroup, #""create_group""#),
    (.commitRequest(packages: []), #""commit_request","packages":[]"#),
    (.commitRequest(packages: [[1], [2]]), #""commit_request","packages":["AQ","Ag"]"#),
    (.proposal([1]), #""proposal","box":"AQ""#),
    (.commit(epoch: 7, from: 3, box: [1]), #""commit","epoch":7,"from":3,"box":"AQ""#),
    (.commitRefused(epoch: 7), #""commit_refused","epoch":7"#),
    (.commitRefused(epoch: .max), #""commit_refused","epoch":9007199254740991"#),
    (.groupWelcome(welcome: [1], tree: [2]), #""group_welcome","welcome":"AQ","tree":"Ag""#),
    (.groupInfo(info: [1], tree: [2]), #""group_info","info":"AQ","tree":"Ag""#),
    (.resync, #""resync""#),
    (.ready(epoch: 0), #""ready","epoch":0"#),
    (.error(.removed, fatal: true, detail: nil), #""error","code":"removed","fatal":true"#),
    (
      .layers(.camera, [true, true, false], isScalable: true),
      #""layers","kind":"camera","layers":[true,true,false],"scalable":true"#
    ),
    (
      .layers(.screen, [false], isScalable: false),
      #""layers","kind":"screen","layers":[false],"scalable":false"#
    ),
    (
      .path(DownPath(state: .limited, down: 420, proposal: .lowData)),
      #""path","state":"limited","down":420,"proposal":"low_data""#
    ),
    (
      .path(DownPath(state: .poor, down: 90, proposal: .audioOnly)),
      #""path","state":"poor","down":90,"proposal":"audio_only""#
    ),
    (
      .path(DownPath(state: .good, down: 3000, proposal: .none)),
      #""path","state":"good","down":3000,"proposal":"none""#
    ),
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
