import Accounts
import Crypto
import Store
import Testing

@testable import Server

@Suite("Rooms as an operator names them")
struct RoomReferenceTests {
  private static let id = "7K2MQ9XV4TBD0HWC"

  private func room(_ id: String) -> StoredRoom {
    StoredRoom(
      idHash: Array(SHA256.hash(data: Array(id.utf8))), gateHash: [], hostDigest: [], created: Day(0), lastUsed: Day(0))
  }

  static let spellings = [
    id, id.lowercased(), "7K2MQ9XV4TBDOHWC", "https://meet.example.org/r/\(id)#1AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAA",
    "https://meet.example.org/r/\(id)/", "meet.example.org/r/\(id)?x",
  ]

  @Test("a link, an id, and what people make of an id mean the room", arguments: spellings)
  func spelling(text: String) throws {
    let reference = try #require(RoomReference(text))
    #expect(reference.matches(in: [room("0000000000000000"), room(Self.id)]) == [room(Self.id)])
  }

  @Test("the first digits of a number mean the room, and all rooms that begin so")
  func number() throws {
    let rooms = [room("A000000000000000"), room("B000000000000000")]
    let number = RoomReference.number(of: rooms[1])
    #expect(number.count == 64)
    #expect(try #require(RoomReference(String(number.prefix(RoomReference.shown)))).matches(in: rooms) == [rooms[1]])
    #expect(try #require(RoomReference(number.uppercased())).matches(in: rooms + rooms).count == 2)
    #expect(try #require(RoomReference("0123456789")).matches(in: rooms).isEmpty)
  }

  @Test(
    "what is nothing of all that is refused",
    arguments: ["", "12345", "a room", "'; DROP TABLE room; --", "https://meet.example.org/", "7K2MQ9XV4TBU0HWC"])
  func nothing(text: String) {
    #expect(RoomReference(text) == nil)
  }
}
