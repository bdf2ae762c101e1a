/// What the server tells the media node. Commands about unknown peers are ignored: the media session may have ended
/// before the command arrived.
package enum MediaCommand: Sendable {
  /// Starts a media session. A session that `peer` already has is closed and replaced; what the others see of the
  /// peer keeps its slots. The room begins with its first peer and ends with its last.
  case addPeer(room: RoomID, peer: PeerID, configuration: PeerConfiguration)
  /// Ends a media session. No event follows.
  case removePeer(PeerID)
  /// Replaces everything that `peer` asked to see. Slots that are not mentioned keep the default height.
  case setView(peer: PeerID, requests: [ViewRequest])
  /// Whether a source is on. A source that is off is not asked for key frames; packets that arrive are forwarded.
  case setSource(peer: PeerID, kind: SourceKind, enabled: Bool)
}

/// What a receiver shows in one slot.
package struct ViewRequest: Hashable, Sendable {
  /// Index of the slot, 0..<number of person slots; that number itself is the slot of the screen, of which only the height
  /// counts. Other values are ignored.
  package var slot: Int
  /// Who is wanted in this slot. In a small room, where everybody has a slot, it names whose height is set; nil leaves
  /// the choice to the node.
  package var participant: PeerID?
  /// Height in device pixels at which the video is shown; 0 stops the video of this slot.
  package var pixelHeight: Int
  /// Higher is more important when not everything can be sent.
  package var priority: Int

  package init(slot: Int, participant: PeerID?, pixelHeight: Int, priority: Int = 0) {
    self.slot = slot
    self.participant = participant
    self.pixelHeight = pixelHeight
    self.priority = priority
  }
}
