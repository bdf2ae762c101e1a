import Bytes
import SFU
import Testing

@testable import LoadGenerator
@testable import Signaling

@Suite("The conversation with a node")
struct NodeConversationTests {
  private static let offer = MediaOffer(
    sdp: "v=0\r\n",
    mids: OfferedMids(
      microphone: "0", camera: "1", slots: [SlotMids(audio: "2", video: "3"), SlotMids(audio: nil, video: "4")],
      screenSlot: SlotMids(audio: "5", video: "6")))

  private static func make(shown: Int = 9, height: Int = 0) -> NodeConversation {
    NodeConversation(
      room: "0123456789ABCDEF", gate: Array(repeating: 1, count: 32), join: Array(repeating: 2, count: 16),
      shown: shown, height: height)
  }

  private static func sent(_ steps: [Step]) throws -> [ClientMessage] {
    try steps.compactMap { step in
      guard case .send(let text) = step else { return nil }
      return try ClientMessage.decode(text)
    }
  }

  private static func message(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func joined(_ index: Int, camera: Bool) -> [UInt8] {
    ServerMessage.joined(
      ParticipantEntry(index: index, join: [], media: MediaFlags(mic: true, camera: camera))
    ).encoded()
  }

  @Test("what it says first is what the node reads: hello, the offer, what is sent")
  func begin() throws {
    var conversation = Self.make()
    let said = try Self.sent(conversation.begin(offer: Self.offer))
    try #require(said.count == 3)
    guard case .hello(let hello) = said[0], case .offer(let offer) = said[1] else {
      Issue.record("not hello and offer")
      return
    }
    #expect(hello.room == "0123456789ABCDEF")
    #expect(hello.gate.count == 32 && hello.join.count == 16)
    #expect(offer.sdp == "v=0\r\n")
    #expect(offer.mic == "0" && offer.camera == "1" && offer.screen == nil)
    #expect(offer.slots.map(\.audio) == ["2", nil] && offer.slots.map(\.video) == ["3", "4"])
    #expect(offer.screenSlot?.video == "6")
    #expect(said[2] == .media(MediaFlags(mic: true, camera: true)))
  }

  @Test("the first who have a camera are shown, once for all who came since the last tick")
  func views() throws {
    var conversation = Self.make(shown: 2)
    for (index, camera) in [(4, false), (7, true), (5, true), (9, true)] {
      #expect(conversation.receive(Self.joined(index, camera: camera)).isEmpty)
    }
    let view = ClientMessage.view([
      SlotView(slot: 0, index: 7, height: 360, priority: 0), SlotView(slot: 1, index: 5, height: 360, priority: 0),
    ])
    #expect(try Self.sent(conversation.tick()) == [view])
    #expect(conversation.tick().isEmpty)
    _ = conversation.receive(ServerMessage.left(index: 7, reason: .lost).encoded())
    _ = conversation.receive(ServerMessage.updated(index: 9, media: MediaFlags()).encoded())
    #expect(
      try Self.sent(conversation.tick()) == [.view([SlotView(slot: 0, index: 5, height: 720, priority: 0)])])
  }

  @Test("those who are there already are in the welcome, a thousand of them too")
  func welcome() throws {
    var conversation = Self.make(shown: 9, height: 240)
    let people = (1..<1_001).map { ParticipantEntry(index: $0, join: [1], media: MediaFlags(camera: $0 > 990)) }
    let welcome = Welcome(
      index: 0, resume: "x", resumed: false, participants: people, maximumParticipants: 2_000, instance: "i",
      senderKey: [])
    #expect(conversation.receive(ServerMessage.welcome(welcome).encoded()) == [.joined])
    guard case .view(let slots)? = try Self.sent(conversation.tick()).first else {
      Issue.record("no view")
      return
    }
    #expect(slots.map(\.index) == (991...999).map { $0 })
    #expect(slots.allSatisfy { $0.height == 240 })
  }

  @Test("an answer is handed on; what concerns the group is passed over")
  func answer() {
    var conversation = Self.make()
    #expect(conversation.receive(ServerMessage.answer(sdp: "v=0").encoded()) == [.answered("v=0")])
    #expect(conversation.receive(ServerMessage.createGroup.encoded()).isEmpty)
    #expect(conversation.receive(ServerMessage.commitRequest(packages: []).encoded()).isEmpty)
    #expect(conversation.receive(ServerMessage.connection(.connected).encoded()).isEmpty)
  }

  @Test("refusals come with their word and with advice; nothing follows a fatal one")
  func refusals() {
    var conversation = Self.make()
    let steps = conversation.receive(ServerMessage.error(.roomFull, fatal: true, detail: nil).encoded())
    guard case .failed(let fault)? = steps.first else {
      Issue.record("no fault")
      return
    }
    #expect(fault.kind == "room_full")
    #expect(fault.advice.contains("--max-participants"))
    #expect(conversation.receive(ServerMessage.closing.encoded()).isEmpty)
    #expect(conversation.tick().isEmpty)
  }

  @Test(
    "whatever comes instead of a message ends it",
    arguments: ["", "nonsense", "{", #"{"type":"answer"}"#, #"{"type":"error","code":"\u0000"}"#])
  func nonsense(text: String) {
    var conversation = Self.make()
    guard case .failed(let fault)? = conversation.receive(Self.message(text)).first else {
      Issue.record("taken")
      return
    }
    #expect(["nonsense", "refused"].contains(fault.kind))
  }
}
