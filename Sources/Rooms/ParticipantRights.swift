/// What the node lets through of one participant. The default of a room without a host is everything.
package struct ParticipantRights: Equatable, Sendable {
  package var microphone: Bool
  package var camera: Bool
  package var screen: Bool
  /// Messages that are more than the upkeep of the group.
  package var content: Bool

  package static let all = ParticipantRights(microphone: true, camera: true, screen: true, content: true)
  package static let none = ParticipantRights(microphone: false, camera: false, screen: false, content: false)

  package init(microphone: Bool, camera: Bool, screen: Bool, content: Bool) {
    self.microphone = microphone
    self.camera = camera
    self.screen = screen
    self.content = content
  }
}

extension MediaState {
  /// What is left of it under `rights`.
  func limited(by rights: ParticipantRights) -> MediaState {
    MediaState(
      mic: mic && rights.microphone, camera: camera && rights.camera, screen: screen && rights.screen,
      screenAudio: screenAudio && rights.screen)
  }
}
