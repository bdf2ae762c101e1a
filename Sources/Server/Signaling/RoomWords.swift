import Bytes
import Delivery
import Rooms
import SFU
import Signaling

// Rooms, Delivery, SFU and Signaling do not know each other: what the first three say is put into the words of the protocol here.

extension ServerMessage {
  init(_ event: RoomEvent) {
    switch event {
    case .joined(let entry): self = .joined(Signaling.ParticipantEntry(entry))
    case .updated(let index, let media): self = .updated(index: index, media: MediaFlags(media))
    case .left(let index, let reason): self = .left(index: index, reason: Signaling.LeaveReason(reason))
    case .message(let message):
      self = .message(from: message.from, box: message.box, sequence: message.sequence)
    }
  }
}

extension ServerMessage {
  init(_ event: DeliveryEvent) {
    switch event {
    case .createGroup: self = .createGroup
    case .commitRequest(let packages): self = .commitRequest(packages: packages)
    case .proposal(let box): self = .proposal(box)
    case .commit(let epoch, let from, let box): self = .commit(epoch: epoch, from: from, box: box)
    case .commitRefused(let epoch): self = .commitRefused(epoch: epoch)
    case .groupWelcome(let welcome, let tree): self = .groupWelcome(welcome: welcome, tree: tree)
    case .groupInfo(let info, let tree): self = .groupInfo(info: info, tree: tree)
    case .resync: self = .resync
    case .ready(let epoch): self = .ready(epoch: epoch)
    }
  }
}

extension DownPath {
  init(_ report: PathReport) {
    let state: State =
      switch report.state {
      case .good: .good
      case .limited: .limited
      case .poor: .poor
      }
    let proposal: Proposal =
      switch report.proposal {
      case .none: .none
      case .lowData: .lowData
      case .audioOnly: .audioOnly
      }
    let down = max(0, min(report.estimate.bitsPerSecond / 1_000, 10_000_000))
    self.init(state: state, down: down, proposal: proposal)
  }
}

extension Signaling.LeaveReason {
  fileprivate init(_ reason: Rooms.LeaveReason) {
    switch reason {
    case .left: self = .left
    case .lost: self = .lost
    case .removed: self = .removed
    }
  }
}

extension Welcome {
  init(_ welcome: RoomWelcome, _ context: RoomContext, invitation: [UInt8]?) {
    self.init(
      index: welcome.index, resume: Base64URL.encode(welcome.resumeToken), resumed: welcome.resumed,
      participants: welcome.others.map(Signaling.ParticipantEntry.init),
      maximumParticipants: context.limits.participants, instance: context.instance,
      senderKey: context.signer.publicKey, invitation: invitation)
  }
}

extension Signaling.ParticipantEntry {
  fileprivate init(_ entry: Rooms.ParticipantEntry) {
    self.init(index: entry.index, join: entry.join, media: MediaFlags(entry.media))
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
