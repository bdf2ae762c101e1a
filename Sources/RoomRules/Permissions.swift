/// What somebody may do in a room. Bits that mean nothing are refused where a document is read.
package struct Permissions: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let microphone = Permissions(rawValue: 1 << 0)
  package static let camera = Permissions(rawValue: 1 << 1)
  /// A screen and its sound.
  package static let screen = Permissions(rawValue: 1 << 2)
  /// Messages to all.
  package static let chat = Permissions(rawValue: 1 << 3)
  /// Messages to some.
  package static let directMessages = Permissions(rawValue: 1 << 4)
  /// Links in messages.
  package static let links = Permissions(rawValue: 1 << 5)
  package static let files = Permissions(rawValue: 1 << 6)
  package static let whiteboard = Permissions(rawValue: 1 << 7)
  package static let reactions = Permissions(rawValue: 1 << 8)
  package static let recording = Permissions(rawValue: 1 << 9)
  /// To take another name during the meeting.
  package static let rename = Permissions(rawValue: 1 << 10)
  package static let invite = Permissions(rawValue: 1 << 11)
  /// May freeze and vouch, and stands in while no moderator is there.
  package static let trusted = Permissions(rawValue: 1 << 12)

  package static let all = Permissions(rawValue: (1 << 13) - 1)
  package static let none = Permissions([])

  /// Of everybody in a room that nobody governs.
  package static let ungoverned = Permissions.all.subtracting(.trusted)

  /// What can be said at all: with none of them left there is nothing but what keeps the group going.
  package static let speech: Permissions = [.chat, .directMessages, .files, .whiteboard, .reactions]

  /// What a room gives unless its host says otherwise.
  package static let speakerDefault = Permissions.all.subtracting([.recording, .trusted, .invite])
  package static let listenerDefault: Permissions = [.chat, .directMessages, .reactions, .rename]
  package static let newcomerDefault: Permissions = [.microphone, .camera, .screen, .chat, .reactions]

  /// Whether every bit is one that means something.
  var isKnown: Bool { isSubset(of: .all) }
}
