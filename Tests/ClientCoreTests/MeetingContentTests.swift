import ClientCore
import MLS
import MLSWire
import RoomRules
import Testing

@Suite("Content of messages")
struct MeetingContentTests {
  @Test("label and payload come back, anything else is no content")
  func roundTrip() throws {
    for label in [ContentLabel.said, .profile, .profiles, .checkpoint, .comparison, .freeze, .vouch] {
      let content = try #require(MeetingContent(label, [1, 2, 3]))
      #expect(MeetingContent(content.data) == content)
    }
    #expect(MeetingContent([]) == nil)
    #expect(MeetingContent([0]) == nil)
    #expect(MeetingContent([9, 1]) == nil)
    #expect(MeetingContent([1])?.payload == [])
    let longest = [UInt8](repeating: 7, count: MeetingContent.maximumPayloadLength)
    #expect(MeetingContent(.said, longest)?.padding == 0)
    #expect(MeetingContent(.said, longest + [7]) == nil)
    #expect(MeetingContent([1] + longest + [7]) == nil)
  }

  @Test("what is sealed has one of seven lengths, whatever its label")
  func buckets() throws {
    var room = try PolicyRoom(seed: 0x95_0001)
    try room.enter()
    var lengths: Set<Int> = []
    for size in [0, 1, 61, 62, 63, 252, 253, 254, 508, 509, 510, 3_000, 16_380, 16_381] {
      let content = try #require(
        MeetingContent(size.isMultiple(of: 2) ? .said : .profile, [UInt8](repeating: 1, count: size)))
      let message = try room.members[0].group.seal(content.data, padding: content.padding, using: &room.random)
      lengths.insert(message.wire.count)
      guard case .application(let opened) = try room.members[1].group.receive(MLSMessage(wire: message.wire)) else {
        Issue.record("not a message")
        return
      }
      #expect(MeetingContent(opened.data) == content)
    }
    // 256, 512, 1024, 4096 and 16384 of the seven.
    #expect(lengths.count == 5)
    #expect(lengths.max()! < 24_000)
  }
}
