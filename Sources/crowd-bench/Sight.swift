import Bytes
import ClientCore
import RoomRules

/// What a participant sees of its room.
struct Sight: Sendable {
  /// nil outside the group.
  var security: MeetingSecurity?
  var members: [JoinID] = []
  /// Since when the room has been frozen.
  var frozen: Instant?
  /// Indices of others who send sound or pictures, as the node says; up to date for the first participant only.
  private(set) var sending: Set<Int> = []
  /// When somebody was last heard to send nothing any more.
  private(set) var lastCut = Instant.zero

  /// The node's word about one of the others.
  mutating func set(_ index: Int, sends: Bool, at now: Instant) {
    if sends { sending.insert(index) } else if sending.remove(index) != nil { lastCut = now }
  }
}
