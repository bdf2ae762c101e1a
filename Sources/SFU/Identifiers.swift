/// A room as the media plane knows it: an opaque number that the server chose. Never a name, never on the wire.
package struct RoomID: Hashable, Sendable {
  package let rawValue: UInt64
  package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A participant as the media plane knows it: an opaque number that the server chose, unique within the process. It
/// outlives media sessions: a second `addPeer` with the same id replaces the session.
package struct PeerID: Hashable, Sendable {
  package let rawValue: UInt64
  package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// The four things that a participant can send. The raw value is the index in a peer's table of sources.
package enum SourceKind: UInt8, CaseIterable, Hashable, Sendable {
  case microphone = 0
  case camera = 1
  case screen = 2
  case screenAudio = 3

  /// True for camera and screen.
  package var isVideo: Bool { self == .camera || self == .screen }
}

/// What a receive slot shows.
package enum SlotKind: UInt8, Hashable, Sendable {
  /// A participant's microphone and camera.
  case person
  /// The room's shared screen and its sound.
  case screen
}
