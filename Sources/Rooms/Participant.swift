internal import Bytes

/// A signalling connection, as the server counts them; never used twice within a process.
package struct ConnectionID: Hashable, Sendable {
  package let rawValue: UInt64
  package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a participant says it sends; false is muted or off.
package struct MediaState: Hashable, Sendable {
  package var mic: Bool
  package var camera: Bool
  package var screen: Bool
  package var screenAudio: Bool

  package init(mic: Bool = false, camera: Bool = false, screen: Bool = false, screenAudio: Bool = false) {
    self.mic = mic
    self.camera = camera
    self.screen = screen
    self.screenAudio = screenAudio
  }
}

/// What the others may know of a participant.
package struct ParticipantEntry: Equatable, Sendable {
  /// 0...`RoomLimits.maximumIndex`, never given to anybody else while the room lives.
  package var index: Int
  /// Chosen by the participant; 16 bytes that the room only passes on.
  package var join: [UInt8]
  package var media: MediaState
}

/// One joined device. It outlives its connection by the grace, so that a lost connection is no departure.
struct Participant {
  var entry: ParticipantEntry
  var resumeToken: [UInt8]
  var presence: Presence
  /// Nil until it is known what the participant may do: that is nothing, and what it wants is remembered.
  var rights: ParticipantRights?
  var wanted = MediaState()
  var control: TokenBucket
  /// What was said while there was no connection, oldest first, bounded by `RoomLimits`.
  var missed: [RoomMessage] = []

  enum Presence: Equatable {
    case connected(ConnectionID)
    case lost(since: Instant)
  }

  var connection: ConnectionID? {
    guard case .connected(let connection) = presence else { return nil }
    return connection
  }

  /// Keeps `message` for the return; when there is no room the oldest go, and the gap in `sequence` shows it.
  mutating func keep(_ message: RoomMessage, limits: RoomLimits) {
    missed.append(message)
    var size = 0
    for message in missed { size += message.box.count }
    while missed.count > limits.missedMessages || size > limits.missedBytes {
      size -= missed.removeFirst().box.count
    }
  }
}

/// An encrypted message, for everybody or for some.
package struct RoomMessage: Equatable, Sendable {
  package var from: Int
  package var box: [UInt8]
  /// Counts the messages for everybody from 1; of a message for some, that of the last one before.
  package var sequence: Int64
}
