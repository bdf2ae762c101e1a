internal import Bytes

/// One room of a node: who is in it, who shares the screen, who speaks.
struct Room {
  let id: RoomID
  /// Places of the peers, in the order they came.
  var members: [Int32] = []
  /// Place of the peer whose screen is shown; -1 for none.
  var presenter: Int32 = -1
  /// Places of the peers who speak, loudest first, as of `speakersDue`.
  var speakers: [Int32] = []
  var speakersDue: Instant = .zero
}
