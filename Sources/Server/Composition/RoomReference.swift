import Crypto
import Signaling
package import Store

/// How an operator names a room that is kept: by its link, by its id, or by the beginning of its number in `tertulia room list`.
package struct RoomReference: Equatable, Sendable {
  /// SHA-256 of the id; nil when the text can be none.
  private let idHash: [UInt8]?
  /// Hexadecimal, in small letters; empty when the text can be no number.
  private let digits: String

  /// Digits that are shown of a number.
  package static let shown = 12
  private static let shortest = 6

  /// Nil when it is nothing of all that. Of a link only the room is looked at.
  package init?(_ text: String) {
    var text = Substring(text)
    if let path = text.firstRange(of: "/r/") { text = text[path.upperBound...].prefix { !"/#?".contains($0) } }
    // What people type of Crockford's base 32, as the page reads it.
    let id = text.uppercased().replacing("O", with: "0").replacing("I", with: "1").replacing("L", with: "1")
    idHash = Hello.isRoom(id) ? Array(SHA256.hash(data: Array(id.utf8))) : nil
    let digits = text.lowercased()
    let isNumber = (Self.shortest...64).contains(digits.count) && digits.allSatisfy { "0123456789abcdef".contains($0) }
    self.digits = isNumber ? digits : ""
    if idHash == nil, !isNumber { return nil }
  }

  /// The rooms that are meant; more than one when a number is too short.
  package func matches(in rooms: [StoredRoom]) -> [StoredRoom] {
    let named = rooms.filter { $0.idHash == idHash }
    guard named.isEmpty, !digits.isEmpty else { return named }
    return rooms.filter { Self.number(of: $0).hasPrefix(digits) }
  }

  /// Hexadecimal digits by which a room is listed.
  package static func number(of room: StoredRoom) -> String {
    room.idHash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
