import SFU
import Signaling
import Testing

@testable import LoadGenerator

@Suite("The conversation with Janus")
struct JanusConversationTests {
  private static let offer = MediaOffer(sdp: "offer", mids: OfferedMids(microphone: "0", camera: "1"))

  private static func said(_ step: Step?) throws -> JSONValue {
    guard case .send(let text)? = step else { return .null }
    return try JSONReader.read(text)
  }

  /// What Janus answers to `request`, its members after the transaction.
  private static func answer(_ request: JSONValue, _ members: String) -> [UInt8] {
    Array(#"{"janus":"success","transaction":"\#(request["transaction"]?.text ?? "")",\#(members)}"#.utf8)
  }

  @Test("who sends makes the room, publishes, and subscribes when the others are there")
  func publisher() throws {
    var janus = JanusConversation(room: 77, feed: 2, feeds: [1, 3], publishers: 3)
    var step = try Self.said(janus.begin(offer: Self.offer).first)
    #expect(step["janus"]?.text == "create")
    step = try Self.said(janus.receive(Self.answer(step, #""data":{"id":4503599627370495}"#)).first)
    #expect(step["janus"]?.text == "attach")
    #expect(step["session_id"] == .integer(4_503_599_627_370_495))
    step = try Self.said(janus.receive(Self.answer(step, #""data":{"id":8}"#)).first)
    #expect(step["body"]?["request"]?.text == "create")
    #expect(step["body"]?["room"] == .integer(77) && step["handle_id"] == .integer(8))
    // Somebody was quicker.
    let exists = Self.answer(step, #""plugindata":{"data":{"videoroom":"event","error_code":427,"error":"x"}}"#)
    step = try Self.said(janus.receive(exists).first)
    #expect(step["body"]?["request"]?.text == "joinandconfigure")
    #expect(step["body"]?["id"] == .integer(2))
    #expect(step["jsep"]?["sdp"]?.text == "offer")
    #expect(janus.receive(Array(#"{"janus":"ack","transaction":"4"}"#.utf8)).isEmpty)
    let event = #"{"janus":"event","transaction":"4","plugindata":{"data":{}},"jsep":{"type":"answer","sdp":"a"}}"#
    #expect(janus.receive(Array(event.utf8)) == [.joined, .answered("a")])
    step = try Self.said(janus.sendersArePresent().first)
    #expect(step["janus"]?.text == "attach")
    #expect(janus.sendersArePresent().isEmpty)
    step = try Self.said(janus.receive(Self.answer(step, #""data":{"id":9}"#)).first)
    #expect(step["handle_id"] == .integer(9))
    #expect(step["body"]?["streams"]?.elements?.map { $0["feed"] } == [.integer(1), .integer(3)])
    let offered = #"{"janus":"event","transaction":"6","jsep":{"type":"offer","sdp":"o"}}"#
    #expect(janus.receive(Array(offered.utf8)) == [.offered("o")])
    step = try Self.said(janus.answer("mine").first)
    #expect(step["body"]?["request"]?.text == "start")
    #expect(step["jsep"]?["type"]?.text == "answer" && step["jsep"]?["sdp"]?.text == "mine")
  }

  @Test("who only receives subscribes as soon as the room is known to be there")
  func listener() throws {
    var janus = JanusConversation(room: 5, feed: nil, feeds: [1], publishers: 1)
    var step = try Self.said(janus.begin(offer: nil).first)
    step = try Self.said(janus.receive(Self.answer(step, #""data":{"id":1}"#)).first)
    #expect(janus.sendersArePresent().isEmpty)
    step = try Self.said(janus.receive(Self.answer(step, #""data":{"id":2}"#)).first)
    let steps = janus.receive(Self.answer(step, #""plugindata":{"data":{"videoroom":"created"}}"#))
    #expect(steps.first == .joined)
    #expect(try Self.said(steps.last)["plugin"]?.text == "janus.plugin.videoroom")
  }

  @Test("the session is kept alive every twenty seconds")
  func keepAlive() throws {
    var janus = JanusConversation(room: 5, feed: nil, feeds: [1], publishers: 1)
    let step = try Self.said(janus.begin(offer: nil).first)
    _ = janus.receive(Self.answer(step, #""data":{"id":1}"#))
    let said = (0..<250).flatMap { _ in janus.tick() }
    #expect(said.count == 2)
    #expect(try Self.said(said.first)["janus"]?.text == "keepalive")
  }

  @Test(
    "errors, hang-ups and nonsense end it",
    arguments: [
      (#"{"janus":"error","error":{"code":458}}"#, "janus_error"), (#"{"janus":"hangup"}"#, "media_lost"),
      (#"{"janus":"event","plugindata":{"data":{"error_code":428}}}"#, "janus_error"), ("[]", "nonsense"),
      ("", "nonsense"),
    ])
  func faults(text: String, kind: String) {
    var janus = JanusConversation(room: 5, feed: nil, feeds: [1], publishers: 1)
    _ = janus.begin(offer: nil)
    guard case .failed(let fault)? = janus.receive(Array(text.utf8)).first else {
      Issue.record("taken")
      return
    }
    #expect(fault.kind == kind)
    #expect(janus.receive(Array(#"{"janus":"error"}"#.utf8)).isEmpty)
  }
}
