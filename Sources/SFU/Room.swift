internal import Bytes

/// One room of a node: who is in it, who shows something, who speaks.
struct Room {
  let id: RoomID
  /// Places of the peers, in the order they came.
  var members: [Int32] = []
  /// How many of them cannot be sent VP9.
  var withoutVP9 = 0
  /// Places of the peers whose camera is on, in the order they turned it on.
  var showing: [Int32] = []
  /// Place of the peer whose screen is shown; -1 for none.
  var presenter: Int32 = -1
  var speakers = SpeakerRanking()
  /// When the speakers are ranked next.
  var rankingDue: Instant = .zero
}
