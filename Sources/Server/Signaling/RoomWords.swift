import Bytes
import Rooms
import Signaling

// Rooms and Signaling do not know each other: what a room says is put into the words of the protocol here.

extension ServerMessage {
  init(_ event: RoomEvent) {
    switch event {
    case .joined(let entry): self = .joined(Signaling.ParticipantEntry(entry))
    case .updated(let index, let profile, let media):
      self = .updated(index: index, profile: profile, media: media.map(MediaFlags.init))
    case .left(let index, let reason): self = .left(index: index, reason: reason == .left ? .left : .lost)
    case .message(let message):
      self = .message(from: message.from, box: message.box, sequence: message.sequence)
    }
  }
}

extension Welcome {
  init(_ welcome: RoomWelcome, _ context: RoomContext) {
    self.init(
      index: welcome.index, resume: Base64URL.encode(welcome.resumeToken), resumed: welcome.resumed,
      participants: welcome.others.map(Signaling.ParticipantEntry.init),
      maximumParticipants: context.limits.participants, instance: context.instance)
  }
}

extension Signaling.ParticipantEntry {
  fileprivate init(_ entry: Rooms.ParticipantEntry) {
    self.init(index: entry.index, join: entry.join, profile: entry.profile, media: MediaFlags(entry.media))
  }
}

extension MediaFlags {
  fileprivate init(_ media: MediaState) {
    self.init(mic: media.mic, camera: media.camera, screen: media.screen, screenAudio: media.screenAudio)
  }
}

extension MediaState {
  init(_ flags: MediaFlags) {
    self.init(mic: flags.mic, camera: flags.camera, screen: flags.screen, screenAudio: flags.screenAudio)
  }
}
