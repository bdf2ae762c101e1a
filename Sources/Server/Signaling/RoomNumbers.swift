import SFU

/// How rooms and participants are called in the media plane: numbers that say nothing to anybody else. A participant's holds
/// its room's, so that an event finds its room without a table.
enum RoomNumbers {
  private static let indexBits: UInt64 = 10

  static func peer(_ index: Int, in room: RoomID) -> PeerID { PeerID(room.rawValue << indexBits | UInt64(index)) }

  static func room(of peer: PeerID) -> RoomID { RoomID(peer.rawValue >> indexBits) }

  static func index(of peer: PeerID) -> Int { Int(peer.rawValue & (1 << indexBits - 1)) }
}
